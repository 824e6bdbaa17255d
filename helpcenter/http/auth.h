/*-------------------------------------------------------------------------
 *
 * auth.h
 *	  who makes a request
 *
 *-------------------------------------------------------------------------
 */
#ifndef HC_AUTH_H
#define HC_AUTH_H

#include "http/reply.h"
#include "http/request.h"

typedef enum AuthResult
{
	AUTH_ANONYMOUS,
	AUTH_USER,
	AUTH_REFUSED				/* reply_refusal() tells the client */
} AuthResult;

/*
 * authenticate_or_anonymous() takes a wrong password for an anonymous visit, if
 * seen[] says so.
 */
extern AuthResult authenticate(Request *request, const User **user);
extern AuthResult authenticate_or_anonymous(Request *request,
											const User **user);
extern void reply_refusal(const Request *request, Reply *reply);

extern Session *request_session(Request *request);
extern Session *request_session_start(Request *request, Reply *reply,
									  int64_t user_id);
extern Session *request_session_of(Request *request, Reply *reply,
								   const User *user);
extern void request_session_end(Request *request, Reply *reply);

#endif							/* HC_AUTH_H */
