/*-------------------------------------------------------------------------
 *
 * requests.c
 *	  requests: their bodies, their answers, and their end
 *
 *-------------------------------------------------------------------------
 */
#include <stdlib.h>
#include <string.h>

#include "faults/faults.h"
#include "serve/access_log.h"
#include "serve/deliver.h"
#include "serve/hold.h"
#include "serve/requests.h"
#include "serve/routes.h"
#include "serve/server.h"

/*
 * A body that is too long is read to its end, so that its sender sees the
 * answer.  The connection is closed when more than this has come.
 */
#define DISCARD_LIMIT (1024 * 1024)

/* The old host of a renamed brand does not redirect to the new one. */
static void
answer_brand(Request *request, Reply *reply)
{
	const HelpCenter *center = request->center;
	const char *host = request_header(request, "Host");

	request->brand = brands_of_request(&center->brands, host);
	if (request->brand)
		routes_run(request, reply);
	else
		reply_no_help_desk(reply, host);
	if (reply->status >= 400 && center->seen[SEEN_ERROR_LIST])
		reply_error_list(reply);
}

/* Some faults delay the answer before it is made, others change it afterwards. */
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
		if (request->wire == WIRE_STALL || request->wire == WIRE_DELAY)
		{
			hold(request, request->wire == WIRE_STALL ? 0 :
				 monotonic_ms() + request->wire_number);
			request->wire = WIRE_WELL;
			return MHD_YES;
		}
	}
	answer_brand(request, &reply);
	if (reply.status == MHD_HTTP_NOT_MODIFIED)
		server->stats.not_modified++;
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
request_begin(void *cls, const char *uri, struct MHD_Connection *connection)
{
	Request    *request = xalloc(sizeof(Request));
	size_t		len = strcspn(uri, "?#");

	request->server = cls;
	request->center = &request->server->center;
	request->connection = connection;
	request->path = xalloc(len + 1);
	memcpy(request->path, uri, len);
	request->method = "-";
	request->endpoint = routes_endpoint(request->path);
	clock_gettime(CLOCK_REALTIME, &request->arrived);
	return request;
}

/* What Content-Length says; 0 where it is missing or is not a number. */
static int64_t
announced_length(Request *request)
{
	const char *text = request_header(request, "Content-Length");
	int64_t		length;

	return text && parse_int64(text, 0, INT64_MAX, &length) ? length : 0;
}

/*
 * Called once with the header, then with each piece of the body, then for the
 * answer; and once more after a connection was suspended.
 */
enum MHD_Result
request_handle(void *cls, struct MHD_Connection *connection, const char *url,
			   const char *method, const char *version, const char *data,
			   size_t *data_len, void **closure)
{
	Request    *request = *closure;

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

/* Called when the answer was sent, or when the connection ended before. */
void
request_end(void *cls, struct MHD_Connection *connection, void **closure,
			enum MHD_RequestTerminationCode code)
{
	Request    *request = *closure;

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
