/*-------------------------------------------------------------------------
 *
 * encoding.c
 *		Between the database's encoding and UTF-8, without ever raising.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "mb/pg_wchar.h"

#include "encoding.h"

/* Every encoding that a database can have holds ASCII as it is. */
static bool
text_is_ascii(const char *text, size_t len)
{
	unsigned char all = 0;

	for (size_t i = 0; i < len; i++)
		all |= (unsigned char) text[i];
	return all < 0x80;
}

static const char *
convert(const char *text, size_t len, size_t *outlen, int from, int to)
{
	Oid			proc;
	char	   *result;
	size_t		room;

	proc = FindDefaultConversionProc(from, to);
	if (!OidIsValid(proc))
		return NULL;

	/*
	 * the conversion needs a terminated text, and stops where it cannot
	 * convert
	 */
	room = len * MAX_CONVERSION_GROWTH + 1;
	result = palloc(room);
	if (pg_do_encoding_conversion_buf(proc, from, to,
									  (unsigned char *) pnstrdup(text, len), len,
									  (unsigned char *) result, room, true) != (int) len)
		return NULL;
	*outlen = strlen(result);
	return result;
}

const char *
server_to_utf8(const char *text, size_t len, size_t *outlen)
{
	int			encoding = GetDatabaseEncoding();

	*outlen = len;
	if (encoding == PG_UTF8 || encoding == PG_SQL_ASCII || text_is_ascii(text, len))
		return text;
	return convert(text, len, outlen, encoding, PG_UTF8);
}

const char *
utf8_to_server(const char *text, size_t len, size_t *outlen)
{
	int			encoding = GetDatabaseEncoding();

	*outlen = len;
	if (encoding == PG_UTF8 || encoding == PG_SQL_ASCII || text_is_ascii(text, len))
		return text;
	return convert(text, len, outlen, PG_UTF8, encoding);
}
