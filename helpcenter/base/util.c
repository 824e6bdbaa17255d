/*-------------------------------------------------------------------------
 *
 * util.c
 *	  memory, growing buffers, files, times and error texts
 *
 * IDENTIFICATION
 *	  helpcenter/base/util.c
 *
 *-------------------------------------------------------------------------
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/util.h"

/* Sets the text and returns false, so that callers can "return fail(...)". */
bool
fail(Error *err, const char *fmt,...)
{
	va_list		args;

	va_start(args, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, args);
	va_end(args);
	return false;
}

void
fatal(const char *fmt,...)
{
	va_list		args;

	fputs("helpcenterd: ", stderr);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

void
warning(const char *fmt,...)
{
	va_list		args;

	fputs("helpcenterd: ", stderr);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
}

void *
xalloc(size_t size)
{
	void	   *ptr = calloc(1, size ? size : 1);

	if (ptr == NULL)
		fatal("out of memory");
	return ptr;
}

void *
xrealloc(void *ptr, size_t size)
{
	ptr = realloc(ptr, size ? size : 1);
	if (ptr == NULL)
		fatal("out of memory");
	return ptr;
}

char *
xstrdup(const char *str)
{
	size_t		size = strlen(str) + 1;

	return memcpy(xalloc(size), str, size);
}

char *
xprintf(const char *fmt,...)
{
	va_list		args;
	char	   *str;
	int			len;

	va_start(args, fmt);
	len = vasprintf(&str, fmt, args);
	va_end(args);
	if (len < 0)
		fatal("out of memory");
	return str;
}

void
buf_reset(Buf *buf)
{
	buf->len = 0;
	if (buf->data)
		buf->data[0] = '\0';
}

void
buf_free(Buf *buf)
{
	free(buf->data);
	memset(buf, 0, sizeof(*buf));
}

/* Makes room for this many more bytes and the NUL byte behind them. */
static void
buf_reserve(Buf *buf, size_t more)
{
	if (buf->data && buf->size - buf->len > more)
		return;
	if (more > SIZE_MAX / 4 || buf->len > SIZE_MAX / 4)
		fatal("out of memory");
	buf->size = (buf->len + more + 1) * 2;
	if (buf->size < 128)
		buf->size = 128;
	buf->data = xrealloc(buf->data, buf->size);
}

void
buf_add(Buf *buf, const void *data, size_t len)
{
	buf_reserve(buf, len);
	if (len > 0)
		memcpy(buf->data + buf->len, data, len);
	buf->len += len;
	buf->data[buf->len] = '\0';
}

void
buf_fill(Buf *buf, int byte, size_t count)
{
	buf_reserve(buf, count);
	memset(buf->data + buf->len, byte, count);
	buf->len += count;
	buf->data[buf->len] = '\0';
}

void
buf_str(Buf *buf, const char *str)
{
	buf_add(buf, str, strlen(str));
}

void
buf_printf(Buf *buf, const char *fmt,...)
{
	va_list		args;
	int			len;

	va_start(args, fmt);
	len = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	if (len < 0)
		fatal("could not format a text");
	buf_reserve(buf, len);
	va_start(args, fmt);
	vsnprintf(buf->data + buf->len, (size_t) len + 1, fmt, args);
	va_end(args);
	buf->len += len;
}

bool
file_read(const char *path, size_t limit, Buf *buf, Error *err)
{
	char		chunk[8192];
	ssize_t		got;
	int			fd;

	buf_reset(buf);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return fail(err, "could not open \"%s\": %s", path, strerror(errno));
	while ((got = read(fd, chunk, sizeof(chunk))) != 0)
	{
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
		{
			fail(err, "could not read \"%s\": %s", path, strerror(errno));
			close(fd);
			return false;
		}
		if (buf->len + got > limit)
		{
			close(fd);
			return fail(err, "\"%s\" is longer than %zu bytes", path, limit);
		}
		buf_add(buf, chunk, got);
	}
	close(fd);
	buf_add(buf, "", 0);
	return true;
}

static bool
write_all(int fd, const char *data, size_t len)
{
	while (len > 0)
	{
		ssize_t		done = write(fd, data, len);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return false;
		data += done;
		len -= done;
	}
	return true;
}

bool
file_write(const char *path, const char *data, size_t len, mode_t mode,
		   Error *err)
{
	char	   *temp = xprintf("%s.tmp.XXXXXX", path);
	bool		ok = false;
	int			fd = mkostemp(temp, O_CLOEXEC);

	if (fd < 0)
		fail(err, "could not create \"%s\": %s", temp, strerror(errno));
	else
	{
		ok = fchmod(fd, mode) == 0 && write_all(fd, data, len);
		if (close(fd) != 0)
			ok = false;
		ok = ok && rename(temp, path) == 0;
		if (!ok)
		{
			fail(err, "could not write \"%s\": %s", path, strerror(errno));
			unlink(temp);
		}
	}
	free(temp);
	return ok;
}

/* A whole decimal number within the range, and nothing else. */
bool
parse_int64(const char *text, int64_t low, int64_t high, int64_t *value)
{
	char	   *end;
	long long	number;

	if (text == NULL || !(*text == '-' || (*text >= '0' && *text <= '9')))
		return false;
	errno = 0;
	number = strtoll(text, &end, 10);
	if (errno != 0 || *end != '\0' || number < low || number > high)
		return false;
	*value = number;
	return true;
}

bool
starts_with(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* Compact, members in the order in which they were set. */
char *
json_text(const json_t *json)
{
	char	   *text = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY);

	if (text == NULL)
		fatal("could not write JSON");
	return text;
}

/*
 * scheme://host[:port] and nothing behind it, of characters that are safe in
 * a page, a header and a JSON string alike.
 */
size_t
url_origin_length(const char *url)
{
	const char *host;
	size_t		len;

	if (starts_with(url, "https://"))
		host = url + strlen("https://");
	else if (starts_with(url, "http://"))
		host = url + strlen("http://");
	else
		return 0;
	len = strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				 "0123456789.-_:[]");
	return len == 0 || len > 280 ? 0 : (size_t) (host - url) + len;
}

bool
origin_valid(const char *origin)
{
	size_t		len = url_origin_length(origin);

	return len > 0 && origin[len] == '\0';
}

bool
header_value_valid(const char *value)
{
	for (const unsigned char *p = (const unsigned char *) value; *p; p++)
		if (*p < ' ' || *p > '~')
			return false;
	return true;
}

/* A host name, a wildcard name or an IP address; it becomes config syntax. */
bool
host_name_valid(const char *name)
{
	size_t		len = strlen(name);

	return len > 0 && len < 254 &&
		strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			   "0123456789-.*:") == len;
}

/* IMF-fixdate (RFC 9110), in English whatever the locale. */
void
http_date(time_t when, char *text, size_t size)
{
	static const char *const days[] =
	{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
	static const char *const months[] =
	{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
	"Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	struct tm	tm;

	gmtime_r(&when, &tm);
	snprintf(text, size, "%s, %02d %s %04d %02d:%02d:%02d GMT",
			 days[tm.tm_wday], tm.tm_mday, months[tm.tm_mon],
			 tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

int64_t
monotonic_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t) now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
