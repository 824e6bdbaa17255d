/*-------------------------------------------------------------------------
 *
 * transfer.h
 *		One transfer: how libcurl is to make it, and what came of it.
 *
 * This and the files below it do not know PostgreSQL: memory is malloc's and errors
 * are returned, so nothing can jump through libcurl's frames.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_TRANSFER_H
#define HCJWT_TRANSFER_H

#include "http/http.h"
#include "http/receive.h"
#include "http/certificates.h"

struct HttpTransfer
{
	HttpTransfer *next;
	CURL	   *easy;
	bool		added;			/* it is in the pool's multi handle */
	bool		done;			/* libcurl says that it has ended */
	int64_t		begun;			/* when it began; 0: libcurl's own time-outs
								 * hold */
	bool		ended;
	bool		handed_out;		/* ended() has returned it */
	struct curl_slist *headers; /* the request's, with its credentials */
	TransferTrust trust;
	char		error[CURL_ERROR_SIZE];
	Received	received;
	HttpResponse response;
};

/*
 * Makes a transfer that has not begun; or one that has ended in an error
 * already, when ca_file cannot be read.  NULL when out of memory, or when the
 * request makes no sense.
 */
extern HttpTransfer *http_transfer_new(const HttpRequest *request);

/* The transfer is in no pool any more.  Wipes its secrets. */
extern void http_transfer_free(HttpTransfer *t);

/* Ends a transfer with what libcurl says, or for a reason of our own. */
extern void http_transfer_end(HttpTransfer *t, CURLcode result);
extern void http_transfer_fail(HttpTransfer *t, HttpOutcome outcome,
							   const char *error);

/* Must we end it, because libcurl has no time-out for it? */
extern bool http_transfer_is_late(HttpTransfer *t);

/* Would libcurl wait for a look-up if the transfer were taken from it now? */
extern bool http_transfer_hangs(HttpTransfer *t);

#endif							/* HCJWT_TRANSFER_H */
