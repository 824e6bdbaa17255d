/*-------------------------------------------------------------------------
 *
 * sessions.h
 *	  browser sessions: who is signed in, and the CSRF token
 *
 *-------------------------------------------------------------------------
 */
#ifndef HC_SESSION_H
#define HC_SESSION_H

#include "base/encode.h"

#define SESSION_COOKIE "_help_center_session"
#define SESSION_MAX 4096
#define CSRF_TOKEN_LEN 33		/* as in the vendor's example */

typedef struct Session
{
	Digest		id;				/* digest of what the cookie carries */
	char	   *csrf_token;
	int64_t		user_id;		/* 0: anonymous */
	int64_t		last_used;		/* monotonic, ms */
} Session;

typedef struct Sessions
{
	Session    *list;
	int			count;
	int64_t		idle_ms;		/* a session ends when unused for so long */
} Sessions;

extern void sessions_init(Sessions *sessions, int64_t idle_seconds);
extern void sessions_free(Sessions *sessions);

/* The pointers are good until the next call that starts or ends one. */
extern Session *session_find(Sessions *sessions, const char *cookie);
extern Session *session_start(Sessions *sessions, int64_t user_id,
							  char **cookie);
extern void session_end(Sessions *sessions, Session *session);
extern bool session_check_csrf(const Session *session, const char *token);

#endif							/* HC_SESSION_H */
