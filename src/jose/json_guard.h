/*-------------------------------------------------------------------------
 *
 * json_guard.h
 *		Judges JSON text before any other parser sees it, in one pass.
 *
 * IDENTIFICATION
 *	  src/jose/json_guard.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_JSON_GUARD_H
#define HCJWT_JSON_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Deepest nesting: the outermost object is depth 1. */
#define JSON_MAX_DEPTH		16

typedef enum JsonStatus
{
	JSON_OK,
	JSON_SYNTAX,				/* not a JSON text by RFC 8259 */
	JSON_NOT_OBJECT,			/* a JSON text, but no object */
	JSON_TRAILING,				/* something after the object */
	JSON_BAD_UTF8,				/* ill-formed: overlong, surrogate, > U+10FFFF */
	JSON_CONTROL_CHARACTER,		/* unescaped U+0000 to U+001F in a string */
	JSON_NUL,					/* \u0000 */
	JSON_LONE_SURROGATE,		/* \uD800 to \uDFFF but as a pair */
	JSON_NUMBER_RANGE,			/* a number of more digits than any claim needs */
	JSON_TOO_DEEP,				/* nested deeper than JSON_MAX_DEPTH */
	JSON_DUPLICATE_MEMBER		/* twice one name at the top level */
} JsonStatus;

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
 * sets the rest.  value is the text as it stands: of a string what is between
 * the quotes, escapes and all; of anything else the whole value.
 */
typedef struct JsonWanted
{
	const char *name;
	JsonType	type;			/* JSON_ABSENT when there is no such member */
	const char *value;
	size_t		value_len;
	bool		escaped;		/* a string with at least one backslash */
} JsonWanted;

/*
 * Mixed into the hash that finds duplicate members, so that nobody can make
 * them collide on purpose.  Set once, at start; any value is correct.
 */
extern uint64_t json_guard_seed;

/*
 * Judges the whole text, which must be one object with nothing but white space
 * around it; finds the wanted members by their decoded names.  Allocates
 * nothing, uses bounded stack, takes time linear in len.  len is at most
 * JSON_MAX_LEN; longer is JSON_SYNTAX, and so are more than JSON_MAX_MEMBERS at
 * the top level (which no token has room for: 12288 bytes of JSON hold at most
 * 1769 different names).  With any status but JSON_OK, nothing is found.
 */
#define JSON_MAX_LEN		(256 * 1024)
#define JSON_MAX_MEMBERS	2560
extern JsonStatus json_guard_object(const char *text, size_t len,
									JsonWanted *wanted, int nwanted);

/*
 * Decodes what stands between a guarded string's quotes into UTF-8 at dst, which
 * has room for len bytes; returns the length.  dst may be src.
 */
extern size_t json_string_decode(const char *src, size_t len, char *dst);

/* Does a guarded string (as above) decode to exactly this text? */
extern bool json_string_equals(const char *src, size_t len,
							   const char *text, size_t text_len);

/*
 * Walks a guarded array's or string array's elements: *pos starts as 0 and is
 * kept by the caller.  False at the end.  Elements come as wanted members do (name
 * is not touched); the array is the whole value, brackets and all.
 */
extern bool json_array_next(const char *array, size_t len, size_t *pos,
							JsonWanted *element);

/*
 * Walks a guarded object's members likewise, in their order; the object is the
 * whole text, white space around it and all.  A name is what stands between its
 * quotes; value's own name is not touched.
 */
typedef struct JsonMember
{
	const char *name;
	size_t		name_len;
	bool		name_escaped;
	JsonWanted	value;
} JsonMember;

extern bool json_object_next(const char *object, size_t len, size_t *pos,
							 JsonMember *member);

/*
 * Replaces each \u escape of a non-ASCII character in a guarded text by its
 * UTF-8, in place, and returns the new length, which is never larger.  Two
 * spellings of a character thus meet the same fate in a database whose encoding
 * is not UTF8.
 */
extern size_t json_unescape_non_ascii(char *text, size_t len);

/*
 * "the header ...", "the payload ...": a phrase without a full stop, for logs
 * and explain: never quotes the text.
 */
extern const char *json_status_text(JsonStatus status);

#endif							/* HCJWT_JSON_GUARD_H */
