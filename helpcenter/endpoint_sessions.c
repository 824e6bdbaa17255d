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

/* The session's CSRF token stays the same while its cookie is sent back. */
void
endpoint_sessions(Request *request, Reply *reply)
{
	const User *user;
	Session    *session;

	reply_header(reply, "Cache-Control", "no-store");
	if (authenticate_or_anonymous(request, &user) == AUTH_REFUSED)
	{
		reply_refusal(request, reply);
		return;
	}
	session = request_session_of(request, reply, user);
	reply_json(reply, 200, json_pack("{s:{s:s}}", "current_session",
									 "csrf_token", session->csrf_token));
}
