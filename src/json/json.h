/*-------------------------------------------------------------------------
 *
 * json.h
 *		What a JSON text (RFC 8259) is judged by, and what is found in it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_JSON_H
#define HCJWT_JSON_H

#include <stdbool.h>
#include <stddef.h>

/* Deepest nesting: the outermost object is depth 1. */
#define JSON_MAX_DEPTH		16

/* Longest text, in bytes, and most members at the top level. */
#define JSON_MAX_LEN		(256 * 1024)
#define JSON_MAX_MEMBERS	2560

typedef enum JsonStatus
{
	JSON_OK,
	JSON_SYNTAX,				/* not a JSON text by RFC 8259 */
	JSON_NOT_OBJECT,			/* a JSON text, but no object */
	JSON_TRAILING,				/* something after the object */
	JSON_BAD_UTF8,				/* ill-formed: overlong, surrogate, > U+10FFFF */
	JSON_CONTROL_CHARACTER,		/* unescaped U+0000 to U+001F in a string */
	JSON_NUL,					/* \u0000 */
	JSON_LONE_SURROGATE,		/* \uD800 to \uDFFF, except as a pair */
	JSON_NUMBER_RANGE,			/* a number with more digits than any claim
								 * needs */
	JSON_TOO_DEEP,				/* nested deeper than JSON_MAX_DEPTH */
	JSON_DUPLICATE_MEMBER		/* one name twice at the top level */
} JsonStatus;

/*
 * "the header ...", "the payload ...": a phrase without a full stop, for logs
 * and explain: never quotes the text.
 */
extern const char *json_status_text(JsonStatus status);

typedef enum JsonType
{
	JSON_ABSENT,
	JSON_NULL,
	JSON_FALSE,
	JSON_TRUE,
	JSON_NUMBER,
	JSON_STRING,
	JSON_ARRAY,
	JSON_OBJECT
} JsonType;

/*
 * A top-level member to look for.  The caller sets name (plain ASCII); the guard
 * sets the rest.  value is the text as it stands: for a string what is between
 * its quotes, with its escapes; for anything else the whole value.
 */
typedef struct JsonWanted
{
	const char *name;
	JsonType	type;			/* JSON_ABSENT when there is no such member */
	const char *value;
	size_t		value_len;
	bool		escaped;		/* a string with at least one backslash */
} JsonWanted;

#endif							/* HCJWT_JSON_H */
