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
 * Never changed once made, and never given back: the program makes its corpus
 * and ends.  There is always a NUL behind the last byte.
 */
typedef struct Bytes
{
	const uint8_t *data;
	size_t		len;
} Bytes;

/* Of constants: B("...") may hold NUL bytes, text() ends at the first. */
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

/* With the bytes at this place, as many as these, replaced by them. */
extern Bytes patch(Bytes b, size_t at, Bytes by);

/* With these put in at this place. */
extern Bytes insert(Bytes b, size_t at, Bytes what);

/* With each from replaced by to. */
extern Bytes replace(Bytes b, const char *from, const char *to);

extern bool has(Bytes b, const char *what);
extern const char *string(Bytes b);

/* Encodings, with and without the padding. */
extern Bytes base64url(Bytes b);
extern Bytes base64(Bytes b);
extern Bytes hex(Bytes b);

/* Prints why, and ends the program: what it needs is not there. */
extern void give_up(const char *why) __attribute__((noreturn));
extern void must(bool done, const char *what);

#endif							/* CORPUS_BYTES_H */
