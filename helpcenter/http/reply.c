/*-------------------------------------------------------------------------
 *
 * reply.c
 *	  building the answer to a request
 *
 *-------------------------------------------------------------------------
 */
#include <ctype.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "http/reply.h"

#define TYPE_JSON "application/json; charset=utf-8"
#define TYPE_TEXT "text/plain; charset=utf-8"

static int
find_header(const Reply *reply, const char *name)
{
	int			i = 0;

	while (i < reply->nheaders && strcasecmp(reply->names[i], name) != 0)
		i++;
	return i;
}

void
reply_drop_headers(Reply *reply)
{
	for (int i = 0; i < reply->nheaders; i++)
	{
		free(reply->names[i]);
		free(reply->values[i]);
	}
	reply->nheaders = 0;
}

void
reply_drop_header(Reply *reply, const char *name)
{
	int			i = find_header(reply, name);

	if (i == reply->nheaders)
		return;
	free(reply->names[i]);
	free(reply->values[i]);
	reply->nheaders--;
	reply->names[i] = reply->names[reply->nheaders];
	reply->values[i] = reply->values[reply->nheaders];
}

void
reply_free(Reply *reply)
{
	reply_drop_headers(reply);
	buf_free(&reply->body);
	memset(reply, 0, sizeof(*reply));
}

bool
reply_has_header(const Reply *reply, const char *name)
{
	return find_header(reply, name) < reply->nheaders;
}

/* Sets a header, replacing one of its name. */
void
reply_header(Reply *reply, const char *name, const char *value)
{
	int			i = find_header(reply, name);

	if (i == REPLY_MAX_HEADERS)
		return;
	if (i == reply->nheaders)
		reply->nheaders++;
	else
	{
		free(reply->names[i]);
		free(reply->values[i]);
	}
	reply->names[i] = xstrdup(name);
	reply->values[i] = xstrdup(value);
}

/* Takes the JSON value over. */
void
reply_json(Reply *reply, int status, json_t *json)
{
	char	   *text = json_text(json);

	reply->status = status;
	reply->content_type = TYPE_JSON;
	buf_reset(&reply->body);
	buf_str(&reply->body, text);
	free(text);
	json_decref(json);
}

/*
 * The vendor's error bodies have several shapes, and not all are JSON.  The
 * shape for each status is as its API was seen to answer.
 */
void
reply_error(Reply *reply, int status)
{
	static const char unavailable[] =
		"<html><head><title>Unavailable</title></head><body>"
		"<h1>The service is temporarily unavailable</h1></body></html>\n";
	static const struct
	{
		int			status;
		const char *text;
	}			bodies[] =
	{
		{401, "{\"error\":\"Couldn't authenticate you\"}"},
		{403, "{\"error\":{\"title\":\"Forbidden\",\"message\":"
		"\"You do not have access to this page\"}}"},
		{404, "{\"error\":\"InvalidEndpoint\",\"description\":\"Not found\"}"},
		{405, "{\"error\":\"MethodNotAllowed\","
		"\"description\":\"Method not allowed\"}"},
		{413, "{\"error\":\"PayloadTooLarge\","
		"\"description\":\"Request body too large\"}"},
		{429, "Number of allowed API requests per minute exceeded"},
		{500, "{\"error\":{\"title\":\"Internal Server Error\","
		"\"message\":\"An unexpected error occurred\"}}"},
		{502, unavailable}, {503, unavailable}, {504, unavailable},
	};
	const char *text = "{\"error\":{\"title\":\"Error\","
		"\"message\":\"The request could not be served\"}}";

	for (size_t i = 0; i < count_of(bodies); i++)
		if (bodies[i].status == status)
			text = bodies[i].text;
	/* a Basic challenge would open a dialog in the visitor's browser */
	if (status == 401)
		reply_header(reply, "WWW-Authenticate",
					 "Bearer realm=\"help center\"");
	reply->status = status;
	reply->content_type = text[0] == '{' ? TYPE_JSON :
		text[0] == '<' ? "text/html; charset=utf-8" : TYPE_TEXT;
	buf_reset(&reply->body);
	buf_str(&reply->body, text);
}

/* The answer that a subdomain without an account was seen to give. */
void
reply_no_help_desk(Reply *reply, const char *host)
{
	int			len = (int) strcspn(host, ":");
	char	   *title = xprintf("No help desk at %.*s", len, host);

	reply_json(reply, 404,
			   json_pack("{s:{s:s, s:s}}", "error", "title", title,
						 "message", "There is no help desk configured at "
						 "this address. This means that the address is "
						 "available and that you can claim it at "
						 "http://www.zendesk.com/signup"));
	free(title);
}

/*
 * libmicrohttpd sends no body with this status.  The body stays for its
 * Content-Length, which a 304 may state (RFC 9110, 15.4.5).
 */
void
reply_not_modified(Reply *reply)
{
	reply->status = MHD_HTTP_NOT_MODIFIED;
	reply->content_type = NULL;
}

void
reply_redirect(Reply *reply, int status, const char *location)
{
	reply->status = status;
	reply->content_type = TYPE_TEXT;
	reply_header(reply, "Location", location);
	buf_reset(&reply->body);
	buf_str(&reply->body, "Redirecting\n");
}

/* "Not Found" → "NotFound" */
static void
add_code(Buf *code, const char *title)
{
	for (; *title; title++)
		if (isalnum((unsigned char) *title))
			buf_add(code, title, 1);
}

void
reply_error_list(Reply *reply)
{
	const char *title = MHD_get_reason_phrase_for(reply->status);
	json_t	   *body = json_loadb(reply->body.data, reply->body.len, 0, NULL);
	json_t	   *error = json_object_get(body, "error");
	const char *detail = json_string_value(json_object_get(body,
														   "description"));
	Buf			code = {0};

	/*
	 * Errors about a member have a shape that the vendor documents, and keep
	 * it.
	 */
	if (error)
	{
		if (detail == NULL)
			detail = json_string_value(json_object_get(error, "message"));
		if (detail == NULL)
			detail = json_string_value(error);
		add_code(&code, title);
		reply_json(reply, reply->status,
				   json_pack("{s:[{s:s, s:s, s:s}]}", "errors",
							 "code", code.data, "title", title,
							 "detail", detail ? detail : title));
		buf_free(&code);
	}
	json_decref(body);
}
