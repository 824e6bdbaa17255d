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

void
endpoint_token(Request *request, Reply *reply)
{
	Server	   *server = request->server;
	const User *user;
	char	   *token;

	reply_header(reply, "Cache-Control", "no-store");
	if (authenticate(request, &user) != AUTH_USER)
	{
		reply_error(reply, 401);
		return;
	}
	token = token_for_user(&server->keys, &server->users, user,
						   server->token_life, server->origin);
	reply_json(reply, 200, json_pack("{s:s}", "token", token));
	free(token);
}
