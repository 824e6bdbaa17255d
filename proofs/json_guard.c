/*-------------------------------------------------------------------------
 *
 * json_guard.c
 *		Proof: what the guard finds lies in the text and has the type that it
 *		says; in a text that it refuses, it finds nothing.
 *
 * Other proofs cover the functions that read strings and numbers, and the set
 * of names; here stand-ins keep their contracts.
 *
 * entries: judging members inner depth lengths
 * cbmc: --unwind 9 --conversion-check --unsigned-overflow-check
 * cbmc judging: --unwind 5
 * cbmc members: --unwind 10
 * cbmc inner: --unwind 9
 * cbmc depth: --unwind 60
 * cbmc lengths: --unwind 2 --unwindset json_guard_object.0:3,json_guard_object.1:3
 *
 *-------------------------------------------------------------------------
 */
#include "proof.h"

#include "json/guard.c"

static const char *whole;
static size_t whole_len;
static size_t known_len;		/* strings in it are empty, numbers have one
								 * digit */
static bool only_brackets;		/* strings are empty in the whole text, and
								 * names differ */
static bool found_two;			/* json_names_add() has found one name twice */

static bool
inside(const char *p, size_t len)
{
	return p >= whole && p <= whole + whole_len && len <= (size_t) (whole + whole_len - p);
}

static bool
is_known(const char *p)
{
	return only_brackets || p < whole + known_len;
}

/* Finds some quote that ends the string; json_strings.c proves which one. */
const char *
json_string_read(const char *p, const char *end, bool *escaped, JsonStatus *status)
{
	size_t		len = nondet_size();

	PROVE(inside(p, 0) && end == whole + whole_len);
	*escaped = !is_known(p) && nondet_bool();
	if (is_known(p) && *p == '"')
		return p;
	if (len < (size_t) (end - p) && p[len] == '"')
		return p + len;
	*status = JSON_BAD_UTF8;
	return NULL;
}

static bool
begins_number(char c)
{
	return c == '-' || (c >= '0' && c <= '9');
}

const char *
json_number_read(const char *p, const char *end, JsonNumber *number)
{
	size_t		len = nondet_size();

	PROVE(inside(p, 1) && end == whole + whole_len);
	if (is_known(p) && *p == '0')
		return p + 1;
	return begins_number(*p) && len > 0 && len <= (size_t) (end - p) ? p + len : NULL;
}

bool
json_number_fits(const JsonNumber *number)
{
	return nondet_bool();
}

void
json_names_start(JsonNames *names, const char *text, size_t len)
{
	PROVE(text == whole && len == whole_len);
	found_two = false;
}

JsonStatus
json_names_add(JsonNames *names, const char *name, size_t len, bool escaped)
{
	PROVE(inside(name, len + 1) && name > whole && name[-1] == '"' && name[len] == '"');
	found_two = !is_known(name) && nondet_bool();
	return found_two ? JSON_DUPLICATE_MEMBER : JSON_OK;
}

bool
json_string_equals(const char *src, size_t len, const char *text, size_t text_len)
{
	PROVE(inside(src, len));
	return nondet_bool();
}

static bool
space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void
judge(char *text, size_t len)
{
	JsonWanted	wanted[2];		/* any text is there */
	JsonWanted *w = &wanted[nondet_bool() ? 1 : 0];
	JsonStatus	status;
	size_t		start = 0;
	size_t		end = len;
	char		last;

	wanted[0].name = "a";
	wanted[1].name = "";
	whole = text;
	whole_len = len;
	status = json_guard_object(text, len, wanted, 2);
	PROVE(status != JSON_OK || !found_two);
	if (status != JSON_OK)
		PROVE(w->type == JSON_ABSENT);
	if (w->type == JSON_ABSENT)
	{
		PROVE(w->value == NULL && w->value_len == 0 && !w->escaped);
		if (status != JSON_OK)
			return;
	}
	while (start < len && space(text[start]))
		start++;
	while (end > start && space(text[end - 1]))
		end--;
	PROVE(end - start >= 2 && text[start] == '{' && text[end - 1] == '}');
	if (w->type == JSON_ABSENT)
		return;

	PROVE(inside(w->value, w->value_len));
	/* the place is behind a name, and before the end of the value */
	PROVE(w->value - text >= 4);
	PROVE(w->value + w->value_len < text + end);
	last = w->value_len > 0 ? w->value[w->value_len - 1] : '\0';
	switch (w->type)
	{
		case JSON_STRING:
			PROVE(w->value[-1] == '"' && w->value[w->value_len] == '"');
			break;
		case JSON_OBJECT:
			PROVE(w->value[0] == '{' && last == '}' && w->value_len >= 2);
			break;
		case JSON_ARRAY:
			PROVE(w->value[0] == '[' && last == ']' && w->value_len >= 2);
			break;
		case JSON_NUMBER:
			PROVE(begins_number(w->value[0]) && w->value_len > 0);
			break;
		case JSON_TRUE:
			PROVE(w->value_len == 4 && memcmp(w->value, "true", 4) == 0);
			break;
		case JSON_FALSE:
			PROVE(w->value_len == 5 && memcmp(w->value, "false", 5) == 0);
			break;
		default:
			PROVE(w->value_len == 4 && memcmp(w->value, "null", 4) == 0);
	}
	PROVE(w->type == JSON_STRING || !w->escaped);
}

void
judging(void)
{
	ANY_LENGTH(len, 0, 3)
		judge(any_bytes(len), len);
}

/*
 * The text before the place is known and leads to one state of the grammar.
 * Any text follows.
 */
static void
judge_behind(const char *before, size_t more)
{
	size_t		len = strlen(before);
	char	   *text = any_bytes(len + more);

	memcpy(text, before, len);
	known_len = len;
	judge(text, len + more);
}

void
members(void)
{
	if (nondet_bool())
		judge_behind("{\"\":", 2);
	else
		judge_behind("{\"\":0", 2);
}

/*
 * Inside a member's value, where names are not looked at and where the found
 * value ends later.
 */
void
inner(void)
{
	if (nondet_bool())
		judge_behind("{\"\":[", 2);
	else
		judge_behind("{\"\":{", 2);
}

/* So many brackets, each inside the one before. */
static JsonStatus
brackets(int n)
{
	static char text[60];
	JsonWanted	wanted;
	size_t		len = 0;

	whole = text;
	text[len++] = '{';
	text[len++] = '"';
	text[len++] = '"';
	text[len++] = ':';
	for (int i = 1; i < n; i++)
		text[len++] = '[';
	for (int i = 1; i < n; i++)
		text[len++] = ']';
	text[len++] = '}';
	whole_len = len;
	return json_guard_object(text, len, &wanted, 0);
}

void
depth(void)
{
	only_brackets = true;
	PROVE(brackets(JSON_MAX_DEPTH) == JSON_OK);
	PROVE(brackets(JSON_MAX_DEPTH + 1) == JSON_TOO_DEEP);
}

/* A text that is too long is not read. */
void
lengths(void)
{
	JsonWanted	wanted;
	size_t		more = nondet_size();

	wanted.name = "a";
	ASSUME(more > JSON_MAX_LEN);
	PROVE(json_guard_object(NULL, more, &wanted, 1) == JSON_SYNTAX);
	PROVE(wanted.type == JSON_ABSENT);
}
