/*-------------------------------------------------------------------------
 *
 * transfer.h
 *		What the files of the transfer code share.
 *
 * Nothing here knows PostgreSQL: memory is malloc's, errors are returned, and so
 * nothing can jump through libcurl's frames.
 *
 * IDENTIFICATION
 *	  src/http/transfer.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_TRANSFER_H
#define HCJWT_TRANSFER_H

#include <signal.h>

#include <openssl/x509.h>

#include "http/http.h"
#include "http/libcurl.h"

#define HTTP_USER_AGENT			"hcjwt/" HCJWT_VERSION
#define HTTP_CONNECT_MS			3000L	/* name look-up and hand-shake included */
#define HTTP_TOTAL_MS			10000L
#define HTTP_LOW_SPEED_BYTES	64L /* a second, over so many once an answer has begun: */
#define HTTP_LOW_SPEED_SECONDS	5L

/* All headers of an answer together, heads of 1xx answers included */
#define HTTP_MAX_HEADERS		(64 * 1024)

/* The headers that are kept; header_names in receive.c has their order. */
typedef enum HeaderSlot
{
	HEADER_CONTENT_TYPE,
	HEADER_CONTENT_ENCODING,
	HEADER_CACHE_CONTROL,
	HEADER_AGE,
	HEADER_EXPIRES,
	HEADER_DATE,
	HEADER_ETAG,
	HEADER_RETRY_AFTER,
	HEADER_LOCATION,
	HEADER_SLOTS,
	HEADER_NONE = HEADER_SLOTS
} HeaderSlot;

typedef struct Header
{
	size_t		len;
	size_t		size;
	char	   *value;			/* NULL as long as there was none */
} Header;

/* What receive.c fills, and why it stopped the transfer, if it did. */
typedef enum ReceiveStop
{
	STOP_NOT,
	STOP_BODY_UNWANTED,			/* of any status but 200 */
	STOP_BODY_TOO_LARGE,
	STOP_HEADERS_TOO_LARGE,
	STOP_OUT_OF_MEMORY
} ReceiveStop;

typedef struct Received
{
	CURL	   *easy;			/* the transfer's */
	ReceiveStop stop;
	int			status;			/* of the newest head, 0 before there is one */
	bool		head_ended;		/* the final answer's: what follows are trailers */
	bool		too_long;		/* by its Content-Length */
	size_t		header_bytes;
	HeaderSlot	last_slot;		/* which a folded line goes on with */
	Header		headers[HEADER_SLOTS];
	char	   *body;
	size_t		body_len;
	size_t		body_size;
} Received;

struct HttpTransfer
{
	HttpTransfer *next;
	CURL	   *easy;
	bool		added;			/* to the pool's multi handle */
	bool		done;			/* libcurl says so */
	int64_t		begun;			/* where we time it; 0 where libcurl does */
	bool		ended;
	bool		handed_out;		/* by ended() */
	struct curl_slist *headers;	/* of the request; credentials among them */
	X509_STORE *store;			/* a reference of its own; NULL for http */
	bool		hand_shaking;	/* TLS has begun, with a proxy or the server */
	char		error[CURL_ERROR_SIZE];
	Received	received;
	HttpResponse response;
};

struct HttpPool
{
	CURLM	   *multi;
	HttpTransfer *transfers;
	HttpTransfer *hanging;		/* released, but for their look-ups */
	HttpPool   *next;			/* closed, but for those */
};

/* library.c */
extern void http_library_init(void);
extern const char *http_library_problem(void);
extern void http_block_signals(sigset_t *before);
extern void http_restore_signals(const sigset_t *before);

/* trust.c */
extern bool http_trust(const char *ca_file);
extern bool http_trust_set(HttpTransfer *t);

/* request.c */
extern bool http_request_headers(HttpTransfer *t, const HttpRequest *request);
extern void http_request_wipe(HttpTransfer *t);

/* receive.c */
extern size_t http_receive_header(char *data, size_t size, size_t n, void *arg);
extern size_t http_receive_body(char *data, size_t size, size_t n, void *arg);
extern void http_receive_free(Received *r);

/* patience.c */
extern bool http_reached(HttpTransfer *t, CURLINFO phase);
extern bool http_patience_set(HttpTransfer *t);
extern bool http_patience_ends(HttpTransfer *t);
extern bool http_patience_is_tried(HttpTransfer *t);

/* transfer.c */
extern HttpTransfer *http_transfer_new(const HttpRequest *request);
extern void http_transfer_free(HttpTransfer *t);
extern void http_transfer_end(HttpTransfer *t, CURLcode result);
extern void http_transfer_fail(HttpTransfer *t, HttpOutcome outcome,
							   const char *error);

/* pool.c */
extern const HttpApi http_api;

#endif							/* HCJWT_TRANSFER_H */
