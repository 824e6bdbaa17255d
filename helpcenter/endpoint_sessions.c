/*-------------------------------------------------------------------------
 *
 * endpoint_sessions.c
 *	  GET /api/v2/help_center/sessions: Show Session
 *
 * IDENTIFICATION
 *	  helpcenter/endpoint_sessions.c
 *
 *-------------------------------------------------------------------------
 */
#include "auth.h"
#include "endpoints.h"
#include "server.h"

/*
 * Anonymous visitors have a session too.  Its CSRF token stays the same for
 * as long as the client sends the cookie back.
 */
void
endpoint_sessions(Request *request, Reply *reply)
{
	const User *user;
	Session    *session;

	reply_header(reply, "Cache-Control", "no-store");
	if (authenticate(request, &user) == AUTH_REFUSED)
	{
		reply_error(reply, 401);
		return;
	}
	session = request_session(request);
	if (session == NULL)
		session = request_session_start(request, reply, 0);
	reply_json(reply, 200, json_pack("{s:{s:s}}", "current_session",
									 "csrf_token", session->csrf_token));
}
