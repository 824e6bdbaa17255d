/*-------------------------------------------------------------------------
 *
 * http.c
 *	  requests: the table of paths, methods, bodies, and their end
 *
 * IDENTIFICATION
 *	  helpcenter/http.c
 *
 *-------------------------------------------------------------------------
 */
#include <stdlib.h>
#include <string.h>

#include "access_log.h"
#include "deliver.h"
#include "endpoints.h"
#include "faults.h"
#include "hold.h"
#include "server.h"

/*
 * A body too long is read to its end, so that its sender sees the answer; but
 * beyond this much the connection is closed.
 */
#define DISCARD_LIMIT (1024 * 1024)

const char *const endpoint_names[EP_COUNT] =
{"keys", "token", "sessions", "custom_claims", "pages", "other"};

typedef struct Route
{
	const char *path;
	Endpoint	endpoint;
	bool		api;			/* also there as path.json */
	bool		enterprise;		/* not there on other plans */
	bool		post;			/* POST instead of GET */
	Handler		handler;
} Route;

#define API "/api/v2/help_center"
#define EARLY_ACCESS "/hc/api/v2"

static const Route routes[] =
{
	{API "/integration/keys", EP_KEYS, true, true, false, endpoint_keys},
	{API "/integration/token", EP_TOKEN, true, true, false, endpoint_token},
	{API "/integration/account_custom_claims", EP_CLAIMS, true, true, false,
	endpoint_claims},
	{API "/sessions", EP_SESSIONS, true, false, false, endpoint_sessions},
	{EARLY_ACCESS "/integration/keys", EP_KEYS, true, true, false,
	endpoint_keys},
	{EARLY_ACCESS "/integration/token", EP_TOKEN, true, true, false,
	endpoint_token},
	{"/", EP_PAGE, false, false, false, page_root},
	{"/hc", EP_PAGE, false, false, false, page_root},
	{"/hc/en-us", EP_PAGE, false, false, false, page_home},
	{"/hc/en-us/signin", EP_PAGE, false, false, false, page_sign_in},
	{"/hc/en-us/signin", EP_PAGE, false, false, true, page_sign_in_post},
	{"/hc/en-us/signout", EP_PAGE, false, false, true, page_sign_out_post},
	{"/hc/theme/script.js", EP_PAGE, false, false, false, page_script},
	{"/hc/theme/style.css", EP_PAGE, false, false, false, page_style},
};

static bool
path_matches(const Route *route, const char *path)
{
	size_t		len = strlen(route->path);

	return strncmp(path, route->path, len) == 0 &&
		(path[len] == '\0' ||
		 (route->api && strcmp(path + len, ".json") == 0));
}

static bool
method_matches(const Route *route, const char *method)
{
	if (route->post)
		return strcmp(method, "POST") == 0;
	return strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;
}

const char *
request_header(const Request *request, const char *name)
{
	return MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND,
									   name);
}

const char *
request_cookie(const Request *request, const char *name)
{
	return MHD_lookup_connection_value(request->connection, MHD_COOKIE_KIND,
									   name);
}

/* Fills the reply by the handler of the path, or by an error. */
static void
dispatch(Request *request, Reply *reply)
{
	bool		get = false;
	bool		post = false;

	for (size_t i = 0; i < lengthof(routes); i++)
	{
		const Route *route = &routes[i];

		if (!path_matches(route, request->path) ||
			(route->enterprise && request->server->team_plan))
			continue;
		if (request->body_too_long)
		{
			reply_error(reply, 413);
			return;
		}
		if (method_matches(route, request->method))
		{
			route->handler(request, reply);
			return;
		}
		get |= !route->post;
		post |= route->post;
	}
	if (!get && !post)
		reply_error(reply, 404);
	else
	{
		reply_header(reply, "Allow",
					 get && post ? "GET, HEAD, POST" : get ? "GET, HEAD" :
					 "POST");
		reply_error(reply, 405);
	}
}

static Endpoint
find_endpoint(const char *path)
{
	for (size_t i = 0; i < lengthof(routes); i++)
		if (path_matches(&routes[i], path))
			return routes[i].endpoint;
	return EP_OTHER;
}

/* Faults that hold an answer back come before it, the others after. */
static enum MHD_Result
answer(Request *request)
{
	Server	   *server = request->server;
	Reply		reply = {0};
	enum MHD_Result result;

	if (!request->planned)
	{
		request->planned = true;
		faults_plan(&server->faults, request);
		if (request->wire.stall || request->wire.delay_ms)
		{
			hold(request, request->wire.stall ? 0 :
				 monotonic_ms() + request->wire.delay_ms);
			return MHD_YES;
		}
	}
	dispatch(request, &reply);
	faults_apply(request, &reply);
	result = deliver(request, &reply);
	reply_free(&reply);
	return result;
}

static void
count_arrival(Request *request)
{
	Stats	   *stats = &request->server->stats;
	Endpoint	endpoint = request->endpoint;

	stats->requests[endpoint]++;
	stats->in_flight[endpoint]++;
	if (stats->in_flight[endpoint] > stats->max_in_flight[endpoint])
		stats->max_in_flight[endpoint] = stats->in_flight[endpoint];
}

/* Called with the request line, before anything else is known. */
void *
http_begin(void *cls, const char *uri, struct MHD_Connection *connection)
{
	Request    *request = xalloc(sizeof(Request));
	size_t		len = strcspn(uri, "?#");

	request->server = cls;
	request->connection = connection;
	request->path = xalloc(len + 1);
	memcpy(request->path, uri, len);
	request->method = "-";
	request->endpoint = find_endpoint(request->path);
	clock_gettime(CLOCK_REALTIME, &request->arrived);
	return request;
}

/* What Content-Length says; a length that is no number is as good as none. */
static int64_t
announced_length(Request *request)
{
	const char *text = request_header(request, "Content-Length");
	int64_t		length;

	return text && parse_int64(text, 0, INT64_MAX, &length) ? length : 0;
}

/*
 * Called once with the header, then with each piece of the body, then to
 * answer; and again after a connection has been suspended.
 */
enum MHD_Result
http_handle(void *cls, struct MHD_Connection *connection, const char *url,
			const char *method, const char *version, const char *data,
			size_t *data_len, void **closure)
{
	Request    *request = *closure;

	(void) cls;
	(void) connection;
	(void) url;
	(void) version;
	if (request->gone)
		return MHD_NO;
	if (!request->seen)
	{
		request->seen = true;
		request->method = method;
		count_arrival(request);
		if (announced_length(request) <= DISCARD_LIMIT)
			return MHD_YES;
		request->body_too_long = true;
	}
	else if (*data_len > 0)
	{
		request->received += *data_len;
		if (request->received > BODY_LIMIT)
			request->body_too_long = true;
		else
			buf_add(&request->body, data, *data_len);
		*data_len = 0;
		return request->received > DISCARD_LIMIT ? MHD_NO : MHD_YES;
	}
	return answer(request);
}

/* Called when the answer has been sent, or never will be. */
void
http_end(void *cls, struct MHD_Connection *connection, void **closure,
		 enum MHD_RequestTerminationCode code)
{
	Request    *request = *closure;

	(void) connection;
	(void) code;
	if (request == NULL)
		return;
	*closure = NULL;
	if (request->seen)
	{
		((Server *) cls)->stats.in_flight[request->endpoint]--;
		access_log_write(((Server *) cls)->access_log, request);
	}
	faults_forget(request);
	buf_free(&request->body);
	free(request->path);
	free(request);
}
