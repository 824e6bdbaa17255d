/*-------------------------------------------------------------------------
 *
 * libcurl.h
 *		All that differs between libcurl's versions, from 7.76 on.
 *
 * Options that came later are given by number: a library that is built with
 * older headers may meet a newer libcurl, or the other way round.  An older
 * libcurl answers CURLE_UNKNOWN_OPTION.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_LIBCURL_H
#define HCJWT_LIBCURL_H

#include <curl/curl.h>

#define LIBCURL_OLDEST			0x074c00
#define LIBCURL_OLDEST_TEXT		"7.76"

#if LIBCURL_VERSION_NUM < LIBCURL_OLDEST
#error "hcjwt needs libcurl 7.76 or later"
#endif

/* 7.77: a certificate in memory; CURLE_SSL_CLIENTCERT */
#define LIBCURL_CAINFO_BLOB		((CURLoption) (CURLOPTTYPE_BLOB + 309))
#define LIBCURL_SSL_CLIENTCERT	98

/* 7.85: which protocols, by name; and before, by bits */
#define LIBCURL_PROTOCOLS_STR	((CURLoption) (CURLOPTTYPE_STRINGPOINT + 318))
#define LIBCURL_REDIR_PROTOCOLS_STR ((CURLoption) (CURLOPTTYPE_STRINGPOINT + 319))
#define LIBCURL_PROTOCOLS		((CURLoption) (CURLOPTTYPE_LONG + 181))
#define LIBCURL_REDIR_PROTOCOLS ((CURLoption) (CURLOPTTYPE_LONG + 182))

/* 7.87: a transfer's end does not wait for its name look-up; see timeouts.c */
#define LIBCURL_QUICK_EXIT		((CURLoption) (CURLOPTTYPE_LONG + 322))

/* 8.6: CURLE_TOO_LARGE; CURLE_OUT_OF_MEMORY before */
#define LIBCURL_TOO_LARGE		100

/* 8.20: options of multi handles; resolver threads are in a pool of their own */
#define LIBCURL_RESOLVE_THREADS_MAX ((CURLMoption) (CURLOPTTYPE_LONG + 20))
#define LIBCURL_MULTI_QUICK_EXIT ((CURLMoption) (CURLOPTTYPE_LONG + 21))

#endif							/* HCJWT_LIBCURL_H */
