/*-------------------------------------------------------------------------
 *
 * unit.c
 *		Unit tests of the code that needs no server, outside the server.
 *
 *-------------------------------------------------------------------------
 */
#include "unit.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct Copy
{
	struct Copy *next;
	void	   *bytes;
} Copy;

static Copy *copies = NULL;
static int	npassed = 0;
static int	nfailed = 0;

void
ok(bool passed, const char *format,...)
{
	va_list		args;
	char		what[1024];
	char	   *p;

	if (passed)
		npassed++;
	else
		nfailed++;
	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);

	/* a test is one line, even if its text has line breaks */
	for (p = what; *p != '\0'; p++)
	{
		if (*p < 0x20 || *p > 0x7E)
			*p = '?';
	}
	printf("%sok %d - %s\n", passed ? "" : "not ", npassed + nfailed, what);
}

static void *
allocate(size_t len)
{
	void	   *p = malloc(len > 0 ? len : 1);

	if (p == NULL)
	{
		fputs("out of memory\n", stderr);
		exit(2);
	}
	return p;
}

char *
exact(const void *bytes, size_t len)
{
	Copy	   *copy = allocate(sizeof(Copy));
	char	   *room = allocate(len);

	copy->next = copies;
	copy->bytes = room;
	copies = copy;

	/*
	 * when there are no bytes, the place behind the only allocated byte must
	 * not be read
	 */
	if (len == 0)
		return room + 1;
	memcpy(room, bytes, len);
	return room;
}

int
main(void)
{
	/*
	 * these come first: OpenSSL accepts an allocator only before it allocates
	 * anything
	 */
	test_memory();
	test_base64url();
	test_jws();
	test_json_guard();
	test_json_number();
	test_json_string();
	test_numericdate();
	test_jwk();
	test_jwks();
	test_rs256();
	test_rs256_forgeries();
	test_url();
	test_origin();
	test_host_globs();
	test_rate_limit();
	test_header_line();
	test_receive();
	test_cache_headers();
	test_timing();

	while (copies != NULL)
	{
		Copy	   *next = copies->next;

		free(copies->bytes);
		free(copies);
		copies = next;
	}
	printf("%d passed, %d failed\n", npassed, nfailed);
	return nfailed == 0 ? 0 : 1;
}
