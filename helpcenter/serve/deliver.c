/*-------------------------------------------------------------------------
 *
 * deliver.c
 *	  putting a reply on the wire, whole or as a fault demands
 *
 *-------------------------------------------------------------------------
 */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "serve/deliver.h"
#include "serve/hold.h"
#include "serve/server.h"

/* A body that is sent in pieces. */
typedef struct SlowBody
{
	Request    *request;
	char	   *data;
	size_t		len;
	int64_t		started;		/* when the first byte was asked for; 0: not
								 * yet */
} SlowBody;

/* Dissolving the connection sends a TCP reset, as a crashed host would. */
static void
send_reset(struct MHD_Connection *connection)
{
	struct sockaddr none = {.sa_family = AF_UNSPEC};

	connect(MHD_get_connection_info(connection,
									MHD_CONNECTION_INFO_CONNECTION_FD)
			->connect_fd, &none, sizeof(none));
}

/* How many bytes of the body may have been sent by now. */
static int64_t
bytes_due(SlowBody *body, int64_t rate, int64_t now)
{
	if (body->started == 0)
		body->started = now;
	return 1 + rate * (now - body->started) / 1000;
}

static ssize_t
read_body(void *cls, uint64_t pos, char *buf, size_t max)
{
	SlowBody   *body = cls;
	Request    *request = body->request;
	int64_t		number = request->wire_number;
	int64_t		now = monotonic_ms();
	size_t		end = body->len;

	if (request->gone)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	if (faults_were_cleared(&request->server->faults, request))
		request->wire = WIRE_WELL;
	switch (request->wire)
	{
		case WIRE_STALL_BODY:
			hold(request, 0);
			return 0;
		case WIRE_CUT:
		case WIRE_RESET:
			if (number < 0)
				end = body->len / 2;
			else if ((uint64_t) number < body->len)
				end = number;
			if (pos < end)
				break;
			if (request->wire == WIRE_RESET)
				send_reset(request->connection);
			return MHD_CONTENT_READER_END_WITH_ERROR;
		case WIRE_TRICKLE:
			if (bytes_due(body, number, now) <= (int64_t) pos)
			{
				/*
				 * look again after a tenth of a second, or when the next byte
				 * is due
				 */
				hold(request, now + (number >= 10 ? 100 : 1000 / number));
				return 0;
			}
			if ((uint64_t) bytes_due(body, number, now) < end)
				end = bytes_due(body, number, now);
			break;
		default:
			break;
	}
	if (max > end - pos)
		max = end - pos;
	memcpy(buf, body->data + pos, max);
	request->bytes = pos + max;
	return (ssize_t) max;
}

static void
free_body(void *cls)
{
	SlowBody   *body = cls;

	free(body->data);
	free(body);
}

/* Takes ownership of the reply's body. */
static struct MHD_Response *
make_response(Request *request, Reply *reply)
{
	char	   *data = reply->body.data;
	size_t		len = reply->body.len;

	memset(&reply->body, 0, sizeof(reply->body));
	if (request->wire != WIRE_WELL)
	{
		SlowBody   *body = xalloc(sizeof(SlowBody));

		body->request = request;
		body->data = data;
		body->len = len;
		return MHD_create_response_from_callback(len, 16 * 1024, read_body,
												 body, free_body);
	}
	if (strcmp(request->method, "HEAD") != 0 &&
		reply->status != MHD_HTTP_NOT_MODIFIED)
		request->bytes = (int64_t) len;
	return MHD_create_response_from_buffer(len, data, MHD_RESPMEM_MUST_FREE);
}

enum MHD_Result
deliver(Request *request, Reply *reply)
{
	struct MHD_Response *response = make_response(request, reply);
	enum MHD_Result result;

	if (response == NULL)
		fatal("out of memory");
	if (reply->content_type && !reply_has_header(reply, "Content-Type"))
		MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE,
								reply->content_type);
	MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
	for (int i = 0; i < reply->nheaders; i++)
		MHD_add_response_header(response, reply->names[i], reply->values[i]);
	request->status = reply->status;
	result = MHD_queue_response(request->connection, reply->status, response);
	MHD_destroy_response(response);
	return result;
}
