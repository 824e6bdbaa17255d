/*-------------------------------------------------------------------------
 *
 * library.h
 *		libcurl as a whole: its start, what we ask of it, and its threads.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_LIBRARY_H
#define HCJWT_LIBRARY_H

#include <signal.h>

/*
 * Why this libcurl cannot be used, or NULL.  The first call in a process starts
 * libcurl.
 */
extern const char *http_library_problem(void);

/* Called before and after each call of libcurl that may start a thread. */
extern void http_block_signals(sigset_t *before);
extern void http_restore_signals(const sigset_t *before);

#endif							/* HCJWT_LIBRARY_H */
