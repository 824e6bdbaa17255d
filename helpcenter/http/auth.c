/*-------------------------------------------------------------------------
 *
 * auth.c
 *	  who makes a request
 *
 * An OAuth bearer token is its owner's; with the scope "impersonate" and the
 * header X-On-Behalf-Of it stands for another user.  Basic authentication is
 * {email}/token:{api_token}, for any user of the account, or
 * {email}:{password}. Without either the browser's session cookie counts.
 *
 *-------------------------------------------------------------------------
 */
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "http/auth.h"

#define TOKEN_SUFFIX "/token"

static AuthResult
refused(Request *request, Refusal why)
{
	request->refusal = why;
	return AUTH_REFUSED;
}

/* A suspended user counts as no user at all. */
static const User *
active(const User *user)
{
	return user && !user->suspended ? user : NULL;
}

/* GET and HEAD read; all else writes. */
static bool
writes(const Request *request)
{
	return strcmp(request->method, "GET") != 0 &&
		strcmp(request->method, "HEAD") != 0;
}

/*
 * Decodes basic authentication into *name and *secret, which point into
 * decoded; false when it is malformed.
 */
static bool
basic_parts(const char *encoded, Buf *decoded, char **name, char **secret)
{
	if (!base64_decode(encoded, decoded) ||
		memchr(decoded->data, '\0', decoded->len) != NULL)
		return false;
	*name = decoded->data;
	*secret = strchr(*name, ':');
	if (*secret == NULL)
		return false;
	*(*secret)++ = '\0';
	return true;
}

/*
 * An API token belongs to the account and signs in as any of its users.  The
 * password is compared for unknown users too, so that the time of the answer
 * does not tell which users exist.
 */
static AuthResult
authenticate_basic(Request *request, const char *encoded, const User **user)
{
	static const User nobody;
	const HelpCenter *center = request->center;
	Buf			decoded = {0};
	Refusal		why = REFUSED_CREDENTIALS;
	char	   *name;
	char	   *secret;

	if (basic_parts(encoded, &decoded, &name, &secret))
	{
		size_t		len = strlen(name);
		size_t		suffix = strlen(TOKEN_SUFFIX);
		bool		is_token = len > suffix &&
			strcmp(name + len - suffix, TOKEN_SUFFIX) == 0;
		const User *named;
		bool		fits;

		if (is_token)
			name[len - suffix] = '\0';
		named = active(users_by_email(&center->users, name));
		fits = is_token ?
			users_check_api_token(&center->users, secret) &&
			center->api_tokens :
			user_check_password(named ? named : &nobody, secret) &&
			center->passwords;
		if (fits)
			*user = named;
		if (!is_token)
			why = REFUSED_PASSWORD;
	}
	if (decoded.data)
		OPENSSL_cleanse(decoded.data, decoded.size);
	buf_free(&decoded);
	return *user ? AUTH_USER : refused(request, why);
}

static AuthResult
authenticate_bearer(Request *request, const char *token, const User **user)
{
	const Users *users = &request->center->users;
	const char *other = request_header(request, "X-On-Behalf-Of");
	unsigned int scopes = 0;
	const User *owner = active(users_by_oauth_token(users, token, &scopes));

	if (owner == NULL)
		return refused(request, REFUSED_CREDENTIALS);
	if (other)
		request->by_user_id = owner->id;
	if (!(scopes & (writes(request) ? SCOPE_WRITE : SCOPE_READ)))
		return refused(request, writes(request) ? REFUSED_SCOPE_WRITE :
					   REFUSED_SCOPE_READ);
	*user = owner;
	if (other == NULL)
		return AUTH_USER;
	if (!(scopes & SCOPE_IMPERSONATE))
		return refused(request, REFUSED_SCOPE_IMPERSONATE);
	if (owner->role != ROLE_ADMIN)
		return refused(request, REFUSED_NOT_ALLOWED);
	*user = active(users_by_email_or_id(users, other));
	return *user ? AUTH_USER : refused(request, REFUSED_ON_BEHALF_OF);
}

/*
 * A browser sends its cookie with every request that any page makes.  So a
 * write also needs the session's CSRF token, which only our own pages know.
 */
static AuthResult
authenticate_session(Request *request, const User **user)
{
	Session    *session = request_session(request);
	const char *csrf = request_header(request, "X-CSRF-Token");

	if (session == NULL || session->user_id == 0)
		return AUTH_ANONYMOUS;
	*user = active(users_by_id(&request->center->users, session->user_id));
	if (*user == NULL)
		return AUTH_ANONYMOUS;
	if (writes(request) && !(csrf && session_check_csrf(session, csrf)))
		return refused(request, REFUSED_NOT_ALLOWED);
	return AUTH_USER;
}

static AuthResult
authenticate_any(Request *request, const User **user)
{
	const char *header = request_header(request, "Authorization");
	const char *value = header ? strchr(header, ' ') : NULL;

	/*
	 * It is not known what the vendor does with this header where there is no
	 * OAuth token.  The client wants to act for another user, so its own
	 * credentials alone must not decide.
	 */
	if (request_header(request, "X-On-Behalf-Of") &&
		!(header && strncasecmp(header, "Bearer ", 7) == 0))
		return refused(request, REFUSED_NOT_ALLOWED);
	if (header == NULL)
		return authenticate_session(request, user);
	while (value && *value == ' ')
		value++;
	if (value && strncasecmp(header, "Basic ", 6) == 0)
		return authenticate_basic(request, value, user);
	if (value && strncasecmp(header, "Bearer ", 7) == 0)
		return authenticate_bearer(request, value, user);
	return refused(request, REFUSED_CREDENTIALS);
}

/* The request's credentials decide; without credentials, its cookie decides. */
AuthResult
authenticate(Request *request, const User **user)
{
	AuthResult	result;

	*user = NULL;
	result = authenticate_any(request, user);
	if (result == AUTH_USER)
		request->user_id = (*user)->id;
	else
		*user = NULL;
	return result;
}

AuthResult
authenticate_or_anonymous(Request *request, const User **user)
{
	AuthResult	result = authenticate(request, user);

	if (result == AUTH_REFUSED && request->refusal == REFUSED_PASSWORD &&
		request->center->seen[SEEN_WRONG_PASSWORD_ANONYMOUS])
		return AUTH_ANONYMOUS;
	return result;
}

void
reply_refusal(const Request *request, Reply *reply)
{
	const char *scope = NULL;

	switch (request->refusal)
	{
		case REFUSED_NOT_ALLOWED:
			reply_error(reply, 403);
			return;
		case REFUSED_ON_BEHALF_OF:
			/* "the request will fail as an invalid_token" */
			reply_error(reply, 401);
			reply_json(reply, 401,
					   json_pack("{s:s, s:s}", "error", "invalid_token",
								 "error_description",
								 "The access token provided is expired, "
								 "revoked, malformed or invalid for other "
								 "reasons."));
			return;
		case REFUSED_SCOPE_READ:
			scope = "read";
			break;
		case REFUSED_SCOPE_WRITE:
			scope = "write";
			break;
		case REFUSED_SCOPE_IMPERSONATE:
			scope = "impersonate";
			break;
		case REFUSED_CREDENTIALS:
		case REFUSED_PASSWORD:
			reply_error(reply, 401);
			return;
	}
	reply_json(reply, 403,
			   json_pack("{s:s, s:s+}", "error", "Forbidden", "description",
						 "You are missing the following required scopes: ",
						 scope));
}

Session *
request_session(Request *request)
{
	const char *cookie = request_cookie(request, SESSION_COOKIE);

	return cookie ? session_find(&request->center->sessions, cookie) : NULL;
}

static void
set_cookie(Request *request, Reply *reply, const char *value, bool keep)
{
	char	   *header = xprintf("%s=%s; Path=/; HttpOnly; SameSite=Lax%s%s",
								 SESSION_COOKIE, value,
								 request->center->tls ?
								 "; Secure" : "",
								 keep ? "" : "; Max-Age=0");

	reply_header(reply, "Set-Cookie", header);
	free(header);
}

/* Starts a session, and adds its cookie to the reply. */
Session *
request_session_start(Request *request, Reply *reply, int64_t user_id)
{
	char	   *cookie;
	Session    *session = session_start(&request->center->sessions, user_id,
										&cookie);

	set_cookie(request, reply, cookie, true);
	free(cookie);
	return session;
}

/*
 * The session of the authenticated user, or of an anonymous visitor (NULL):
 * the cookie's session if it is theirs, else a new one.
 */
Session *
request_session_of(Request *request, Reply *reply, const User *user)
{
	Session    *session = request_session(request);

	if (session && (user == NULL || session->user_id == user->id))
		return session;
	return request_session_start(request, reply, user ? user->id : 0);
}

void
request_session_end(Request *request, Reply *reply)
{
	Session    *session = request_session(request);

	if (session)
		session_end(&request->center->sessions, session);
	set_cookie(request, reply, "", false);
}
