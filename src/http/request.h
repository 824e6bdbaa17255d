/*-------------------------------------------------------------------------
 *
 * request.h
 *		The header lines we send, credentials among them.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_REQUEST_H
#define HCJWT_REQUEST_H

#include "http/http.h"
#include "http/libcurl.h"

/* Is the text free of control characters, which a header line must not have? */
extern bool http_is_header_text(const char *text);

/*
 * Adds them to *headers.  False when out of memory, or when something that was
 * given cannot stand in a header.
 */
extern bool http_request_headers(struct curl_slist **headers, const HttpRequest *request);

/* Wipes and frees them. */
extern void http_request_wipe(struct curl_slist **headers);

#endif							/* HCJWT_REQUEST_H */
