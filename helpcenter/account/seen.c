/*-------------------------------------------------------------------------
 *
 * seen.c
 *	  answers that the vendor does not document, but that its API was seen to
 *	  give or that public themes handle
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "account/seen.h"

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
	fail(err, "unknown answer \"%.64s\": %s", name, known.data);
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
