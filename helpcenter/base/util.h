/*-------------------------------------------------------------------------
 *
 * util.h
 *	  memory, growing buffers, files, times and error texts
 *
 * IDENTIFICATION
 *	  helpcenter/base/util.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef HC_UTIL_H
#define HC_UTIL_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#define lengthof(array) (sizeof(array) / sizeof((array)[0]))

/* A text that says why a function returned false. */
typedef struct Error
{
	char		text[512];
} Error;

extern bool fail(Error *err, const char *fmt,...)
			__attribute__((format(printf, 2, 3)));
extern void fatal(const char *fmt,...)
			__attribute__((format(printf, 1, 2), noreturn));
extern void warning(const char *fmt,...)
			__attribute__((format(printf, 1, 2)));

/* Allocation that never returns NULL. */
extern void *xalloc(size_t size);
extern void *xrealloc(void *ptr, size_t size);
extern char *xstrdup(const char *str);
extern char *xprintf(const char *fmt,...)
			__attribute__((format(printf, 1, 2)));

/* A growing byte string; data is always followed by a NUL byte. */
typedef struct Buf
{
	char	   *data;
	size_t		len;
	size_t		size;
} Buf;

extern void buf_reset(Buf *buf);
extern void buf_free(Buf *buf);
extern void buf_add(Buf *buf, const void *data, size_t len);
extern void buf_fill(Buf *buf, int byte, size_t count);
extern void buf_str(Buf *buf, const char *str);
extern void buf_printf(Buf *buf, const char *fmt,...)
			__attribute__((format(printf, 2, 3)));

/* Files.  Writing is atomic: a reader sees the old or the new content. */
extern bool file_read(const char *path, size_t limit, Buf *buf, Error *err);
extern bool file_write(const char *path, const char *data, size_t len,
					   mode_t mode, Error *err);

/* Text and numbers. */
extern bool parse_int64(const char *text, int64_t low, int64_t high,
						int64_t *value);
extern char *json_text(const json_t *json);
extern size_t url_origin_length(const char *url);
extern bool origin_valid(const char *origin);
extern bool header_value_valid(const char *value);
extern bool host_name_valid(const char *name);
extern bool starts_with(const char *text, const char *prefix);
extern void http_date(time_t when, char *text, size_t size);
extern int64_t monotonic_ms(void);

#endif							/* HC_UTIL_H */
