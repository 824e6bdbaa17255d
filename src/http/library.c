/*-------------------------------------------------------------------------
 *
 * library.c
 *		libcurl as a whole: its start, what we ask of it, and its threads.
 *
 *-------------------------------------------------------------------------
 */
#include <pthread.h>
#include <stdbool.h>
#include <string.h>

#include "http/libcurl.h"
#include "http/library.h"

/*
 * libcurl resolves names in threads of its own.  Such a thread must never
 * receive a signal that is for PostgreSQL's handlers.  A thread inherits its
 * starter's mask, so signals are blocked around each call of libcurl that may
 * start one.
 */
void
http_block_signals(sigset_t *before)
{
	sigset_t	all;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, before);
}

void
http_restore_signals(const sigset_t *before)
{
	pthread_sigmask(SIG_SETMASK, before, NULL);
}

static bool
speaks_https(const curl_version_info_data *info)
{
	for (const char *const *p = info->protocols; *p != NULL; p++)
	{
		if (strcmp(*p, "https") == 0)
			return true;
	}
	return false;
}

/* Judges the libcurl that we found at run time; NULL when it will do. */
static const char *
judge_library(void)
{
	const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);

	if (info->version_num < LIBCURL_OLDEST)
		return "libcurl is older than " LIBCURL_OLDEST_TEXT;
	if ((info->features & CURL_VERSION_ASYNCHDNS) == 0)
		return "libcurl has no asynchronous resolver";
	if (!speaks_https(info))
		return "libcurl does not speak https";

	/* we give it certificates in OpenSSL's own form */
	if (info->ssl_version == NULL ||
		(strncmp(info->ssl_version, "OpenSSL/", 8) != 0 &&
		 strncmp(info->ssl_version, "quictls/", 8) != 0))
		return "libcurl does not use OpenSSL";
	return NULL;
}

/* libcurl is never ended: other code in this process may use it, too. */
const char *
http_library_problem(void)
{
	static bool started = false;
	static const char *problem = NULL;
	sigset_t	before;

	if (started)
		return problem;
	started = true;
	http_block_signals(&before);
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		problem = "libcurl does not start";
	else
		problem = judge_library();
	http_restore_signals(&before);
	return problem;
}
