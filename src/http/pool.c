/*-------------------------------------------------------------------------
 *
 * pool.c
 *		The transfers of one process, moved on together.
 *
 *-------------------------------------------------------------------------
 */
#include <stdlib.h>

#include "http/library.h"
#include "http/pool.h"
#include "http/request.h"
#include "http/transfer.h"

/* Look-ups that hang outlive their transfers, and must not use up all threads. */
#define RESOLVE_THREADS_MAX			256L

struct HttpPool
{
	CURLM	   *multi;
	HttpTransfer *transfers;
	HttpTransfer *hanging;		/* released transfers whose look-ups hang */
	HttpPool   *next;			/* the next closed pool with such transfers */
};

static void pools_reap(void);

static HttpPool *
pool_open(void)
{
	HttpPool   *pool;
	sigset_t	before;

	if (http_library_problem() != NULL)
		return NULL;
	pools_reap();
	pool = calloc(1, sizeof(HttpPool));
	if (pool == NULL)
		return NULL;
	http_block_signals(&before);
	pool->multi = curl_multi_init();
	if (pool->multi != NULL)
	{
		/* an older libcurl does not know these options, and works without */
		(void) curl_multi_setopt(pool->multi, LIBCURL_RESOLVE_THREADS_MAX,
								 RESOLVE_THREADS_MAX);
		(void) curl_multi_setopt(pool->multi, LIBCURL_MULTI_QUICK_EXIT, 1L);
	}
	http_restore_signals(&before);
	if (pool->multi == NULL)
	{
		free(pool);
		return NULL;
	}
	return pool;
}

/* Takes a transfer from libcurl, unless that would have to wait: see timeouts.c. */
static void
detach_transfer(HttpPool *pool, HttpTransfer *t)
{
	if (http_transfer_hangs(t))
		return;
	if (t->added)
		(void) curl_multi_remove_handle(pool->multi, t->easy);
	t->added = false;
}

static void
pool_release(HttpPool *pool, HttpTransfer *t)
{
	sigset_t	before;

	for (HttpTransfer **p = &pool->transfers; *p != NULL; p = &(*p)->next)
	{
		if (*p == t)
		{
			*p = t->next;
			break;
		}
	}
	http_block_signals(&before);
	detach_transfer(pool, t);
	if (t->added)
	{
		/* no request will follow, so the credentials are not needed */
		(void) curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, (void *) NULL);
		http_request_wipe(&t->headers);
		t->next = pool->hanging;
		pool->hanging = t;
	}
	else
		http_transfer_free(t);
	http_restore_signals(&before);
}

/* Frees the released transfers whose look-ups have ended.  Signals are blocked. */
static void
free_ended(HttpPool *pool)
{
	HttpTransfer **p = &pool->hanging;

	while (*p != NULL)
	{
		HttpTransfer *t = *p;

		detach_transfer(pool, t);
		if (t->added)
			p = &t->next;
		else
		{
			*p = t->next;
			http_transfer_free(t);
		}
	}
}

/* Closed pools whose look-ups still hang, perhaps until the process ends. */
static HttpPool *closed = NULL;

static void
pool_close(HttpPool *pool)
{
	sigset_t	before;

	while (pool->transfers != NULL)
		pool_release(pool, pool->transfers);
	if (pool->hanging != NULL)
	{
		pool->next = closed;
		closed = pool;
		return;
	}
	http_block_signals(&before);
	(void) curl_multi_cleanup(pool->multi);
	http_restore_signals(&before);
	free(pool);
}

static HttpTransfer *
pool_begin(HttpPool *pool, const HttpRequest *request)
{
	HttpTransfer *t;
	sigset_t	before;

	http_block_signals(&before);
	t = http_transfer_new(request);
	if (t != NULL && !t->ended)
	{
		if (curl_multi_add_handle(pool->multi, t->easy) == CURLM_OK)
			t->added = true;
		else
		{
			http_transfer_free(t);
			t = NULL;
		}
	}
	http_restore_signals(&before);

	if (t != NULL)
	{
		HttpTransfer **p = &pool->transfers;

		/* at the end, so that transfers that end together come out in order */
		while (*p != NULL)
			p = &(*p)->next;
		*p = t;
	}
	return t;
}

/* Notes which transfers have ended, and closes their connections. */
static void
collect(HttpPool *pool)
{
	CURLMsg    *message;
	int			left;

	while ((message = curl_multi_info_read(pool->multi, &left)) != NULL)
	{
		HttpTransfer *t = NULL;
		CURLcode	result = message->data.result;

		if (message->msg != CURLMSG_DONE)
			continue;
		(void) curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &t);
		t->done = true;
		if (!t->ended)
			http_transfer_end(t, result);
		detach_transfer(pool, t);
	}

	for (HttpTransfer *t = pool->transfers; t != NULL; t = t->next)
	{
		if (http_transfer_is_late(t))
			http_transfer_end(t, CURLE_OPERATION_TIMEDOUT);
		if (t->ended)
			detach_transfer(pool, t);
	}
	free_ended(pool);
}

/* One step; false when libcurl cannot go on. */
static bool
drive_transfers(HttpPool *pool)
{
	CURLMcode	code;
	sigset_t	before;
	int			running;

	http_block_signals(&before);
	code = curl_multi_perform(pool->multi, &running);
	collect(pool);
	if (code != CURLM_OK)
	{
		/*
		 * otherwise the caller would wait for ever for transfers that never
		 * end
		 */
		for (HttpTransfer *t = pool->transfers; t != NULL; t = t->next)
		{
			if (!t->ended)
			{
				http_transfer_fail(t, HTTP_FAILED, curl_multi_strerror(code));
				detach_transfer(pool, t);
			}
		}
	}
	http_restore_signals(&before);
	return code == CURLM_OK;
}

/* Frees the closed pools whose last look-ups have ended. */
static void
pools_reap(void)
{
	HttpPool  **p = &closed;

	while (*p != NULL)
	{
		HttpPool   *pool = *p;

		(void) drive_transfers(pool);
		if (pool->hanging != NULL)
			p = &pool->next;
		else
		{
			*p = pool->next;
			pool_close(pool);
		}
	}
}

static int
count_running(HttpPool *pool)
{
	int			n = 0;

	for (HttpTransfer *t = pool->transfers; t != NULL; t = t->next)
		n += t->ended ? 0 : 1;
	return n;
}

static bool
any_to_hand_out(HttpPool *pool)
{
	for (HttpTransfer *t = pool->transfers; t != NULL; t = t->next)
	{
		if (t->ended && !t->handed_out)
			return true;
	}
	return false;
}

/*
 * Signals are not blocked while this waits: a handler sets a flag or a latch,
 * and the caller sees it after the wait.
 */
static int
pool_drive(HttpPool *pool, int timeout_ms)
{
	if (drive_transfers(pool) && count_running(pool) > 0 && !any_to_hand_out(pool) &&
		curl_multi_poll(pool->multi, NULL, 0, timeout_ms, NULL) == CURLM_OK)
		(void) drive_transfers(pool);
	return count_running(pool);
}

static HttpTransfer *
pool_ended(HttpPool *pool)
{
	for (HttpTransfer *t = pool->transfers; t != NULL; t = t->next)
	{
		if (t->ended && !t->handed_out)
		{
			t->handed_out = true;
			return t;
		}
	}
	return NULL;
}

static const HttpResponse *
transfer_response(HttpTransfer *t)
{
	return &t->response;
}

const HttpApi http_api = {
	.version = HTTP_API_VERSION,
	.open = pool_open,
	.close = pool_close,
	.begin = pool_begin,
	.drive = pool_drive,
	.ended = pool_ended,
	.response = transfer_response,
	.release = pool_release,
	.problem = http_library_problem,
};
