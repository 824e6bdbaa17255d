/*-------------------------------------------------------------------------
 *
 * host_globs_fuzzer.c
 *		Fuzzes url/host_globs.c: a list is what its patterns are.
 *
 *-------------------------------------------------------------------------
 */
#include "fuzz.h"

#include <stdbool.h>
#include <string.h>

#include "url/host_globs.h"

/* The host is the first line, the list what follows. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char	   *host = room_of(size + 1);
	char	   *globs;
	char	   *pattern;
	bool		allowed;
	bool		valid;
	bool		any_allowed = false;
	bool		all_valid = true;

	memcpy(host, data, size);
	host[size] = '\0';
	globs = strchr(host, '\n');
	if (globs == NULL)
	{
		free(host);
		return 0;
	}
	*globs++ = '\0';

	allowed = url_host_allowed(host, globs);
	valid = url_host_globs_valid(globs);
	for (pattern = strtok(globs, ", \t\n\v\f\r"); pattern != NULL;
		 pattern = strtok(NULL, ", \t\n\v\f\r"))
	{
		bool		match = url_host_allowed(host, pattern);

		if (url_host_globs_valid(pattern))
		{
			/* without a star, a pattern matches only what is as long */
			CHECK(!match || strchr(pattern, '*') != NULL ||
				  strlen(host) == strlen(pattern));
			/* with a label's star, never the bare domain */
			CHECK(!match || strncmp(pattern, "*.", 2) != 0 ||
				  (strchr(host, '.') != NULL && host[0] != '.'));
		}
		else
		{
			CHECK(!match);
			all_valid = false;
		}
		any_allowed = any_allowed || match;
	}
	CHECK(allowed == any_allowed);
	CHECK(valid == all_valid);
	free(host);
	return 0;
}
