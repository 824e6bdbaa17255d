/*-------------------------------------------------------------------------
 *
 * help_center.c
 *	  the help center: whom it knows, what it signs with, how it is set
 *
 *-------------------------------------------------------------------------
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "account/help_center.h"

void
help_center_free(HelpCenter *center)
{
	sessions_free(&center->sessions);
	users_free(&center->users);
	keystore_close(&center->keys);
	brands_free(&center->brands);
	free(center->cache_control);
	free(center->base_url);
}

bool
help_center_save_origin(const HelpCenter *center, Error *err)
{
	char	   *path = xprintf("%s/origin", center->keys.dir);
	const char *origin = center->brands.list[0].origin;
	bool		ok;

	if (origin == NULL)
		origin = "";
	ok = file_write(path, origin, strlen(origin), 0600, err);
	free(path);
	return ok;
}

/* The origin claim that the last server on this directory used, or NULL. */
char *
help_center_saved_origin(const char *dir)
{
	char	   *path = xprintf("%s/origin", dir);
	Buf			text = {0};
	char	   *origin = NULL;
	Error		err;

	if (access(path, F_OK) == 0)
	{
		if (!file_read(path, 4096, &text, &err))
			fatal("%s", err.text);
		if (text.len > 0)
			origin = xstrdup(text.data);
	}
	buf_free(&text);
	free(path);
	return origin;
}
