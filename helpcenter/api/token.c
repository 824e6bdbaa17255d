/*-------------------------------------------------------------------------
 *
 * token.c
 *	  GET /api/v2/help_center/integration/token: New Token
 *
 *-------------------------------------------------------------------------
 */
#include <stdlib.h>

#include "account/token.h"
#include "api/token.h"
#include "http/auth.h"

/* The vendor says who gets a token, but not what anybody else gets. */
static void
answer_anonymous(const Request *request, Reply *reply)
{
	const bool *seen = request->center->seen;

	if (request->legacy && seen[SEEN_LEGACY_ANONYMOUS_403])
		reply_error(reply, 403);
	else if (seen[SEEN_ANONYMOUS_200])
		reply_json(reply, 200, json_object());
	else
		reply_error(reply, 401);
}

void
endpoint_token(Request *request, Reply *reply)
{
	const HelpCenter *center = request->center;
	const User *user;
	char	   *token;

	reply_header(reply, "Cache-Control", "no-store");
	switch (authenticate(request, &user))
	{
		case AUTH_ANONYMOUS:
			answer_anonymous(request, reply);
			break;
		case AUTH_REFUSED:
			reply_refusal(request, reply);
			break;
		case AUTH_USER:
			token = token_for_user(&center->keys, &center->users, user,
								   request->brand, center->token_life);
			reply_json(reply, 200, json_pack("{s:s}", "token", token));
			free(token);
			break;
	}
}
