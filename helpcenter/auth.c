/*-------------------------------------------------------------------------
 *
 * auth.c
 *	  who makes a request
 *
 * Basic authentication as {email}:{password} or {email}/token:{api_token},
 * an OAuth bearer token, or the browser's session cookie.
 *
 * IDENTIFICATION
 *	  helpcenter/auth.c
 *
 *-------------------------------------------------------------------------
 */
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "auth.h"
#include "server.h"

#define TOKEN_SUFFIX "/token"

static const User *
basic_user(const Users *users, const char *encoded)
{
	static const User nobody;
	Buf			decoded = {0};
	const User *user = NULL;

	if (base64_decode(encoded, &decoded) &&
		memchr(decoded.data, '\0', decoded.len) == NULL)
	{
		char	   *name = decoded.data;
		char	   *secret = strchr(name, ':');
		size_t		suffix = strlen(TOKEN_SUFFIX);

		if (secret)
		{
			size_t		len = secret - name;
			bool		is_token;

			*secret++ = '\0';
			is_token = len > suffix &&
				strcmp(name + len - suffix, TOKEN_SUFFIX) == 0;
			if (is_token)
				name[len - suffix] = '\0';
			user = users_by_email(users, name);

			/* An unknown address costs what a wrong password costs. */
			if (is_token ?
				!user_check_api_token(user ? user : &nobody, secret) :
				!user_check_password(user ? user : &nobody, secret))
				user = NULL;
		}
	}
	if (decoded.data)
		OPENSSL_cleanse(decoded.data, decoded.size);
	buf_free(&decoded);
	return user;
}

/* The request's credentials decide; its cookie counts only without any. */
AuthResult
authenticate(Request *request, const User **user)
{
	const Users *users = &request->server->users;
	const char *header = request_header(request, "Authorization");
	Session    *session;

	*user = NULL;
	if (header)
	{
		const char *value = strchr(header, ' ');

		while (value && *value == ' ')
			value++;
		if (value && strncasecmp(header, "Basic ", 6) == 0)
			*user = basic_user(users, value);
		else if (value && strncasecmp(header, "Bearer ", 7) == 0)
			*user = users_by_oauth_token(users, value);
		if (*user == NULL)
			return AUTH_REFUSED;
	}
	else if ((session = request_session(request)) != NULL &&
			 session->user_id != 0)
		*user = users_by_id(users, session->user_id);
	if (*user == NULL)
		return AUTH_ANONYMOUS;
	request->user_id = (*user)->id;
	return AUTH_USER;
}

Session *
request_session(Request *request)
{
	const char *cookie = request_cookie(request, SESSION_COOKIE);

	return cookie ? session_find(&request->server->sessions, cookie) : NULL;
}

static void
set_cookie(Request *request, Reply *reply, const char *value, bool keep)
{
	char	   *header = xprintf("%s=%s; Path=/; HttpOnly; SameSite=Lax%s%s",
								 SESSION_COOKIE, value,
								 request->server->options->tls ?
								 "; Secure" : "",
								 keep ? "" : "; Max-Age=0");

	reply_header(reply, "Set-Cookie", header);
	free(header);
}

/* Starts a session and has the reply hand its cookie to the browser. */
Session *
request_session_start(Request *request, Reply *reply, int64_t user_id)
{
	char	   *cookie;
	Session    *session = session_start(&request->server->sessions, user_id,
										&cookie);

	set_cookie(request, reply, cookie, true);
	free(cookie);
	return session;
}

void
request_session_end(Request *request, Reply *reply)
{
	Session    *session = request_session(request);

	if (session)
		session_end(&request->server->sessions, session);
	set_cookie(request, reply, "", false);
}
