/*-------------------------------------------------------------------------
 *
 * libc.c
 *		Functions of the C library whose body CBMC does not know, as the C
 *		standard describes them.
 *
 *-------------------------------------------------------------------------
 */
#include "proof.h"

/*
 * Reads all of the memory, though C11's memchr() stops at what it finds.  So a
 * caller that gives too large a length fails the proof in any case.
 */
void *
stand_in_memchr(const void *s, int c, size_t n)
{
	const unsigned char *bytes = s;
	size_t		at = n;

	for (size_t i = n; i > 0; i--)
	{
		if (bytes[i - 1] == (unsigned char) c)
			at = i - 1;
	}
	return at < n ? (void *) (bytes + at) : NULL;
}

/* Reads all of the text.  The rest is written so that CBMC is fast. */
char *
stand_in_strchr(const char *s, int c)
{
	size_t		n = strlen(s) + 1;
	size_t		at = n;

	for (size_t i = n; i > 0; i--)
	{
		if (s[i - 1] == (char) c)
			at = i - 1;
	}
	return at < n ? (char *) (s + at) : NULL;
}
