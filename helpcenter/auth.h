/*-------------------------------------------------------------------------
 *
 * auth.h
 *	  who makes a request
 *
 * IDENTIFICATION
 *	  helpcenter/auth.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef HC_AUTH_H
#define HC_AUTH_H

#include "http.h"
#include "session.h"
#include "users.h"

typedef enum AuthResult
{
	AUTH_ANONYMOUS,
	AUTH_USER,
	AUTH_REFUSED				/* credentials were given and are wrong */
} AuthResult;

extern AuthResult authenticate(Request *request, const User **user);
extern Session *request_session(Request *request);
extern Session *request_session_start(Request *request, Reply *reply,
									  int64_t user_id);
extern void request_session_end(Request *request, Reply *reply);

#endif							/* HC_AUTH_H */
