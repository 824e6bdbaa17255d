/*-------------------------------------------------------------------------
 *
 * form.c
 *	  reading submitted forms, writing HTML
 *
 * IDENTIFICATION
 *	  helpcenter/pages/form.c
 *
 *-------------------------------------------------------------------------
 */
#include <stdlib.h>
#include <string.h>

#include "pages/form.h"

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* application/x-www-form-urlencoded; false: broken, or a NUL in it. */
static bool
decode(const char *text, size_t len, Buf *out)
{
	buf_reset(out);
	buf_add(out, "", 0);
	for (size_t i = 0; i < len; i++)
	{
		char		c = text[i];

		if (c == '+')
			c = ' ';
		else if (c == '%')
		{
			int			high = len - i > 2 ? hex_digit(text[i + 1]) : -1;
			int			low = len - i > 2 ? hex_digit(text[i + 2]) : -1;

			if (high < 0 || low < 0)
				return false;
			c = (char) (high * 16 + low);
			i += 2;
		}
		if (c == '\0')
			return false;
		buf_add(out, &c, 1);
	}
	return true;
}

char *
form_value(const Buf *body, const char *name)
{
	const char *p = body->data;
	const char *end;
	Buf			text = {0};
	char	   *value = NULL;

	if (p == NULL)
		return NULL;
	end = p + body->len;
	while (p < end && value == NULL)
	{
		const char *amp = memchr(p, '&', end - p);
		const char *stop = amp ? amp : end;
		const char *equals = memchr(p, '=', stop - p);

		if (equals && decode(p, equals - p, &text) &&
			strcmp(text.data, name) == 0 &&
			decode(equals + 1, stop - equals - 1, &text))
			value = xstrdup(text.data);
		p = amp ? amp + 1 : end;
	}
	buf_free(&text);
	return value;
}

void
html_text(Buf *page, const char *text)
{
	for (; *text; text++)
	{
		switch (*text)
		{
			case '&':
				buf_str(page, "&amp;");
				break;
			case '<':
				buf_str(page, "&lt;");
				break;
			case '>':
				buf_str(page, "&gt;");
				break;
			case '"':
				buf_str(page, "&quot;");
				break;
			case '\'':
				buf_str(page, "&#39;");
				break;
			default:
				buf_add(page, text, 1);
		}
	}
}
