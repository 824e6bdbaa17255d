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
 * All of the memory is read, where C11 reads no further than to what is found: who
 * gives a length that is too large is told so either way.
 */
void *
memchr(const void *s, int c, size_t n)
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

/* All of the text is read; what follows is written so that CBMC is fast. */
char *
strchr(const char *s, int c)
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
