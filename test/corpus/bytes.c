/*-------------------------------------------------------------------------
 *
 * bytes.c
 *		Strings of bytes to build tokens of.
 *
 *-------------------------------------------------------------------------
 */
#include "bytes.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
give_up(const char *why)
{
	fprintf(stderr, "hcjwt-corpus: %s\n", why);
	exit(2);
}

void
must(bool done, const char *what)
{
	if (!done)
		give_up(what);
}

static uint8_t *
allocate(size_t len)
{
	uint8_t    *data = malloc(len + 1);

	must(data != NULL, "out of memory");
	data[len] = '\0';
	return data;
}

static void
put(uint8_t *dst, const void *src, size_t len)
{
	if (len > 0)
		memcpy(dst, src, len);
}

static Bytes
made(const uint8_t *data, size_t len)
{
	Bytes		result = {data, len};

	return result;
}

Bytes
bytes(const void *data, size_t len)
{
	uint8_t    *copy = allocate(len);

	put(copy, data, len);
	return made(copy, len);
}

Bytes
text(const char *literal)
{
	return bytes(literal, strlen(literal));
}

Bytes
format(const char *fmt,...)
{
	va_list		args;
	int			len;
	uint8_t    *data;

	va_start(args, fmt);
	len = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	must(len >= 0, "bad format");
	data = allocate((size_t) len);
	va_start(args, fmt);
	vsnprintf((char *) data, (size_t) len + 1, fmt, args);
	va_end(args);
	return made(data, (size_t) len);
}

Bytes
join(Bytes a, Bytes b)
{
	uint8_t    *data = allocate(a.len + b.len);

	put(data, a.data, a.len);
	put(data + a.len, b.data, b.len);
	return made(data, a.len + b.len);
}

Bytes
join3(Bytes a, Bytes b, Bytes c)
{
	return join(join(a, b), c);
}

Bytes
repeat(const char *literal, size_t times)
{
	size_t		len = strlen(literal);
	uint8_t    *data = allocate(len * times);

	for (size_t i = 0; i < times; i++)
		put(data + i * len, literal, len);
	return made(data, len * times);
}

Bytes
fill(uint8_t byte, size_t len)
{
	uint8_t    *data = allocate(len);

	memset(data, byte, len);
	return made(data, len);
}

Bytes
slice(Bytes b, size_t from, size_t len)
{
	must(from <= b.len && len <= b.len - from, "bad slice");
	return bytes(b.data + from, len);
}

Bytes
reversed(Bytes b)
{
	uint8_t    *data = allocate(b.len);

	for (size_t i = 0; i < b.len; i++)
		data[i] = b.data[b.len - 1 - i];
	return made(data, b.len);
}

Bytes
patch(Bytes b, size_t at, Bytes by)
{
	must(at <= b.len && by.len <= b.len - at, "bad patch");
	return join3(slice(b, 0, at), by,
				 slice(b, at + by.len, b.len - at - by.len));
}

Bytes
insert(Bytes b, size_t at, Bytes what)
{
	must(at <= b.len, "bad place to insert");
	return join3(slice(b, 0, at), what, slice(b, at, b.len - at));
}

Bytes
replace(Bytes b, const char *from, const char *to)
{
	Bytes		result = NOTHING;
	const char *p = string(b);
	const char *found;

	while ((found = strstr(p, from)) != NULL)
	{
		result = join3(result, bytes(p, (size_t) (found - p)), text(to));
		p = found + strlen(from);
	}
	return join(result, text(p));
}

bool
has(Bytes b, const char *what)
{
	return strstr(string(b), what) != NULL;
}

const char *
string(Bytes b)
{
	return (const char *) b.data;
}

static Bytes
encode64(Bytes b, const char *last_two, bool padded)
{
	char		alphabet[65] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"abcdefghijklmnopqrstuvwxyz0123456789";
	uint8_t    *data = allocate((b.len + 2) / 3 * 4);
	size_t		n = 0;

	memcpy(alphabet + 62, last_two, 2);
	for (size_t i = 0; i < b.len; i += 3)
	{
		size_t		left = b.len - i;
		uint32_t	bits = (uint32_t) b.data[i] << 16;

		if (left > 1)
			bits |= (uint32_t) b.data[i + 1] << 8;
		if (left > 2)
			bits |= b.data[i + 2];
		data[n++] = (uint8_t) alphabet[bits >> 18];
		data[n++] = (uint8_t) alphabet[bits >> 12 & 0x3F];
		if (left > 1)
			data[n++] = (uint8_t) alphabet[bits >> 6 & 0x3F];
		else if (padded)
			data[n++] = '=';
		if (left > 2)
			data[n++] = (uint8_t) alphabet[bits & 0x3F];
		else if (padded)
			data[n++] = '=';
	}
	data[n] = '\0';
	return made(data, n);
}

Bytes
base64url(Bytes b)
{
	return encode64(b, "-_", false);
}

Bytes
base64(Bytes b)
{
	return encode64(b, "+/", true);
}

Bytes
hex(Bytes b)
{
	uint8_t    *data = allocate(b.len * 2);

	for (size_t i = 0; i < b.len; i++)
		snprintf((char *) data + 2 * i, 3, "%02x", b.data[i]);
	return made(data, b.len * 2);
}
