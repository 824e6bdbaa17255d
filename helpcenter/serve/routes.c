/*-------------------------------------------------------------------------
 *
 * routes.c
 *	  which handler answers which path and method
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "api/custom_claims.h"
#include "api/keys.h"
#include "api/session.h"
#include "api/token.h"
#include "pages/pages.h"
#include "serve/routes.h"

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

/* Flags of a route. */
#define ROUTE_API			1	/* path.json is there, too */
#define ROUTE_ENTERPRISE	2	/* other plans do not have it */
#define ROUTE_LEGACY		4	/* of the early-access programme */
#define ROUTE_ITEM			8	/* it is path/ITEM */

typedef void (*Handler) (Request *request, Reply *reply);

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
	{METHOD_GET, "/hc/visitor.js", EP_PAGE, 0, page_visitor},
	{METHOD_GET, "/hc/theme/script.js", EP_PAGE, 0, page_script},
	{METHOD_GET, "/hc/theme/style.css", EP_PAGE, 0, page_style},
};

/* Is this the route's path?  Sets *item to the item in it, or to NULL. */
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

/* People get an error as a page, programs get the API's. */
static void
answer_error(Request *request, Reply *reply, int status)
{
	static const char pages[] = "/hc/en-us";
	const char *path = request->path;

	if (strncmp(path, pages, strlen(pages)) == 0)
		page_error(request, reply, status);
	else
		reply_error(reply, status);
}

static void
reply_not_allowed(Request *request, Reply *reply, const bool *allowed)
{
	Buf			list = {0};

	for (int method = 0; method < METHOD_COUNT; method++)
		if (allowed[method])
			buf_printf(&list, "%s%s", list.len > 0 ? ", " : "",
					   method_names[method]);
	reply_header(reply, "Allow", list.data);
	buf_free(&list);
	answer_error(request, reply, 405);
}

void
routes_run(Request *request, Reply *reply)
{
	bool		allowed[METHOD_COUNT] = {false};
	bool		found = false;

	for (size_t i = 0; i < count_of(routes); i++)
	{
		const Route *route = &routes[i];
		const char *item;
		size_t		item_len;

		if (!path_matches(route, request->path, &item, &item_len) ||
			((route->flags & ROUTE_ENTERPRISE) &&
			 request->center->team_plan))
			continue;
		if (request->body_too_long)
		{
			answer_error(request, reply, 413);
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
		reply_not_allowed(request, reply, allowed);
	else
		answer_error(request, reply, 404);
}

Endpoint
routes_endpoint(const char *path)
{
	const char *item;
	size_t		item_len;

	for (size_t i = 0; i < count_of(routes); i++)
		if (path_matches(&routes[i], path, &item, &item_len))
			return routes[i].endpoint;
	return EP_OTHER;
}
