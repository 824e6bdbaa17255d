/*-------------------------------------------------------------------------
 *
 * seen.c
 *	  answers that were seen of the vendor's API, or handled by public themes,
 *	  but that no page of the vendor's tells
 *
 * IDENTIFICATION
 *	  helpcenter/seen.c
 *
 *-------------------------------------------------------------------------
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "seen.h"

static const char *const names[SEEN_COUNT] =
{
	/* a theme of the early-access programme */
	"legacy-anonymous-403",
	/* a public theme handles a 200 without a token */
	"anonymous-200-without-token",
	/* seen on users/me, where anonymous visitors are allowed */
	"wrong-password-200-anonymous",
	/* a plan that has help center JWTs, and no custom claims */
	"custom-claims-bare-404",
	/* other endpoints of this API */
	"error-list",
};

bool
seen_set(bool *seen, const char *name, bool on, Error *err)
{
	Buf			known = {0};

	for (int i = 0; i < SEEN_COUNT; i++)
	{
		if (strcmp(names[i], name) == 0)
		{
			seen[i] = on;
			buf_free(&known);
			return true;
		}
		buf_printf(&known, "%s%s", i ? ", " : "", names[i]);
	}
	fail(err, "\"%.64s\" is none of %s", name, known.data);
	buf_free(&known);
	return false;
}

json_t *
seen_describe(const bool *seen)
{
	json_t	   *list = json_array();

	for (int i = 0; i < SEEN_COUNT; i++)
		if (seen[i])
			json_array_append_new(list, json_string(names[i]));
	return list;
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
seen_error_list(Reply *reply)
{
	const char *title = MHD_get_reason_phrase_for(reply->status);
	json_t	   *body = json_loadb(reply->body.data, reply->body.len, 0, NULL);
	json_t	   *error = json_object_get(body, "error");
	const char *detail = json_string_value(json_object_get(body,
														   "description"));
	Buf			code = {0};

	/* What is wrong with a member has a shape that the vendor documents. */
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
