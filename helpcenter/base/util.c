/*-------------------------------------------------------------------------
 *
 * util.c
 *	  memory, growing buffers, files, times, poll() and error texts
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

static void
complain(const char *fmt, va_list args)
{
	fputs("helpcenterd: ", stderr);
	vfprintf(stderr, fmt, args);
	fputc('\n', stderr);
}

void
fatal(const char *fmt,...)
{
	va_list		args;

	va_start(args, fmt);
	complain(fmt, args);
	va_end(args);
	exit(1);
}

void
warning(const char *fmt,...)
{
	va_list		args;

	va_start(args, fmt);
	complain(fmt, args);
	va_end(args);
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

void
string_list_add(StringList *list, char *item)
{
	list->items = xrealloc(list->items, (list->count + 1) * sizeof(char *));
	list->items[list->count++] = item;
}

bool
file_read(const char *path, size_t limit, Buf *buf, Error *err)
{
	FILE	   *file = fopen(path, "re");
	char		chunk[8192];
	size_t		got;
	bool		ok = true;

	buf_reset(buf);
	if (file == NULL)
		return fail(err, "could not open \"%s\": %s", path, strerror(errno));
	while (buf->len <= limit &&
		   (got = fread(chunk, 1, sizeof(chunk), file)) > 0)
		buf_add(buf, chunk, got);
	if (ferror(file))
		ok = fail(err, "could not read \"%s\": %s", path, strerror(errno));
	else if (buf->len > limit)
		ok = fail(err, "\"%s\" is longer than %zu bytes", path, limit);
	fclose(file);
	buf_add(buf, "", 0);
	return ok;
}

bool
file_write(const char *path, const char *data, size_t len, mode_t mode,
		   Error *err)
{
	char	   *temp = xprintf("%s.tmp.XXXXXX", path);
	int			fd = mkostemp(temp, O_CLOEXEC);
	FILE	   *file = fd < 0 ? NULL : fdopen(fd, "w");
	bool		ok = file && fchmod(fd, mode) == 0 &&
		fwrite(data, 1, len, file) == len;

	if (file && fclose(file) != 0)
		ok = false;
	ok = ok && rename(temp, path) == 0;
	if (!ok)
	{
		fail(err, "could not write \"%s\": %s", path, strerror(errno));
		unlink(temp);
	}
	free(temp);
	return ok;
}

int64_t
monotonic_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t) now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct pollfd
watch(int fd, short events)
{
	struct pollfd result = {.fd = fd,.events = events};

	return result;
}
