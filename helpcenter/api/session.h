/*-------------------------------------------------------------------------
 *
 * session.h
 *	  GET /api/v2/help_center/sessions: Show Session;
 *	  GET /api/v2/users/me: Show Self
 *
 *-------------------------------------------------------------------------
 */
#ifndef HC_API_SESSION_H
#define HC_API_SESSION_H

#include "http/reply.h"
#include "http/request.h"

extern void endpoint_sessions(Request *request, Reply *reply);
extern void endpoint_me(Request *request, Reply *reply);

#endif							/* HC_API_SESSION_H */
