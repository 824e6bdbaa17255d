/*-------------------------------------------------------------------------
 *
 * credentials.h
 *		With which credentials a help center is asked.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_CREDENTIALS_H
#define HCJWT_CREDENTIALS_H

#include "fmgr.h"

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

/*
 * Takes them from the function's arguments: oauth_token, alone or with
 * on_behalf_of; or email with exactly one of api_token and password; or none
 * where they are not needed.  When this raises, the caller still wipes what
 * was taken.
 */
extern void credentials_take(FunctionCallInfo fcinfo, bool needed,
							 Credentials *credentials);
extern void credentials_wipe(Credentials *credentials);

#endif							/* HCJWT_CREDENTIALS_H */
