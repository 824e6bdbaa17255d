/*-------------------------------------------------------------------------
 *
 * request.h
 *	  a request, from its first line to its answer
 *
 *-------------------------------------------------------------------------
 */
#ifndef HC_REQUEST_H
#define HC_REQUEST_H

#include <microhttpd.h>

#include "account/help_center.h"

struct Fault;
struct Server;

#define BODY_LIMIT (64 * 1024)

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

/* How an answer is sent; the number is Request's wire_number. */
typedef enum WireFault
{
	WIRE_WELL,
	WIRE_STALL,					/* no answer until released */
	WIRE_STALL_BODY,			/* header, then nothing until released */
	WIRE_DELAY,					/* after so many ms */
	WIRE_TRICKLE,				/* so many bytes a second */
	WIRE_CUT,					/* closed after so many bytes, -1: half */
	WIRE_RESET					/* like cut, but with a TCP reset */
} WireFault;

/* Why a request's credentials are refused. */
typedef enum Refusal
{
	REFUSED_CREDENTIALS,
	REFUSED_PASSWORD,			/* wrong ones, which are a password */
	REFUSED_ON_BEHALF_OF,		/* there is no such user to act for */
	REFUSED_SCOPE_READ,
	REFUSED_SCOPE_WRITE,
	REFUSED_SCOPE_IMPERSONATE,
	REFUSED_NOT_ALLOWED			/* the user may not do this */
} Refusal;

typedef struct Request
{
	HelpCenter *center;
	struct Server *server;		/* only the folder serve/ uses it */
	struct MHD_Connection *connection;
	char	   *path;			/* as sent, without the query */
	const char *method;
	Endpoint	endpoint;
	bool		legacy;			/* a path of the early-access programme */
	char	   *item;			/* the last part of the path, such as a
								 * claim's id */
	const Brand *brand;			/* the brand that the request names */
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
	WireFault	wire;
	int64_t		wire_number;
	unsigned int cleared;

	/* while suspended */
	bool		held;
	bool		gone;			/* the client has left, or the server ends */
	int64_t		wake_at;		/* monotonic ms, 0: when released */
	struct Request *next_held;
} Request;

extern const char *request_header(const Request *request, const char *name);
extern const char *request_cookie(const Request *request, const char *name);

#endif							/* HC_REQUEST_H */
