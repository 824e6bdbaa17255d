/*-------------------------------------------------------------------------
 *
 * spec.c
 *	  the faults there are, and how they are written
 *
 * [endpoint:]name[=value][,retry_after=TEXT][,count=N]
 *
 * IDENTIFICATION
 *	  helpcenter/faults/spec.c
 *
 *-------------------------------------------------------------------------
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "faults/faults.h"

#define MIB (1024 * 1024)

static void
wire_stall(const Fault *fault, Wire *wire)
{
	(void) fault;
	wire->stall = true;
}

static void
wire_stall_headers(const Fault *fault, Wire *wire)
{
	(void) fault;
	wire->stall_body = true;
}

static void
wire_delay(const Fault *fault, Wire *wire)
{
	wire->delay_ms = fault->number;
}

static void
wire_trickle(const Fault *fault, Wire *wire)
{
	wire->rate = fault->number;
}

static void
wire_cut(const Fault *fault, Wire *wire)
{
	wire->cut = true;
	wire->cut_at = fault->number;
}

static void
wire_reset(const Fault *fault, Wire *wire)
{
	wire->reset = true;
	wire->cut_at = fault->number;
}

static const FaultKind kinds[] =
{
	{"status", FAULT_ANSWER, VALUE_NUMBER, 200, 599, 0, -1,
	answer_status, NULL},
	{"html", FAULT_ANSWER, VALUE_NONE, 0, 0, 0, -1, answer_html, NULL},
	{"garbage", FAULT_ANSWER, VALUE_NONE, 0, 0, 0, -1, answer_garbage, NULL},
	{"wrong-shape", FAULT_ANSWER, VALUE_NONE, 0, 0, 0, -1,
	answer_wrong_shape, NULL},
	{"no-token", FAULT_ANSWER, VALUE_NONE, 0, 0, 0, EP_TOKEN,
	answer_no_token, NULL},
	{"empty-set", FAULT_ANSWER, VALUE_NONE, 0, 0, 0, EP_KEYS,
	answer_empty_set, NULL},
	{"one-bad-key", FAULT_ANSWER, VALUE_BAD_KEY, 0, 0, 0, EP_KEYS,
	answer_one_bad_key, NULL},
	{"duplicate-kid", FAULT_ANSWER, VALUE_NONE, 0, 0, 0, EP_KEYS,
	answer_duplicate_kid, NULL},
	{"many-keys", FAULT_ANSWER, VALUE_NUMBER, 1, 10000, 0, EP_KEYS,
	answer_many_keys, NULL},
	{"huge", FAULT_ANSWER, VALUE_NUMBER, 0, 64 * MIB, 300 * 1024, -1,
	answer_huge, NULL},
	{"deep", FAULT_ANSWER, VALUE_NUMBER, 0, MIB, 64, -1, answer_deep, NULL},
	{"body", FAULT_ANSWER, VALUE_TEXT, 0, 0, 0, -1, answer_file, NULL},
	{"redirect", FAULT_ANSWER, VALUE_TEXT, 0, 0, 0, -1,
	answer_redirect, NULL},
	{"header", FAULT_HEADER, VALUE_HEADER, 0, 0, 0, -1, NULL, NULL},
	{"stall", FAULT_WIRE, VALUE_NONE, 0, 0, 0, -1, NULL, wire_stall},
	{"stall-headers", FAULT_WIRE, VALUE_NONE, 0, 0, 0, -1, NULL,
	wire_stall_headers},
	{"delay", FAULT_WIRE, VALUE_NUMBER, 1, 3600000, 0, -1, NULL, wire_delay},
	{"trickle", FAULT_WIRE, VALUE_NUMBER, 1, 1000 * MIB, 0, -1, NULL,
	wire_trickle},
	{"cut", FAULT_WIRE, VALUE_NUMBER, 0, 64 * MIB, -1, -1, NULL, wire_cut},
	{"reset", FAULT_WIRE, VALUE_NUMBER, 0, 64 * MIB, -1, -1, NULL,
	wire_reset},
	{"stall-connect", FAULT_STALL_CONNECT, VALUE_NONE, 0, 0, 0, -1, NULL,
	NULL},
	{"stall-handshake", FAULT_STALL_HANDSHAKE, VALUE_NONE, 0, 0, 0, -1, NULL,
	NULL},
};

/* The endpoint of that name; FAULT_ALL for "all"; -1 for anything else. */
int
fault_endpoint(const char *name, size_t len)
{
	for (int i = 0; i < FAULT_ENDPOINTS; i++)
		if (strlen(endpoint_names[i]) == len &&
			strncmp(endpoint_names[i], name, len) == 0)
			return i;
	return len == 3 && strncmp(name, "all", 3) == 0 ? FAULT_ALL : -1;
}

void
fault_free(Fault *fault)
{
	free(fault->value);
	free(fault->retry_after);
	free(fault);
}

/* Cuts ",name=value" off the end and returns the value, or NULL. */
static char *
cut_option(char *text, const char *name)
{
	size_t		len = strlen(name);
	char	   *found = NULL;

	for (char *p = text; (p = strstr(p, name)) != NULL; p++)
		found = p;
	if (found == NULL)
		return NULL;
	*found = '\0';
	return found + len;
}

/* "Name: value", of any name but those that frame the message. */
static bool
header_valid(const char *value)
{
	static const char *const framing[] =
	{"Content-Length:", "Transfer-Encoding:", "Connection:"};
	size_t		len = strcspn(value, ":");

	for (size_t i = 0; i < lengthof(framing); i++)
		if (strncasecmp(value, framing[i], strlen(framing[i])) == 0)
			return false;
	return len > 0 && value[len] == ':' &&
		strspn(value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			   "0123456789-_") == len && header_value_valid(value);
}

static bool
check_value(Fault *fault, Error *err)
{
	const FaultKind *kind = fault->kind;
	const char *value = fault->value;

	fault->number = kind->number;
	switch (kind->rule)
	{
		case VALUE_NONE:
			if (value)
				return fail(err, "%s takes no value", kind->name);
			break;
		case VALUE_NUMBER:
			if (value == NULL ? kind->low > 0 :
				!parse_int64(value, kind->low, kind->high, &fault->number))
				return fail(err, "%s needs a number from %lld to %lld",
							kind->name, (long long) kind->low,
							(long long) kind->high);
			break;
		case VALUE_TEXT:
			if (value == NULL || *value == '\0' || !header_value_valid(value))
				return fail(err, "%s needs a value", kind->name);
			break;
		case VALUE_HEADER:
			if (value == NULL || !header_valid(value))
				return fail(err, "header needs a \"Name: value\" that does "
							"not frame the message");
			break;
		case VALUE_BAD_KEY:
			if (value && !bad_key_known(value))
				return fail(err, "%s: unknown sort of bad key \"%.32s\"",
							kind->name, value);
			break;
	}
	return true;
}

static bool
parse_fault(Fault *fault, char *spec, Error *err)
{
	char	   *colon = spec + strcspn(spec, ":=,");
	int			endpoint = -1;
	char	   *count = cut_option(spec, ",count=");
	char	   *retry_after;
	char	   *value;

	if (*colon == ':')
	{
		endpoint = fault_endpoint(spec, colon - spec);
		if (endpoint < 0)
			return fail(err, "\"%.*s\" is none of keys, token, sessions, "
						"custom_claims, all",
						(int) (colon - spec), spec);
		spec = colon + 1;
	}
	retry_after = starts_with(spec, "status=") ?
		cut_option(spec, ",retry_after=") : NULL;
	value = strchr(spec, '=');
	if (value)
		*value++ = '\0';
	for (size_t i = 0; i < lengthof(kinds); i++)
		if (strcmp(kinds[i].name, spec) == 0)
			fault->kind = &kinds[i];
	if (fault->kind == NULL)
		return fail(err, "unknown fault \"%.64s\"", spec);
	if (fault->kind->class >= FAULT_STALL_CONNECT && endpoint >= 0)
		return fail(err, "%s precedes any request: it has no endpoint", spec);
	if (endpoint < 0)
		endpoint = fault->kind->only >= 0 ? fault->kind->only : EP_KEYS;
	if (fault->kind->only >= 0 && endpoint != fault->kind->only)
		return fail(err, "%s is for the %s endpoint only", spec,
					endpoint_names[fault->kind->only]);
	fault->endpoint = endpoint;
	fault->left = -1;
	if (count && (!parse_int64(count, 1, INT32_MAX, &fault->left) ||
				  fault->kind->class == FAULT_STALL_CONNECT))
		return fail(err, "count must be a number, and %s must allow one",
					spec);
	if (value)
		fault->value = xstrdup(value);
	if (retry_after)
	{
		if (*retry_after == '\0' || !header_value_valid(retry_after))
			return fail(err, "retry_after needs a value");
		fault->retry_after = xstrdup(retry_after);
	}
	return check_value(fault, err);
}

Fault *
fault_parse(const char *spec, Error *err)
{
	Fault	   *fault = xalloc(sizeof(Fault));
	char	   *copy = xstrdup(spec);

	if (!parse_fault(fault, copy, err))
	{
		fault_free(fault);
		fault = NULL;
	}
	free(copy);
	return fault;
}
