/*-------------------------------------------------------------------------
 *
 * requests.h
 *	  requests: their bodies, their answers, and their end
 *
 *-------------------------------------------------------------------------
 */
#ifndef HC_REQUESTS_H
#define HC_REQUESTS_H

#include <microhttpd.h>

/* Callbacks for libmicrohttpd; their closure is the Server. */
extern void *request_begin(void *cls, const char *uri,
						   struct MHD_Connection *connection);
extern enum MHD_Result request_handle(void *cls,
									  struct MHD_Connection *connection,
									  const char *url, const char *method,
									  const char *version, const char *data,
									  size_t *data_len, void **closure);
extern void request_end(void *cls, struct MHD_Connection *connection,
						void **closure,
						enum MHD_RequestTerminationCode code);

#endif							/* HC_REQUESTS_H */
