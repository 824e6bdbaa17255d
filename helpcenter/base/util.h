/*-------------------------------------------------------------------------
 *
 * util.h
 *	  memory, growing buffers, files, times, poll() and error texts
 *
 *-------------------------------------------------------------------------
 */
#ifndef HC_UTIL_H
#define HC_UTIL_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#define count_of(array) (sizeof(array) / sizeof((array)[0]))

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

/* A growing list of strings that belong to others. */
typedef struct StringList
{
	char	  **items;
	int			count;
} StringList;

extern void string_list_add(StringList *list, char *item);

/* Files.  Writing is atomic: a reader sees the old or the new content. */
extern bool file_read(const char *path, size_t limit, Buf *buf, Error *err);
extern bool file_write(const char *path, const char *data, size_t len,
					   mode_t mode, Error *err);

extern int64_t monotonic_ms(void);

/* An entry for poll(). */
extern struct pollfd watch(int fd, short events);

#endif							/* HC_UTIL_H */
