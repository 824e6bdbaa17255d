/*-------------------------------------------------------------------------
 *
 * receive.h
 *		Takes in an answer, within bounds.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_RECEIVE_H
#define HCJWT_RECEIVE_H

#include <stdbool.h>

#include "http/header_line.h"
#include "http/libcurl.h"

#define HTTP_LOW_SPEED_BYTES	64L /* bytes a second, once an answer has
									 * begun, */
#define HTTP_LOW_SPEED_SECONDS	5L

/* All headers of an answer together, heads of 1xx answers included */
#define HTTP_MAX_HEADERS		(64 * 1024)

typedef struct Header
{
	size_t		len;
	size_t		size;
	char	   *value;			/* NULL: there was none yet */
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
	bool		head_ended;		/* the final answer's head; trailers may
								 * follow */
	bool		too_long;		/* by its Content-Length */
	size_t		header_bytes;
	HeaderSlot	last_slot;		/* the header that a folded line continues */
	Header		headers[HEADER_SLOTS];
	char	   *body;
	size_t		body_len;
	size_t		body_size;
} Received;

/* CURLOPT_HEADERFUNCTION and CURLOPT_WRITEFUNCTION; arg is a Received. */
extern size_t http_receive_header(char *data, size_t size, size_t n, void *arg);
extern size_t http_receive_body(char *data, size_t size, size_t n, void *arg);

/* Wipes the body, and frees all. */
extern void http_receive_free(Received *r);

#endif							/* HCJWT_RECEIVE_H */
