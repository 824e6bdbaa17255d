/*-------------------------------------------------------------------------
 *
 * log_visitor.h
 *		hcjwt.log_visitor: log entries say who the visitor is.
 *
 * IDENTIFICATION
 *	  src/session/log_visitor.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_LOG_VISITOR_H
#define HCJWT_LOG_VISITOR_H

#include "utils/jsonb.h"

/*
 * What an entry says of the visitor: the user's id, which is a number, and the
 * name under which an administrator has registered the help center.  Nothing
 * else of a token ever gets there.  Made when the token is verified, for nothing
 * can be computed in the midst of an error.
 */
extern char *visitor_phrase(Jsonb *payload, const char *help_center);

/* From _PG_init. */
extern void install_log_visitor_hook(void);

#endif							/* HCJWT_LOG_VISITOR_H */
