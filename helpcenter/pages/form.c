/*-------------------------------------------------------------------------
 *
 * form.c
 *	  reading submitted forms, writing HTML
 *
 *-------------------------------------------------------------------------
 */
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>

#include "pages/form.h"

/* Decodes application/x-www-form-urlencoded; NULL when a NUL byte is in it. */
static char *
decode(const char *text, size_t len)
{
	char	   *copy = xprintf("%.*s", (int) len, text);

	for (char *p = copy; (p = strchr(p, '+')) != NULL;)
		*p = ' ';
	if (strlen(copy) == len && MHD_http_unescape(copy) == strlen(copy))
		return copy;
	free(copy);
	return NULL;
}

/* The value of the first field with that name. */
char *
form_value(const Buf *body, const char *name)
{
	const char *p = body->data;
	const char *end = p + body->len;
	char	   *value = NULL;

	while (p < end && value == NULL)
	{
		const char *amp = memchr(p, '&', end - p);
		const char *stop = amp ? amp : end;
		const char *equals = memchr(p, '=', stop - p);
		char	   *found = equals ? decode(p, equals - p) : NULL;

		if (found && strcmp(found, name) == 0)
			value = decode(equals + 1, stop - equals - 1);
		free(found);
		p = amp ? amp + 1 : end;
	}
	return value;
}

void
html_text(Buf *page, const char *text)
{
	static const char *const escaped[] = {
	['&'] = "&amp;",['<'] = "&lt;",['>'] = "&gt;",['"'] = "&quot;",['\''] = "&#39;"};

	for (; *text; text++)
	{
		unsigned char c = *text;

		if (c < count_of(escaped) && escaped[c])
			buf_str(page, escaped[c]);
		else
			buf_add(page, text, 1);
	}
}
