/*-------------------------------------------------------------------------
 *
 * timeouts.c
 *		The time-outs of a transfer, where libcurl is older than 7.87.
 *
 * Such a libcurl waits, when it ends a transfer, for the thread that looks up
 * its name, and a name server that is silent takes half a minute: too long for
 * a process that has to serve interrupts.  So libcurl is given no time-outs that
 * could end a transfer in its look-up.  We look at the clock ourselves, and a
 * transfer whose look-up still hangs is over for its owner, but stays with
 * libcurl until the look-up ends, or the process does.
 *
 *-------------------------------------------------------------------------
 */
#include <time.h>

#include "http/timeouts.h"

bool
http_reached(CURL *easy, CURLINFO phase)
{
	curl_off_t	time = 0;

	return curl_easy_getinfo(easy, phase, &time) == CURLE_OK && time > 0;
}

static int64_t
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t) now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

bool
http_timeouts_set(CURL *easy, int64_t *begun)
{
	if (curl_easy_setopt(easy, LIBCURL_QUICK_EXIT, 1L) == CURLE_OK)
		return
			curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
							 HTTP_CONNECT_MS) == CURLE_OK &&
			curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS,
							 HTTP_TOTAL_MS) == CURLE_OK;

	/* libcurl has five minutes of its own for a connection */
	*begun = now_ms();
	return curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
							3600 * 1000L) == CURLE_OK;
}

bool
http_timed_out(CURL *easy, int64_t begun, CURLINFO connected)
{
	int64_t		age = now_ms() - begun;

	return begun != 0 &&
		(age >= HTTP_TOTAL_MS ||
		 (age >= HTTP_CONNECT_MS && !http_reached(easy, connected)));
}
