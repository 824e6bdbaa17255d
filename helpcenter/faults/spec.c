/*-------------------------------------------------------------------------
 *
 * spec.c
 *	  how a fault is written
 *
 * [endpoint:]name[=value][,retry_after=TEXT][,count=N]
 *
 *-------------------------------------------------------------------------
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "faults/kinds.h"
#include "faults/spec.h"

int
fault_endpoint(const char *name, size_t len, Error *err)
{
	for (int i = 0; i < FAULT_ENDPOINTS; i++)
		if (strlen(endpoint_names[i]) == len &&
			strncmp(endpoint_names[i], name, len) == 0)
			return i;
	if (len == 3 && strncmp(name, "all", 3) == 0)
		return FAULT_ALL;
	fail(err, "unknown endpoint \"%.*s\": keys, token, sessions, "
		 "custom_claims or all", (int) len, name);
	return -1;
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

/* "Name: value", except headers that say where the message ends. */
static bool
header_valid(const char *value)
{
	static const char *const framing[] =
	{"Content-Length:", "Transfer-Encoding:", "Connection:"};
	size_t		len = strcspn(value, ":");

	for (size_t i = 0; i < count_of(framing); i++)
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

	fault->number = kind->otherwise;
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
		endpoint = fault_endpoint(spec, colon - spec, err);
		if (endpoint < 0)
			return false;
		spec = colon + 1;
	}
	retry_after = starts_with(spec, "status=") ?
		cut_option(spec, ",retry_after=") : NULL;
	value = strchr(spec, '=');
	if (value)
		*value++ = '\0';
	fault->kind = fault_kind(spec);
	if (fault->kind == NULL)
		return fail(err, "unknown fault \"%.64s\"", spec);
	if (fault->kind->class >= FAULT_STALL_CONNECT && endpoint >= 0)
		return fail(err, "%s precedes any request: it has no endpoint", spec);
	if (endpoint < 0)
		endpoint = fault->kind->endpoint;
	if (fault->kind->one_endpoint && endpoint != (int) fault->kind->endpoint)
		return fail(err, "%s is for the %s endpoint only", spec,
					endpoint_names[fault->kind->endpoint]);
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
