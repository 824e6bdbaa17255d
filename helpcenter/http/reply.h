/*-------------------------------------------------------------------------
 *
 * reply.h
 *	  building the answer to a request
 *
 *-------------------------------------------------------------------------
 */
#ifndef HC_REPLY_H
#define HC_REPLY_H

#include <jansson.h>

#include "base/text.h"

#define REPLY_MAX_HEADERS 24

typedef struct Reply
{
	int			status;
	const char *content_type;
	Buf			body;
	int			nheaders;
	char	   *names[REPLY_MAX_HEADERS];
	char	   *values[REPLY_MAX_HEADERS];
} Reply;

extern void reply_free(Reply *reply);
extern void reply_header(Reply *reply, const char *name, const char *value);
extern bool reply_has_header(const Reply *reply, const char *name);
extern void reply_drop_header(Reply *reply, const char *name);
extern void reply_drop_headers(Reply *reply);
extern void reply_json(Reply *reply, int status, json_t *json);
extern void reply_error(Reply *reply, int status);
extern void reply_no_help_desk(Reply *reply, const char *host);
extern void reply_not_modified(Reply *reply);
extern void reply_redirect(Reply *reply, int status, const char *location);


/* Gives an error the shape {"errors":[{"code","title","detail"}]}. */
extern void reply_error_list(Reply *reply);

#endif							/* HC_REPLY_H */
