/*-------------------------------------------------------------------------
 *
 * api.h
 *		What the files of the three API functions share.
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
	char	   *basic_user;		/* email, or email and "/token" */
} Credentials;

/* One of the three endpoints. */
typedef struct Endpoint
{
	const char *path;			/* below base_url */
	const char *wanted;			/* what it answers with, for messages */
	bool		is_keys;		/* keys_url may stand for base_url and path */
	bool		takes_credentials;
	bool		needs_credentials;
	bool		needs_plan;		/* 404 where the plan has no help center JWTs */

	/*
	 * Makes the function's result of an answer with status 200, or says what
	 * is wrong with the body: a clause that begins with "the body".
	 */
	const char *(*judge) (const HttpResponse *response, Datum *result);
} Endpoint;

extern const Endpoint endpoint_keys;
extern const Endpoint endpoint_token;
extern const Endpoint endpoint_session;

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

#endif							/* HCJWT_API_H */
