/*-------------------------------------------------------------------------
 *
 * walk.c
 *		Walks a guarded JSON array's elements, and an object's members.
 *
 * The guard has judged the text, so these functions only cut it into pieces.
 * They stay inside the text, and come to an end, whatever it holds.
 *
 *-------------------------------------------------------------------------
 */
#include "json/walk.h"

/* What can stand between two elements, or around them. */
static inline bool
is_between(char c)
{
	return c == ',' || c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* What can end a value that is no string, array or object. */
static inline bool
is_end(char c)
{
	return is_between(c) || c == ']' || c == '}';
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

/* The value whose first character is at i; returns what is behind it. */
static size_t
cut_value(const char *text, size_t len, size_t i, JsonWanted *value)
{
	size_t		start = i;

	value->type = type_of(text[i]);
	value->escaped = false;
	switch (value->type)
	{
		case JSON_STRING:
			start++;
			i = string_end(text, len, start, &value->escaped);
			break;
		case JSON_OBJECT:
		case JSON_ARRAY:
			i = bracket_end(text, len, i);
			break;
		default:
			do
				i++;
			while (i < len && !is_end(text[i]));
			break;
	}
	value->value = text + start;
	value->value_len = i - start;
	return value->type == JSON_STRING ? i + 1 : i;
}

bool
json_array_next(const char *array, size_t len, size_t *pos, JsonWanted *element)
{
	size_t		i = *pos;

	if (i == 0)
		i = 1;					/* the opening bracket */
	while (i < len && is_between(array[i]))
		i++;
	if (i >= len || array[i] == ']')
		return false;
	*pos = cut_value(array, len, i, element);
	return true;
}

bool
json_object_next(const char *object, size_t len, size_t *pos,
				 JsonMember *member)
{
	size_t		i = *pos;
	size_t		start;

	while (i < len && (is_between(object[i]) || object[i] == '{'))
		i++;
	if (i >= len || object[i] != '"')
		return false;

	start = i + 1;
	i = string_end(object, len, start, &member->name_escaped);
	member->name = object + start;
	member->name_len = i - start;
	for (i++; i < len && (is_between(object[i]) || object[i] == ':'); i++)
		;
	if (i >= len)
		return false;
	*pos = cut_value(object, len, i, &member->value);
	return true;
}
