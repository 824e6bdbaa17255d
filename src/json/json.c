/*-------------------------------------------------------------------------
 *
 * json.c
 *		What a JSON text (RFC 8259) is judged by, and what is found in it.
 *
 *-------------------------------------------------------------------------
 */
#include "json/json.h"

const char *
json_status_text(JsonStatus status)
{
	switch (status)
	{
		case JSON_OK:
			return "is a JSON object";
		case JSON_SYNTAX:
			return "is no JSON text (RFC 8259), or has too many members";
		case JSON_NOT_OBJECT:
			return "is JSON, but no object";
		case JSON_TRAILING:
			return "has something behind the JSON object";
		case JSON_BAD_UTF8:
			return "has a string that is not valid UTF-8";
		case JSON_CONTROL_CHARACTER:
			return "has an unescaped control character in a string";
		case JSON_NUL:
			return "has the character U+0000 in a string";
		case JSON_LONE_SURROGATE:
			return "has half a surrogate pair in a string";
		case JSON_NUMBER_RANGE:
			return "has a number of more than 40 digits before its point, or behind it";
		case JSON_TOO_DEEP:
			return "is nested more than 16 deep";
		case JSON_DUPLICATE_MEMBER:
			return "has two members of one name";
	}
	return "has an unknown fault";
}
