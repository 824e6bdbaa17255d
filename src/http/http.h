/*-------------------------------------------------------------------------
 *
 * http.h
 *		HTTPS transfers for the fetcher and the API functions.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_HTTP_H
#define HCJWT_HTTP_H

#include <stdbool.h>
#include <stddef.h>

#include "http/cache_headers.h"

/*
 * The transfers are a library of their own, hcjwt_http, so that only processes
 * that make requests map libcurl.  load_external_function(HTTP_LIBRARY,
 * HTTP_API_FUNCTION) gives a function without arguments that returns the table
 * below.  The table's functions never ereport, allocate no memory in contexts,
 * and wait no longer than they are told to; the caller polls interrupts.
 */
#define HTTP_LIBRARY		"$libdir/hcjwt_http"
#define HTTP_API_FUNCTION	"hcjwt_http_api"

#define HTTP_MAX_BODY		(256 * 1024)
#define HTTP_MAX_ETAG		1024	/* of one that is sent back */

typedef enum HttpOutcome
{
	HTTP_ANSWERED,				/* a whole answer of any status */
	HTTP_BAD_URL,
	HTTP_DNS,					/* the name could not be resolved */
	HTTP_CONNECT,				/* refused, unreachable, or in connect
								 * time-out */
	HTTP_TLS,					/* hand-shake, certificate or name */
	HTTP_TIMEOUT,				/* the total time-out, or too slow */
	HTTP_TOO_LARGE,				/* a body over HTTP_MAX_BODY */
	HTTP_CUT,					/* closed half-way, or no HTTP at all */
	HTTP_FAILED					/* anything else, out of memory included */
} HttpOutcome;

/* Settings that hold for a transfer; strings are copied when it begins. */
typedef struct HttpRequest
{
	const char *url;			/* already judged by url/url.h and the host
								 * rules */
	const char *if_none_match;	/* an ETag, or "" */
	const char *ca_file;		/* hcjwt.ca_file, "" for none */
	const char *proxy;			/* hcjwt.proxy, "" for none at all */
	const char *basic_user;		/* basic auth, or NULL */
	const char *basic_password;
	const char *bearer;			/* OAuth bearer token, or NULL */
	const char *on_behalf_of;	/* with bearer: the user to act for, or NULL */
	void	   *tag;			/* the caller's own */
} HttpRequest;

/* What came back.  It belongs to the transfer, until release(). */
typedef struct HttpResponse
{
	HttpOutcome outcome;
	int			status;			/* HTTP status, 0 unless an answer began */
	const char *error;			/* libcurl's words when not HTTP_ANSWERED:
								 * about the connection, never quoting a body */
	const char *body;			/* of body_len bytes, and a NUL; "" unless
								 * HTTP_ANSWERED with status 200 */
	size_t		body_len;

	/*
	 * Headers of the final answer, "" when absent; repeated ones are joined
	 * by ", " (RFC 9110, section 5.3).  DEL stands for each byte that is not
	 * visible ASCII or white space: no rule for a header accepts it.
	 */
	bool		is_html;		/* by its Content-Type */
	const char *content_coding; /* also "" for identity, which we ask for */
	const char *etag;
	const char *location;
	CacheAnswer cache;			/* what the headers say of freshness, and when
								 * to ask again */
	void	   *tag;			/* the request's */
} HttpResponse;

typedef struct HttpPool HttpPool;
typedef struct HttpTransfer HttpTransfer;

typedef struct HttpApi
{
	int			version;		/* HTTP_API_VERSION */

	/* NULL when libcurl cannot be used. */
	HttpPool   *(*open) (void);

	/* Ends every transfer at once, without waiting for a name look-up. */
	void		(*close) (HttpPool *pool);

	/* Begins a transfer; NULL when out of memory or at a bad URL. */
	HttpTransfer *(*begin) (HttpPool *pool, const HttpRequest *request);

	/*
	 * Moves all transfers on, waiting for at most this many milliseconds for
	 * something to do.  Returns the number still under way.
	 */
	int			(*drive) (HttpPool *pool, int timeout_ms);

	/* A transfer that has ended, each once; NULL when there is none. */
	HttpTransfer *(*ended) (HttpPool *pool);
	const HttpResponse *(*response) (HttpTransfer *transfer);

	/* Gives up a transfer, ended or under way. */
	void		(*release) (HttpPool *pool, HttpTransfer *transfer);

	/* Why open() returns NULL; NULL when it does not. */
	const char *(*problem) (void);
} HttpApi;

#define HTTP_API_VERSION	4

typedef const HttpApi *(*HttpApiFunction) (void);

#endif							/* HCJWT_HTTP_H */
