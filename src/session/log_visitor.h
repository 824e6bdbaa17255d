/*-------------------------------------------------------------------------
 *
 * log_visitor.h
 *		hcjwt.log_visitor: log entries say who the visitor is.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_LOG_VISITOR_H
#define HCJWT_LOG_VISITOR_H

/* Called by _PG_init(). */
extern void log_visitor_init(void);

#endif							/* HCJWT_LOG_VISITOR_H */
