/*-------------------------------------------------------------------------
 *
 * guard.c
 *		Judges JSON text before any other parser sees it, in one pass.
 *
 * It is a loop with a bit for each open bracket, without recursion.
 * PostgreSQL's jsonb input function accepts every text that it accepts.
 *
 *-------------------------------------------------------------------------
 */
#include "json/guard.h"

#include <string.h>

#include "json/names.h"
#include "json/number.h"
#include "json/strings.h"

#define IS_SPACE(c) \
	((c) == ' ' || (c) == '\t' || (c) == '\n' || (c) == '\r')

/* What the grammar permits next. */
typedef enum Expect
{
	EXPECT_VALUE,
	EXPECT_VALUE_OR_END,		/* behind '[' */
	EXPECT_NAME,
	EXPECT_NAME_OR_END,			/* behind '{' */
	EXPECT_COMMA_OR_END
} Expect;

typedef struct Guard
{
	const char *p;
	const char *end;
	JsonStatus	status;
	int			depth;
	uint32_t	arrays;			/* bit d: the bracket that opened depth d is
								 * '[' */
} Guard;

_Static_assert(JSON_MAX_DEPTH < 32, "a bit for each depth");

static inline const char *
skip_json_space(const char *p, const char *end)
{
	while (p < end && IS_SPACE(*p))
		p++;
	return p;
}

static bool
read_literal(Guard *guard, const char *word, size_t len)
{
	guard->status = JSON_SYNTAX;
	if ((size_t) (guard->end - guard->p) < len ||
		memcmp(guard->p, word, len) != 0)
		return false;
	guard->p += len;
	return true;
}

static bool
read_number(Guard *guard)
{
	JsonNumber	number;

	guard->p = json_number_read(guard->p, guard->end, &number);
	if (guard->p == NULL)
	{
		guard->status = JSON_SYNTAX;
		return false;
	}
	guard->status = JSON_NUMBER_RANGE;
	return json_number_fits(&number);
}

static bool
open_bracket(Guard *guard, bool array)
{
	if (guard->depth == JSON_MAX_DEPTH)
	{
		guard->status = JSON_TOO_DEEP;
		return false;
	}
	guard->depth++;
	if (array)
		guard->arrays |= UINT32_C(1) << guard->depth;
	else
		guard->arrays &= ~(UINT32_C(1) << guard->depth);
	guard->p++;
	return true;
}

/*
 * Reads a scalar whole, or an opening bracket.  Sets *value as for a wanted
 * member; value_len of an object or array is set later, at its end.
 */
static bool
read_value(Guard *guard, JsonWanted *value)
{
	const char *start = guard->p;

	value->escaped = false;
	value->value = start;
	switch (*start)
	{
		case '"':
			value->type = JSON_STRING;
			value->value = start + 1;
			start = json_string_read(start + 1, guard->end, &value->escaped,
									 &guard->status);
			if (start == NULL)
				return false;
			guard->p = start + 1;
			value->value_len = (size_t) (start - value->value);
			return true;
		case '{':
			value->type = JSON_OBJECT;
			return open_bracket(guard, false);
		case '[':
			value->type = JSON_ARRAY;
			return open_bracket(guard, true);
		case 't':
			value->type = JSON_TRUE;
			if (!read_literal(guard, "true", 4))
				return false;
			break;
		case 'f':
			value->type = JSON_FALSE;
			if (!read_literal(guard, "false", 5))
				return false;
			break;
		case 'n':
			value->type = JSON_NULL;
			if (!read_literal(guard, "null", 4))
				return false;
			break;
		default:
			value->type = JSON_NUMBER;
			if (!read_number(guard))
				return false;
			break;
	}
	value->value_len = (size_t) (guard->p - start);
	return true;
}

/* Reads a member's name and the colon behind it; guard->p is at the quote. */
static bool
read_name(Guard *guard, const char **name, size_t *len, bool *escaped)
{
	const char *quote;

	if (*guard->p != '"')
	{
		guard->status = JSON_SYNTAX;
		return false;
	}
	*name = guard->p + 1;
	quote = json_string_read(*name, guard->end, escaped, &guard->status);
	if (quote == NULL)
		return false;
	*len = (size_t) (quote - *name);
	guard->p = skip_json_space(quote + 1, guard->end);
	if (guard->p == guard->end || *guard->p != ':')
	{
		guard->status = JSON_SYNTAX;
		return false;
	}
	guard->p++;
	return true;
}

static JsonWanted *
find_wanted(JsonWanted *wanted, int nwanted,
			const char *name, size_t len, bool escaped)
{
	int			i;

	for (i = 0; i < nwanted; i++)
	{
		const char *other = wanted[i].name;

		if (escaped)
		{
			if (json_string_equals(name, len, other, strlen(other)))
				return &wanted[i];
		}
		else if (len == 0 ? *other == '\0' :
				 *other == *name && strncmp(other, name, len) == 0 &&
				 other[len] == '\0')
			return &wanted[i];
	}
	return NULL;
}

static JsonStatus
judge_text(const char *text, size_t len, JsonWanted *wanted, int nwanted)
{
	Guard		guard = {text, text + len, JSON_OK, 0, 0};
	JsonNames	names;
	JsonWanted	outermost = {0};
	JsonWanted	other = {.value = text};
	JsonWanted *member = &other;
	Expect		expect = EXPECT_VALUE;
	bool		complete = false;

	json_names_start(&names, text, len);
	while (!complete)
	{
		JsonWanted *value;

		guard.p = skip_json_space(guard.p, guard.end);
		if (guard.p == guard.end)
			return JSON_SYNTAX;

		/* the innermost bracket may close here */
		if ((*guard.p == '}' || *guard.p == ']') &&
			(expect == EXPECT_COMMA_OR_END ||
			 expect == EXPECT_NAME_OR_END || expect == EXPECT_VALUE_OR_END))
		{
			bool		array = guard.arrays >> guard.depth & 1;

			if ((*guard.p == ']') != array)
				return JSON_SYNTAX;
			guard.p++;
			guard.depth--;
			if (guard.depth == 1)
				member->value_len = (size_t) (guard.p - member->value);
			complete = guard.depth == 0;
			expect = EXPECT_COMMA_OR_END;
			continue;
		}

		switch (expect)
		{
			case EXPECT_COMMA_OR_END:
				if (*guard.p != ',')
					return JSON_SYNTAX;
				guard.p++;
				expect = guard.arrays >> guard.depth & 1 ?
					EXPECT_VALUE : EXPECT_NAME;
				break;

			case EXPECT_NAME:
			case EXPECT_NAME_OR_END:
				{
					const char *name;
					size_t		name_len;
					bool		escaped;

					if (!read_name(&guard, &name, &name_len, &escaped))
						return guard.status;
					if (guard.depth == 1)
					{
						JsonStatus	status = json_names_add(&names, name,
															name_len, escaped);

						if (status != JSON_OK)
							return status;
						member = find_wanted(wanted, nwanted,
											 name, name_len, escaped);
						if (member == NULL)
							member = &other;
					}
					expect = EXPECT_VALUE;
				}
				break;

			case EXPECT_VALUE:
			case EXPECT_VALUE_OR_END:
				value = &other;
				if (guard.depth == 0)
					value = &outermost;
				else if (guard.depth == 1)
					value = member;
				if (!read_value(&guard, value))
					return guard.status;
				expect = EXPECT_COMMA_OR_END;
				if (guard.p[-1] == '{' && value->type == JSON_OBJECT)
					expect = EXPECT_NAME_OR_END;
				else if (guard.p[-1] == '[' && value->type == JSON_ARRAY)
					expect = EXPECT_VALUE_OR_END;
				complete = guard.depth == 0;
				break;
		}
	}

	guard.p = skip_json_space(guard.p, guard.end);
	if (outermost.type == JSON_OBJECT)
		return guard.p == guard.end ? JSON_OK : JSON_TRAILING;
	return guard.p == guard.end ? JSON_NOT_OBJECT : JSON_SYNTAX;
}

JsonStatus
json_guard_object(const char *text, size_t len, JsonWanted *wanted, int nwanted)
{
	JsonStatus	status = JSON_SYNTAX;
	int			i;

	for (i = 0; i < nwanted; i++)
		wanted[i].type = JSON_ABSENT;
	if (len > 0 && len <= JSON_MAX_LEN)
		status = judge_text(text, len, wanted, nwanted);
	for (i = 0; i < nwanted; i++)
	{
		if (status != JSON_OK || wanted[i].type == JSON_ABSENT)
		{
			wanted[i].type = JSON_ABSENT;
			wanted[i].value = NULL;
			wanted[i].value_len = 0;
			wanted[i].escaped = false;
		}
	}
	return status;
}
