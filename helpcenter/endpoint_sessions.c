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
 * The session of whoever the credentials say, or else of the cookie; anonymous
 * visitors have one too.  Its CSRF token stays the same for as long as the
 * client sends the cookie back.
 */
void
endpoint_sessions(Request *request, Reply *reply)
{
	const User *user;
	Session    *session;
	int64_t		user_id;

	reply_header(reply, "Cache-Control", "no-store");
	if (authenticate_or_anonymous(request, &user) == AUTH_REFUSED)
	{
		reply_refusal(request, reply);
		return;
	}
	user_id = user ? user->id : 0;
	session = request_session(request);

	/* another's cookie does not make the session another's */
	if (session == NULL || (user && session->user_id != user_id))
		session = request_session_start(request, reply, user_id);
	reply_json(reply, 200, json_pack("{s:{s:s}}", "current_session",
									 "csrf_token", session->csrf_token));
}
