/*-------------------------------------------------------------------------
 *
 * judge.h
 *		Turns what came over the network into an answer that can be stored.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_JUDGE_H
#define HCJWT_JUDGE_H

#include "http/http.h"
#include "refresh/answer.h"

/*
 * May this URL be asked for, by hcjwt.allowed_hosts and its like?  If not, the
 * answer says why.
 */
extern bool judge_url(const char *url, Answer *answer);

/*
 * Judges what came back.  began, url and sent_etag are set already; strings of
 * the result are in the current memory context, or the response's own.
 */
extern void judge_response(const HttpResponse *response, Answer *answer);

#endif							/* HCJWT_JUDGE_H */
