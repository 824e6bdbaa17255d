/*-------------------------------------------------------------------------
 *
 * endpoint_me.c
 *	  GET /api/v2/users/me: Show Self
 *
 * The vendor's other source of a CSRF token.  Of the user, it has what is of
 * use here.
 *
 * IDENTIFICATION
 *	  helpcenter/endpoint_me.c
 *
 *-------------------------------------------------------------------------
 */
#include "auth.h"
#include "endpoints.h"
#include "server.h"

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
