/*-------------------------------------------------------------------------
 *
 * server_stand_ins.c
 *		The few functions of the server that the rules for tokens call, for a
 *		program that has no server.
 *
 * The Makefile renames the functions for the rules: stand_in_NAME stands in for NAME.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "mb/pg_wchar.h"

#include "encoding.h"
#include "fuzz.h"
#include "keys/trust.h"
#include "server_stand_ins.h"

int			stand_in_encoding = PG_UTF8;

int
stand_in_GetDatabaseEncoding(void)
{
	return stand_in_encoding;
}

#if PG_VERSION_NUM < 190000		/* the version from which on a header declares
								 * it */
unsigned char
stand_in_pg_ascii_tolower(unsigned char c)
{
	return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}
#endif

/* The copy lives until the next call, which is long enough for the callers here. */
char *
stand_in_pnstrdup(const char *text, Size len)
{
	static char *copy = NULL;

	free(copy);
	copy = room_of(len + 1);
	memcpy(copy, text, len);
	copy[len] = '\0';
	return copy;
}

/* The same for phrases, none of which is longer. */
#undef vsnprintf
char *
stand_in_psprintf(const char *format,...)
{
	static char phrase[1024];
	va_list		args;

	va_start(args, format);
	(void) vsnprintf(phrase, sizeof(phrase), format, args);
	va_end(args);
	return phrase;
}

/* Converts as for an encoding that has every character. */
const char *
stand_in_utf8_to_server(const char *text, size_t len, size_t *outlen)
{
	*outlen = len;
	return text;
}

int			stand_in_hcjwt_max_stale = 7 * 24 * 3600;

void *
stand_in_palloc_extended(Size size, int flags)
{
	return room_of(size);
}

#undef qsort
void
stand_in_pg_qsort(void *base, size_t nel, size_t elsize,
				  int (*cmp) (const void *, const void *))
{
	qsort(base, nel, elsize, cmp);
}
