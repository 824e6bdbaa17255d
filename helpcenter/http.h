/*-------------------------------------------------------------------------
 *
 * http.h
 *	  requests, replies and the table of paths
 *
 * IDENTIFICATION
 *	  helpcenter/http.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef HC_HTTP_H
#define HC_HTTP_H

#include <jansson.h>
#include <microhttpd.h>

#include "util.h"

struct Brand;
struct Fault;
struct Server;

#define BODY_LIMIT (64 * 1024)
#define REPLY_MAX_HEADERS 24

typedef enum Endpoint
{
	EP_KEYS,
	EP_TOKEN,
	EP_SESSIONS,
	EP_CLAIMS,
	EP_PAGE,
	EP_OTHER,
	EP_COUNT
} Endpoint;

extern const char *const endpoint_names[EP_COUNT];

/* What the wire fault in force, if any, does to the answer. */
typedef struct Wire
{
	bool		stall;			/* no answer until released */
	bool		stall_body;		/* header, then nothing until released */
	bool		cut;			/* close within the body */
	bool		reset;			/* like cut, but with a TCP reset */
	int64_t		cut_at;			/* bytes of the body before, -1: half */
	int64_t		rate;			/* bytes per second, 0: no limit */
	int64_t		delay_ms;		/* wait before the answer */
} Wire;

/* Why a request's credentials are refused. */
typedef enum Refusal
{
	REFUSED_CREDENTIALS,
	REFUSED_PASSWORD,			/* the same, where they are a password */
	REFUSED_ON_BEHALF_OF,		/* no such user to act for */
	REFUSED_SCOPE_READ,
	REFUSED_SCOPE_WRITE,
	REFUSED_SCOPE_IMPERSONATE,
	REFUSED_NOT_ALLOWED			/* who it is may not do this */
} Refusal;

typedef struct Request
{
	struct Server *server;
	struct MHD_Connection *connection;
	char	   *path;			/* as sent, without the query */
	const char *method;
	Endpoint	endpoint;
	bool		legacy;			/* a path of the early-access programme */
	char	   *item;			/* what the path names behind the endpoint's */
	const struct Brand *brand;	/* whose help center is asked */
	Refusal		refusal;
	bool		seen;			/* the handler has been called once */
	bool		planned;		/* faults have been looked up */
	Buf			body;
	int64_t		received;		/* bytes of the body, kept or not */
	bool		body_too_long;

	/* for the access log */
	struct timespec arrived;
	int			status;
	int64_t		bytes;
	int64_t		user_id;
	int64_t		by_user_id;		/* whose OAuth token acts for user_id; or 0 */

	/* faults that this request meets */
	struct Fault *faults;
	Wire		wire;
	unsigned int cleared;

	/* while suspended */
	bool		held;
	bool		gone;			/* the client left, or we are leaving */
	int64_t		wake_at;		/* monotonic ms, 0: when released */
	struct Request *next_held;
} Request;

typedef struct Reply
{
	int			status;
	const char *content_type;
	Buf			body;
	int			nheaders;
	char	   *names[REPLY_MAX_HEADERS];
	char	   *values[REPLY_MAX_HEADERS];
} Reply;

/* Replies */
extern void reply_free(Reply *reply);
extern void reply_header(Reply *reply, const char *name, const char *value);
extern bool reply_has_header(const Reply *reply, const char *name);
extern void reply_drop_header(Reply *reply, const char *name);
extern void reply_drop_headers(Reply *reply);
extern void reply_json(Reply *reply, int status, json_t *json);
extern void reply_error(Reply *reply, int status);
extern void reply_no_help_desk(Reply *reply, const char *host);
extern void reply_not_modified(Reply *reply);
extern void reply_redirect(Reply *reply, int status, const char *location);

/* Requests */
extern const char *request_header(const Request *request, const char *name);
extern const char *request_cookie(const Request *request, const char *name);

/* Callbacks for libmicrohttpd; their closure is the Server. */
extern void *http_begin(void *cls, const char *uri,
						struct MHD_Connection *connection);
extern enum MHD_Result http_handle(void *cls,
								   struct MHD_Connection *connection,
								   const char *url, const char *method,
								   const char *version, const char *data,
								   size_t *data_len, void **closure);
extern void http_end(void *cls, struct MHD_Connection *connection,
					 void **closure,
					 enum MHD_RequestTerminationCode code);

#endif							/* HC_HTTP_H */
