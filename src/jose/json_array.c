/*-------------------------------------------------------------------------
 *
 * json_array.c
 *		Walks the elements of a guarded JSON array.
 *
 * The guard has judged the text before: here it is only cut into pieces.  That
 * stays inside the array, and comes to an end, whatever it holds.
 *
 * IDENTIFICATION
 *	  src/jose/json_array.c
 *
 *-------------------------------------------------------------------------
 */
#include "jose/json_guard.h"

/* What can stand between two elements, or around them. */
static bool
is_between(char c)
{
	return c == ',' || c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static JsonType
type_of(char first)
{
	switch (first)
	{
		case '"':
			return JSON_STRING;
		case '{':
			return JSON_OBJECT;
		case '[':
			return JSON_ARRAY;
		case 't':
			return JSON_TRUE;
		case 'f':
			return JSON_FALSE;
		case 'n':
			return JSON_NULL;
		default:
			return JSON_NUMBER;
	}
}

/* From behind the opening quote to the closing one, or to the end. */
static size_t
string_end(const char *text, size_t len, size_t i, bool *escaped)
{
	*escaped = false;
	while (i < len && text[i] != '"')
	{
		if (text[i] == '\\')
		{
			*escaped = true;
			i++;
		}
		i++;
	}
	return i < len ? i : len;
}

/* From an opening bracket to behind the one that closes it, or to the end. */
static size_t
bracket_end(const char *text, size_t len, size_t i)
{
	size_t		depth = 0;
	bool		escaped;

	for (; i < len; i++)
	{
		char		c = text[i];

		if (c == '"')
			i = string_end(text, len, i + 1, &escaped);
		else if (c == '{' || c == '[')
			depth++;
		else if ((c == '}' || c == ']') && --depth == 0)
			return i + 1;
	}
	return len;
}

bool
json_array_next(const char *array, size_t len, size_t *pos, JsonWanted *element)
{
	size_t		i = *pos;
	size_t		start;

	if (i == 0)
		i = 1;					/* the opening bracket */
	while (i < len && is_between(array[i]))
		i++;
	if (i >= len || array[i] == ']')
		return false;

	start = i;
	element->type = type_of(array[i]);
	element->escaped = false;
	switch (element->type)
	{
		case JSON_STRING:
			start++;
			i = string_end(array, len, start, &element->escaped);
			break;
		case JSON_OBJECT:
		case JSON_ARRAY:
			i = bracket_end(array, len, i);
			break;
		default:
			while (i < len && array[i] != ']' && !is_between(array[i]))
				i++;
			break;
	}
	element->value = array + start;
	element->value_len = i - start;
	*pos = element->type == JSON_STRING ? i + 1 : i;
	return true;
}
