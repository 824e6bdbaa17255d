/*-------------------------------------------------------------------------
 *
 * session.c
 *	  GET /api/v2/help_center/sessions: Show Session;
 *	  GET /api/v2/users/me: Show Self
 *
 *-------------------------------------------------------------------------
 */
#include "api/session.h"
#include "http/auth.h"

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

/* The vendor's other source of a CSRF token, with a few members of the user. */
void
endpoint_me(Request *request, Reply *reply)
{
	const User *user;
	Session    *session;
	json_t	   *me;

	reply_header(reply, "Cache-Control", "no-store");
	if (authenticate_or_anonymous(request, &user) == AUTH_REFUSED)
	{
		reply_refusal(request, reply);
		return;
	}
	session = request_session_of(request, reply, user);
	if (user)
		me = json_pack("{s:I, s:s, s:s?, s:s, s:s?, s:s}",
					   "id", (json_int_t) user->id, "name", user->name,
					   "email", user->email, "role", role_name(user->role),
					   "external_id", user->external_id,
					   "authenticity_token", session->csrf_token);
	else
		me = json_pack("{s:n, s:s, s:s, s:s, s:n, s:s}",
					   "id", "name", "Anonymous user",
					   "email", "invalid@example.com",
					   "role", role_name(ROLE_END_USER), "external_id",
					   "authenticity_token", session->csrf_token);
	reply_json(reply, 200, json_pack("{s:o}", "user", me));
}
