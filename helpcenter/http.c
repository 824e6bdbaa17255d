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

typedef enum Method
{
	METHOD_GET,					/* and HEAD */
	METHOD_POST,
	METHOD_PUT,
	METHOD_DELETE,
	METHOD_COUNT
} Method;

static const char *const method_names[METHOD_COUNT] =
{"GET, HEAD", "POST", "PUT", "DELETE"};

/* What a route is, beside its path, which is always there. */
#define ROUTE_API			1	/* also there as path.json */
#define ROUTE_ENTERPRISE	2	/* not there on other plans */
#define ROUTE_LEGACY		4	/* of the early-access programme */
#define ROUTE_ITEM			8	/* path/ITEM, which the handler is told */

typedef struct Route
{
	Method		method;
	const char *path;
	Endpoint	endpoint;
	int			flags;
	Handler		handler;
} Route;

#define INTEGRATION "/api/v2/help_center/integration"
#define CUSTOM_CLAIMS INTEGRATION "/account_custom_claims"
#define EARLY_ACCESS "/hc/api/v2/integration"
#define JWT (ROUTE_API | ROUTE_ENTERPRISE)

static const Route routes[] =
{
	{METHOD_GET, INTEGRATION "/keys", EP_KEYS, JWT, endpoint_keys},
	{METHOD_GET, INTEGRATION "/token", EP_TOKEN, JWT, endpoint_token},
	{METHOD_GET, CUSTOM_CLAIMS, EP_CLAIMS, JWT, endpoint_claims},
	{METHOD_POST, CUSTOM_CLAIMS, EP_CLAIMS, JWT, endpoint_claims_post},
	{METHOD_GET, CUSTOM_CLAIMS, EP_CLAIMS, JWT | ROUTE_ITEM, endpoint_claim},
	{METHOD_PUT, CUSTOM_CLAIMS, EP_CLAIMS, JWT | ROUTE_ITEM,
	endpoint_claim_put},
	{METHOD_DELETE, CUSTOM_CLAIMS, EP_CLAIMS, JWT | ROUTE_ITEM,
	endpoint_claim_delete},
	{METHOD_GET, "/api/v2/help_center/sessions", EP_SESSIONS, ROUTE_API,
	endpoint_sessions},
	{METHOD_GET, "/api/v2/users/me", EP_SESSIONS, ROUTE_API, endpoint_me},
	{METHOD_GET, EARLY_ACCESS "/keys", EP_KEYS, JWT | ROUTE_LEGACY,
	endpoint_keys},
	{METHOD_GET, EARLY_ACCESS "/token", EP_TOKEN, JWT | ROUTE_LEGACY,
	endpoint_token},
	{METHOD_GET, "/", EP_PAGE, 0, page_root},
	{METHOD_GET, "/hc", EP_PAGE, 0, page_root},
	{METHOD_GET, "/hc/en-us", EP_PAGE, 0, page_home},
	{METHOD_GET, "/hc/en-us/signin", EP_PAGE, 0, page_sign_in},
	{METHOD_POST, "/hc/en-us/signin", EP_PAGE, 0, page_sign_in_post},
	{METHOD_POST, "/hc/en-us/signout", EP_PAGE, 0, page_sign_out_post},
	{METHOD_GET, "/hc/theme/script.js", EP_PAGE, 0, page_script},
	{METHOD_GET, "/hc/theme/style.css", EP_PAGE, 0, page_style},
};

/* Whether it is the route's path; the item of it, if any, is *item. */
static bool
path_matches(const Route *route, const char *path, const char **item,
			 size_t *item_len)
{
	size_t		len = strlen(route->path);

	if (strncmp(path, route->path, len) != 0)
		return false;
	path += len;
	*item = NULL;
	if (route->flags & ROUTE_ITEM)
	{
		if (*path++ != '/')
			return false;
		*item = path;
		*item_len = strcspn(path, "/.");
		if (*item_len == 0)
			return false;
		path += *item_len;
	}
	return *path == '\0' ||
		((route->flags & ROUTE_API) && strcmp(path, ".json") == 0);
}

static bool
method_matches(Method method, const char *name)
{
	if (method == METHOD_GET)
		return strcmp(name, "GET") == 0 || strcmp(name, "HEAD") == 0;
	return strcmp(name, method_names[method]) == 0;
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

static void
reply_not_allowed(Reply *reply, const bool *allowed)
{
	Buf			list = {0};

	for (int method = 0; method < METHOD_COUNT; method++)
		if (allowed[method])
			buf_printf(&list, "%s%s", list.len > 0 ? ", " : "",
					   method_names[method]);
	reply_header(reply, "Allow", list.data);
	buf_free(&list);
	reply_error(reply, 405);
}

/* Fills the reply by the handler of the path, or by an error. */
static void
dispatch(Request *request, Reply *reply)
{
	bool		allowed[METHOD_COUNT] = {false};
	bool		found = false;

	for (size_t i = 0; i < lengthof(routes); i++)
	{
		const Route *route = &routes[i];
		const char *item;
		size_t		item_len;

		if (!path_matches(route, request->path, &item, &item_len) ||
			((route->flags & ROUTE_ENTERPRISE) &&
			 request->server->team_plan))
			continue;
		if (request->body_too_long)
		{
			reply_error(reply, 413);
			return;
		}
		if (method_matches(route->method, request->method))
		{
			request->legacy = route->flags & ROUTE_LEGACY;
			if (item)
				request->item = xprintf("%.*s", (int) item_len, item);
			route->handler(request, reply);
			return;
		}
		found = true;
		allowed[route->method] = true;
	}
	if (found)
		reply_not_allowed(reply, allowed);
	else
		reply_error(reply, 404);
}

/* A brand that was renamed has no redirect from where it was. */
static void
answer_brand(Request *request, Reply *reply)
{
	const Server *server = request->server;
	const char *host = request_header(request, "Host");

	request->brand = brands_of_request(&server->brands, host);
	if (request->brand)
		dispatch(request, reply);
	else
		reply_no_help_desk(reply, host);
	if (reply->status >= 400 && server->seen[SEEN_ERROR_LIST])
		seen_error_list(reply);
}

static Endpoint
find_endpoint(const char *path)
{
	const char *item;
	size_t		item_len;

	for (size_t i = 0; i < lengthof(routes); i++)
		if (path_matches(&routes[i], path, &item, &item_len))
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
	answer_brand(request, &reply);
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
	free(request->item);
	free(request);
}
