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

/*
 * The session of the request's user, or of an anonymous visitor (*user is NULL);
 * NULL when the reply is an error.  Its CSRF token stays the same while its cookie
 * is sent back.
 */
static const Session *
find_session(Request *request, Reply *reply, const User **user)
{
	reply_header(reply, "Cache-Control", "no-store");
	if (authenticate_or_anonymous(request, user) == AUTH_REFUSED)
	{
		reply_refusal(request, reply);
		return NULL;
	}
	return request_session_of(request, reply, *user);
}

void
endpoint_sessions(Request *request, Reply *reply)
{
	const User *user;
	const Session *session = find_session(request, reply, &user);

	if (session)
		reply_json(reply, 200, json_pack("{s:{s:s}}", "current_session",
										 "csrf_token", session->csrf_token));
}

/* The vendor's other source of a CSRF token, with a few members of the user. */
void
endpoint_me(Request *request, Reply *reply)
{
	const User *user;
	const Session *session = find_session(request, reply, &user);

	if (session == NULL)
		return;
	reply_json(reply, 200,
			   json_pack("{s:{s:o, s:s, s:s?, s:s, s:s?, s:s}}", "user",
						 "id", user ? json_integer(user->id) : json_null(),
						 "name", user ? user->name : "Anonymous user",
						 "email", user ? user->email : "invalid@example.com",
						 "role", role_name(user ? user->role : ROLE_END_USER),
						 "external_id", user ? user->external_id : NULL,
						 "authenticity_token", session->csrf_token));
}
