/*-------------------------------------------------------------------------
 *
 * two_tokens.c
 *		Genuine tokens, of which no query must read two: see try_two_tokens()
 *		in drive.sql.
 *
 *-------------------------------------------------------------------------
 */
#include "corpus.h"

static void
genuine(const char *name, const char *user_id, Bytes token)
{
	emit(.name = name,.verdict = PASS,.token = token,.user_id = user_id);
}

void
make_two_tokens(void)
{
#define BRAND_A "\"origin\":\"https://brand-a.zendesk.com\","

	genuine("ada", "1", token_of("acme", KID, "\"userId\":1,\"org\":\"1\",\"role\":\"user\""));
	genuine("ada, another day", "1",
			token_of("acme", KID, "\"userId\":1,\"org\":\"1\",\"role\":\"user\",\"nonce\":2"));
	genuine("bob", "2", token_of("acme", KID, "\"userId\":2,\"org\":\"2\",\"role\":\"admin\""));
	genuine("somebody without an organisation", "2", token_of("acme", KID, "\"userId\":2,\"role\":\"user\""));
	genuine("a brand's user 1", "1",
			token_of("brands", "brands-key", BRAND_A "\"userId\":1,\"org\":\"2\",\"role\":\"admin\""));
	genuine("a brand's user 2", "2",
			token_of("brands", "brands-key", BRAND_A "\"userId\":2,\"org\":\"1\",\"role\":\"user\""));
}
