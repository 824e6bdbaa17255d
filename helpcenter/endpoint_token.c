/*-------------------------------------------------------------------------
 *
 * endpoint_token.c
 *	  GET /api/v2/help_center/integration/token: New Token
 *
 * IDENTIFICATION
 *	  helpcenter/endpoint_token.c
 *
 *-------------------------------------------------------------------------
 */
#include <stdlib.h>

#include "auth.h"
#include "endpoints.h"
#include "server.h"
#include "token.h"

/* The vendor says who is allowed, not what the others are answered. */
static void
answer_anonymous(const Request *request, Reply *reply)
{
	const bool *seen = request->server->seen;

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
	Server	   *server = request->server;
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
			token = token_for_user(&server->keys, &server->users, user,
								   request->brand, server->token_life);
			reply_json(reply, 200, json_pack("{s:s}", "token", token));
			free(token);
			break;
	}
}
