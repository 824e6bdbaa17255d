/*-------------------------------------------------------------------------
 *
 * api.h
 *		What the files of the API functions share.
 *
 * IDENTIFICATION
 *	  src/http/api.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_API_H
#define HCJWT_API_H

#include "fmgr.h"

#include "compat.h"
#include "http/http.h"

/* How long a query cancel may have to wait, at most */
#define API_STEP_MS			50

#define CSRF_TOKEN_MAX_LEN	4096

/* A help center as its row has it. */
typedef struct HelpCenter
{
	const char *name;
	char	   *base_url;
	char	   *keys_url;		/* NULL: base_url and the usual path */
} HelpCenter;

/* NULL where not given.  Wiped when the call is over, however it ends. */
typedef struct Credentials
{
	char	   *email;
	char	   *password;
	char	   *api_token;
	char	   *oauth_token;
	char	   *on_behalf_of;	/* e-mail address or id of a user */
	char	   *basic_user;		/* email, or email and "/token" */
} Credentials;

/* One of the endpoints that are asked. */
typedef struct Endpoint
{
	const char *path;			/* below base_url */
	const char *wanted;			/* what it answers with, for messages */
	const char *missing_message;	/* when it answers 404 */
	const char *missing_hint;
	const char *denied_hint;	/* who may, when it answers 403 */
	bool		is_keys;		/* keys_url may stand for base_url and path */
	bool		takes_credentials;
	bool		needs_credentials;

	/*
	 * Makes the function's result of an answer with status 200, or says what
	 * is wrong with the body: a clause that begins with "the body".
	 */
	const char *(*judge) (const HelpCenter *center,
						  const HttpResponse *response, Datum *result);
} Endpoint;

extern const Endpoint endpoint_keys;
extern const Endpoint endpoint_token;
extern const Endpoint endpoint_session;
extern const Endpoint endpoint_custom_claims;

/* center.c */
extern void center_read(const char *name, HelpCenter *center);
extern char *center_url(const HelpCenter *center, const Endpoint *endpoint);
extern const char *center_setting(const char *name);

/* credentials.c */
extern void credentials_take(FunctionCallInfo fcinfo, const Endpoint *endpoint,
							 Credentials *credentials);
extern void credentials_wipe(Credentials *credentials);

/* failures.c: these raise; every rule of which SQLSTATE means what is there */
pg_noreturn extern void report_failure(const HelpCenter *center,
									   const Endpoint *endpoint,
									   const HttpResponse *response);
pg_noreturn extern void report_bad_answer(const HelpCenter *center,
										  const Endpoint *endpoint,
										  const HttpResponse *response,
										  const char *why);

pg_noreturn extern void report_without_token(const HelpCenter *center,
											 const HttpResponse *response);

#endif							/* HCJWT_API_H */
