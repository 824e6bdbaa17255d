/*-------------------------------------------------------------------------
 *
 * header_line.c
 *		Reads one line of an answer's head (RFC 9112, RFC 9110).
 *
 * Pure C: no server headers, no libcurl, no allocation and no locale.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "http/header_line.h"
#include "url/ascii.h"

static const char *const header_names[HEADER_NONE] = {
	"content-type",
	"content-encoding",
	"cache-control",
	"age",
	"expires",
	"date",
	"etag",
	"retry-after",
	"location",
	"content-length"
};

HeaderValue
header_trim(HeaderValue value)
{
	while (value.len > 0 && header_is_space(value.text[0]))
	{
		value.text++;
		value.len--;
	}
	while (value.len > 0 && header_is_space(value.text[value.len - 1]))
		value.len--;
	return value;
}

bool
header_equals(const char *text, size_t len, const char *word)
{
	if (len != strlen(word))
		return false;
	for (size_t i = 0; i < len; i++)
	{
		if (url_lower(text[i]) != url_lower(word[i]))
			return false;
	}
	return true;
}

bool
header_status_read(const char *line, size_t len, int *status)
{
	const char *p;

	*status = 0;
	if (len < 5 || memcmp(line, "HTTP/", 5) != 0)
		return false;
	p = memchr(line, ' ', len);
	if (p != NULL && line + len - p >= 4 &&
		url_is_digit(p[1]) && url_is_digit(p[2]) && url_is_digit(p[3]) &&
		(p + 4 == line + len || p[4] == ' '))
		*status = (p[1] - '0') * 100 + (p[2] - '0') * 10 + (p[3] - '0');
	return true;
}

HeaderSlot
header_line_read(const char *line, size_t len, HeaderValue *value)
{
	const char *colon = memchr(line, ':', len);
	size_t		name_len;

	value->text = line;
	value->len = len;
	if (header_is_space(line[0]))
	{
		*value = header_trim(*value);
		return HEADER_FOLDED;
	}

	value->len = 0;
	if (colon == NULL)
		return HEADER_NONE;
	name_len = (size_t) (colon - line);
	for (int i = 0; i < HEADER_NONE; i++)
	{
		if (header_equals(line, name_len, header_names[i]))
		{
			value->text = colon + 1;
			value->len = len - name_len - 1;
			*value = header_trim(*value);
			return (HeaderSlot) i;
		}
	}
	return HEADER_NONE;
}

bool
header_length_exceeds(HeaderValue value, size_t max)
{
	size_t		sum = 0;

	for (size_t i = 0; i < value.len && url_is_digit(value.text[i]); i++)
	{
		sum = sum * 10 + (size_t) (value.text[i] - '0');
		if (sum > max)
			return true;
	}
	return false;
}
