/*-------------------------------------------------------------------------
 *
 * receive.c
 *		Takes in an answer, within bounds.
 *
 * libcurl's own curl_easy_header() came with 7.83, and hcjwt works with 7.76.
 *
 *-------------------------------------------------------------------------
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "http/http.h"
#include "http/receive.h"

/*
 * Appends to a header's value.  DEL replaces each byte that is not visible
 * ASCII or white space: no rule for a header accepts it.
 */
static void
append_to_header(Header *header, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
	{
		bool		clean = (text[i] >= 0x20 && text[i] <= 0x7e) || text[i] == '\t';

		header->value[header->len++] = clean ? text[i] : 0x7f;
	}
	header->value[header->len] = '\0';
}

/*
 * Joins more of a header's value to what there is.  HTTP_MAX_HEADERS bounds all
 * of them together.
 */
static void
join_header(Received *r, HeaderSlot slot, const char *joint, HeaderValue more)
{
	Header	   *header = &r->headers[slot];
	size_t		joint_len = header->len > 0 ? strlen(joint) : 0;
	size_t		needed = header->len + joint_len + more.len + 1;

	if (more.len == 0)
		return;
	if (needed > header->size)
	{
		size_t		size = needed < 256 ? 256 : 2 * needed;
		char	   *value = realloc(header->value, size);

		if (value == NULL)
		{
			r->stop = STOP_OUT_OF_MEMORY;
			return;
		}
		header->value = value;
		header->size = size;
	}
	append_to_header(header, joint, joint_len);
	append_to_header(header, more.text, more.len);
}

/*
 * A server may be silent for the whole time that a transfer may take.  But once
 * an answer has begun it must not trickle.
 */
static void
limit_low_speed(Received *r)
{
	(void) curl_easy_setopt(r->easy, CURLOPT_LOW_SPEED_LIMIT, HTTP_LOW_SPEED_BYTES);
	(void) curl_easy_setopt(r->easy, CURLOPT_LOW_SPEED_TIME, HTTP_LOW_SPEED_SECONDS);
}

/*
 * What an earlier head has said no longer counts.  If the status is malformed it is
 * 0, and the head never counts as ended.
 */
static void
begin_head(Received *r, int status)
{
	r->status = status;
	r->too_long = false;
	r->last_slot = HEADER_NONE;
	for (int i = 0; i < HEADER_SLOTS; i++)
		r->headers[i].len = 0;
	limit_low_speed(r);
}

static void
take_header(Received *r, const char *line, size_t len)
{
	HeaderValue value;
	HeaderSlot	slot = header_line_read(line, len, &value);

	if (slot != HEADER_FOLDED)
		r->last_slot = slot;
	if (slot == HEADER_CONTENT_LENGTH)
		r->too_long = r->too_long || header_length_exceeds(value, HTTP_MAX_BODY);
	if (r->last_slot < HEADER_SLOTS)
		join_header(r, r->last_slot, slot == HEADER_FOLDED ? " " : ", ", value);
}

/*
 * Gets a whole line at a time.  At the end of the final answer's head the
 * status tells whether the body is wanted.  A refusal's or an error's body is
 * not, and the transfer stops.
 */
size_t
http_receive_header(char *data, size_t size, size_t n, void *arg)
{
	Received   *r = (Received *) arg;
	size_t		whole = size * n;
	size_t		len = whole;
	int			status;

	r->header_bytes += whole;
	if (r->header_bytes > HTTP_MAX_HEADERS)
	{
		r->stop = STOP_HEADERS_TOO_LARGE;
		return 0;
	}
	if (r->head_ended)
		return whole;

	while (len > 0 && (data[len - 1] == '\n' || data[len - 1] == '\r'))
		len--;
	if (header_status_read(data, len, &status))
		begin_head(r, status);
	else if (len > 0)
	{
		take_header(r, data, len);
		if (r->stop != STOP_NOT)
			return 0;
	}
	else if (r->status >= 200)
	{
		r->head_ended = true;
		if (r->status != 200)
			r->stop = STOP_BODY_UNWANTED;
		else if (r->too_long)
			r->stop = STOP_BODY_TOO_LARGE;
		if (r->stop != STOP_NOT)
			return 0;
	}
	return whole;
}

/* Makes room for more of a body, and wipes the old room. */
static bool
enlarge_body(Received *r, size_t needed)
{
	size_t		size = r->body_size == 0 ? 8192 : r->body_size;
	char	   *body;

	while (size < needed)
		size *= 2;
	body = malloc(size);
	if (body == NULL)
		return false;
	if (r->body != NULL)
	{
		memcpy(body, r->body, r->body_len);
		OPENSSL_cleanse(r->body, r->body_len);
		free(r->body);
	}
	r->body = body;
	r->body_size = size;
	return true;
}

size_t
http_receive_body(char *data, size_t size, size_t n, void *arg)
{
	Received   *r = (Received *) arg;
	size_t		len = size * n;

	if (len > HTTP_MAX_BODY - r->body_len)
	{
		r->stop = STOP_BODY_TOO_LARGE;
		return 0;
	}
	if (r->body_len + len + 1 > r->body_size &&
		!enlarge_body(r, r->body_len + len + 1))
	{
		r->stop = STOP_OUT_OF_MEMORY;
		return 0;
	}
	memcpy(r->body + r->body_len, data, len);
	r->body_len += len;
	r->body[r->body_len] = '\0';
	return len;
}

void
http_receive_free(Received *r)
{
	if (r->body != NULL)
		OPENSSL_cleanse(r->body, r->body_len);
	free(r->body);
	for (int i = 0; i < HEADER_SLOTS; i++)
		free(r->headers[i].value);
}
