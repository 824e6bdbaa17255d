/*-------------------------------------------------------------------------
 *
 * kid.c
 *		Proof: the printed form of any kid is short, and printable ASCII.
 *
 * stands in for: initStringInfo appendStringInfo
 * stands in for: appendStringInfoChar appendStringInfoString
 * entries: printing
 * cbmc: --unwind 68
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "lib/stringinfo.h"

/* The one format that is used: its result has four characters. */
#define stand_in_appendStringInfo(buf, format, c) append_escape(buf, format, c)
static void append_escape(StringInfo buf, const char *format, int c);

#include "verify/refusal.c"

#include "proof.h"

/* A StringInfo that keeps nothing and checks what is appended. */
static int	nbytes;				/* bytes of the kid */
static char last;
static bool is_cut;

void
stand_in_initStringInfo(StringInfo buf)
{
	buf->data = &last;
}

/* Appended unchanged: must be printable, and need no escape. */
void
stand_in_appendStringInfoChar(StringInfo buf, char c)
{
	PROVE(c >= 0x20 && c <= 0x7e && c != '"' && c != '\\');
	nbytes++;
}

static void
append_escape(StringInfo buf, const char *format, int c)
{
	PROVE(strcmp(format, "\\x%02x") == 0 && c >= 0 && c <= 0xFF);
	nbytes++;
}

/* The text around the kid. */
void
stand_in_appendStringInfoString(StringInfo buf, const char *text)
{
	PROVE(strcmp(text, "kid \"") == 0 || strcmp(text, "\"") == 0 || strcmp(text, "...\"") == 0);
	last = text[strlen(text) - 1];
	is_cut = text[0] == '.';
}

void
printing(void)
{
	ANY_LENGTH(len, KID_LOG_LEN - 1, KID_LOG_LEN + 1)
	{
		char	   *kid = any_bytes(len);

		(void) printable_kid(kid, len);
		PROVE(nbytes == (len < KID_LOG_LEN ? (int) len : KID_LOG_LEN));
		PROVE(last == '"' && is_cut == (len > KID_LOG_LEN));
	}
}
