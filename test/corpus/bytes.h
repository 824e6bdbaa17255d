/*-------------------------------------------------------------------------
 *
 * bytes.h
 *		Strings of bytes to build tokens of.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CORPUS_BYTES_H
#define CORPUS_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A string is never changed after it is made, and never freed: the program
 * makes its corpus and ends.  A NUL follows the last byte.
 */
typedef struct Bytes
{
	const uint8_t *data;
	size_t		len;
} Bytes;

/* Strings of constants: B("...") may hold NUL bytes, text() ends at the first. */
#define B(literal)		bytes((literal), sizeof(literal) - 1)
#define NOTHING			((Bytes) {(const uint8_t *) "", 0})

extern Bytes bytes(const void *data, size_t len);
extern Bytes text(const char *string);
extern Bytes format(const char *fmt,...) __attribute__((format(printf, 1, 2)));
extern Bytes join(Bytes a, Bytes b);
extern Bytes join3(Bytes a, Bytes b, Bytes c);
extern Bytes repeat(const char *string, size_t times);
extern Bytes fill(uint8_t byte, size_t len);
extern Bytes slice(Bytes b, size_t from, size_t len);
extern Bytes reversed(Bytes b);

/* Replaces as many bytes at this place as by has. */
extern Bytes patch(Bytes b, size_t at, Bytes by);

/* Inserts what at this place. */
extern Bytes insert(Bytes b, size_t at, Bytes what);

/* Replaces each from by to. */
extern Bytes replace(Bytes b, const char *from, const char *to);

extern bool has(Bytes b, const char *what);
extern const char *string(Bytes b);

/* Encodings, with and without the padding. */
extern Bytes base64url(Bytes b);
extern Bytes base64(Bytes b);
extern Bytes hex(Bytes b);

/* Prints why, and ends the program. */
extern void give_up(const char *why) __attribute__((noreturn));
extern void must(bool done, const char *what);

#endif							/* CORPUS_BYTES_H */
