/*-------------------------------------------------------------------------
 *
 * masking.c
 *		Makes tokens asterisks where the server shows statements.
 *
 * A statement may have a token as a literal; the statements that Citus sends to
 * its workers do.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "tcop/tcopprot.h"
#include "utils/backend_status.h"
#include "utils/memutils.h"

#include "verify/masking.h"

/* base64url, and the dots in between */
#define TOKEN_CHARACTERS \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."

/*
 * Where in the text something begins that looks like a token, and its length; NULL where
 * nothing does.  A header's "{\"" is "eyJ" in base64url.
 */
static const char *
find_token(const char *text, size_t *len)
{
	while (text != NULL && (text = strstr(text, "eyJ")) != NULL)
	{
		const char *dot;

		*len = strspn(text, TOKEN_CHARACTERS);
		dot = memchr(text, '.', *len);
		if (dot != NULL && memchr(dot + 1, '.', text + *len - dot - 1) != NULL)
			return text;
		text += *len;
	}
	return NULL;
}

void
mask_tokens(char *text)
{
	const char *token = text;
	size_t		len;

	while ((token = find_token(token, &len)) != NULL)
		memset(text + (token - text), '*', len);
}

/*
 * Masks a copy, because the server still has to run the statement itself.  When
 * there is no memory for a copy, other words stand for the statement: log
 * entries are written even then.
 */
void
mask_statement(void)
{
	size_t		len;
	char	   *copy = NULL;

	if (find_token(debug_query_string, &len) == NULL)
		return;
	len = strlen(debug_query_string) + 1;
	if (MessageContext != NULL)
		copy = MemoryContextAllocExtended(MessageContext, len,
										  MCXT_ALLOC_NO_OOM | MCXT_ALLOC_HUGE);
	if (copy != NULL)
	{
		memcpy(copy, debug_query_string, len);
		mask_tokens(copy);
	}
	debug_query_string = copy ? copy : "(a statement with a token)";
	pgstat_report_activity(STATE_RUNNING, debug_query_string);
}
