/*-------------------------------------------------------------------------
 *
 * failures.h
 *		What a request's failure means: SQLSTATE, message and what to do.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_FAILURES_H
#define HCJWT_FAILURES_H

#include "compat.h"
#include "http/endpoints.h"
#include "http/target.h"

/* Any response but an answer with status 200. */
pg_noreturn extern void report_failure(const Target *target,
									   const Endpoint *endpoint,
									   const HttpResponse *response);

/* An answer with status 200 that is not what it should be. */
pg_noreturn extern void report_bad_answer(const Target *target,
										  const Endpoint *endpoint,
										  const HttpResponse *response,
										  const char *why);

/* An answer that an anonymous visitor gets: status 200 and JSON, but no token in it. */
pg_noreturn extern void report_without_token(const Target *target,
											 const HttpResponse *response);

#endif							/* HCJWT_FAILURES_H */
