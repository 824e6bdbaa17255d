/*-------------------------------------------------------------------------
 *
 * timeouts.h
 *		The time-outs of a transfer, where libcurl is older than 7.87.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_TIMEOUTS_H
#define HCJWT_TIMEOUTS_H

#include <stdbool.h>
#include <stdint.h>

#include "http/libcurl.h"

#define HTTP_CONNECT_MS			3000L	/* name look-up and hand-shake
										 * included */
#define HTTP_TOTAL_MS			10000L

/*
 * Has the transfer reached that phase?  The phase is the name of one of
 * libcurl's times.
 */
extern bool http_reached(CURL *easy, CURLINFO phase);

/*
 * Sets libcurl's time-outs; or, for an older libcurl, *begun, which
 * http_timed_out() reads.
 */
extern bool http_timeouts_set(CURL *easy, int64_t *begun);

/*
 * Is it time to end a transfer that we time?  connected is the phase that ends
 * with a connection.
 */
extern bool http_timed_out(CURL *easy, int64_t begun, CURLINFO connected);

#endif							/* HCJWT_TIMEOUTS_H */
