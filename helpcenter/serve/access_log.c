/*-------------------------------------------------------------------------
 *
 * access_log.c
 *	  one line for each request
 *
 * Time, method, path, status, bytes of body sent, and the id of the user or
 * "-".  Where an admin acts for the user, or tried to, "by" and the admin's id
 * follow.  Query strings, headers and bodies are never written, so the log has no
 * token, password or cookie in it.
 *
 *-------------------------------------------------------------------------
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "serve/access_log.h"

#define MAX_PATH_LOGGED 256

FILE *
access_log_open(const char *path, Error *err)
{
	int			fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
						  0600);
	FILE	   *log = fd < 0 ? NULL : fdopen(fd, "a");

	if (log == NULL)
	{
		fail(err, "could not open \"%s\": %s", path, strerror(errno));
		if (fd >= 0)
			close(fd);
	}
	else
		setvbuf(log, NULL, _IOLBF, 8192);
	return log;
}

/* Escapes spaces, so that words stay apart, and control characters. */
static void
add_escaped(Buf *line, const char *text)
{
	for (int i = 0; i < MAX_PATH_LOGGED && text[i]; i++)
	{
		unsigned char c = text[i];

		if (c > ' ' && c < 0x7f)
			buf_add(line, &text[i], 1);
		else
			buf_printf(line, "%%%02X", c);
	}
}

void
access_log_write(FILE *log, const Request *request)
{
	Buf			line = {0};
	struct tm	tm;

	if (log == NULL)
		return;
	gmtime_r(&request->arrived.tv_sec, &tm);
	buf_printf(&line, "%04d-%02d-%02dT%02d:%02d:%02d.%03ldZ ",
			   tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
			   tm.tm_min, tm.tm_sec, request->arrived.tv_nsec / 1000000);
	add_escaped(&line, request->method);
	buf_str(&line, " ");
	add_escaped(&line, request->path);
	if (request->status)
		buf_printf(&line, " %d", request->status);
	else
		buf_str(&line, " -");
	buf_printf(&line, " %lld", (long long) request->bytes);
	if (request->user_id)
		buf_printf(&line, " %lld", (long long) request->user_id);
	else
		buf_str(&line, " -");
	if (request->by_user_id)
		buf_printf(&line, " by %lld", (long long) request->by_user_id);
	buf_str(&line, "\n");
	fwrite(line.data, 1, line.len, log);
	buf_free(&line);
}
