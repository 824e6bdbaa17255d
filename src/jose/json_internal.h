/*-------------------------------------------------------------------------
 *
 * json_internal.h
 *		What the files behind json_guard.h share among themselves.
 *
 * IDENTIFICATION
 *	  src/jose/json_internal.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_JSON_INTERNAL_H
#define HCJWT_JSON_INTERNAL_H

#include "jose/json_guard.h"

/* json_string_read.c */

/*
 * Reads a string from behind its opening quote.  Returns the closing one, or
 * NULL with *status set.
 */
extern const char *json_string_read(const char *p, const char *end,
									bool *escaped, JsonStatus *status);

/* json_string.c */

/*
 * The bytes that a guarded string decodes to, one after the other, so that
 * names can be compared and hashed without a copy.
 */
typedef struct JsonBytes
{
	const char *p;
	const char *end;
	uint8_t		held[4];		/* of an escape: the bytes not yet given out */
	int			nheld;
	int			given;
} JsonBytes;

extern void json_bytes_start(JsonBytes *bytes, const char *src, size_t len);

/* The next byte, or -1 at the end. */
extern int	json_bytes_next(JsonBytes *bytes);

/* The four hexadecimal digits at p, or -1 when they are none. */
extern int	json_hex4(const char *p);

/* json_number.c */

/* A JSON number taken apart. */
typedef struct JsonNumber
{
	bool		negative;
	const char *integer;
	size_t		integer_len;	/* at least 1 */
	const char *fraction;
	size_t		fraction_len;	/* 0 when there is none */
	int64_t		exponent;		/* 0 when there is none; see below */
} JsonNumber;

/*
 * An exponent beyond this is cut down to it: no digit string of a length that
 * memory can hold brings such a number back into any range.
 */
#define JSON_EXPONENT_CLAMP INT64_C(1000000000000000)

/*
 * Reads a number by RFC 8259's grammar, as far as it goes.  Returns what stands
 * behind it, which is the caller's to judge, or NULL when there is none.
 */
extern const char *json_number_read(const char *p, const char *end,
									JsonNumber *number);

/* Has it, written out in full, at most 40 digits before its point and 40 behind it? */
extern bool json_number_fits(const JsonNumber *number);

/* json_names.c */

/*
 * The names of the outermost object's members, to find one that stands twice.
 * A token of JWS_MAX_LEN cannot hold more members than JSON_MAX_MEMBERS.
 */
#define JSON_NAME_SLOTS		3072

typedef struct JsonNames
{
	const char *text;			/* what offsets count from */
	uint32_t	nslots;			/* how many slots are in use, fewer for less text */
	uint32_t	nnames;
	uint32_t	slots[JSON_NAME_SLOTS];
} JsonNames;

extern void json_names_start(JsonNames *names, const char *text, size_t len);

/*
 * Adds what stands between a name's quotes.  JSON_DUPLICATE_MEMBER when it is
 * there, JSON_SYNTAX when there are too many.
 */
extern JsonStatus json_names_add(JsonNames *names, const char *name,
								 size_t len, bool escaped);

#endif							/* HCJWT_JSON_INTERNAL_H */
