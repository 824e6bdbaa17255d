/*-------------------------------------------------------------------------
 *
 * transfer.c
 *		One transfer: how libcurl is to make it, and what came of it.
 *
 *-------------------------------------------------------------------------
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include <openssl/crypto.h>

#include "http/request.h"
#include "http/timeouts.h"
#include "http/transfer.h"

#define HTTP_USER_AGENT			"hcjwt/" HCJWT_VERSION

/* After these words libcurl quotes the URL, and with it a password. */
#define BAD_PROXY	"Unsupported proxy "

/*
 * What we want of every transfer.  Whatever libcurl would take from the
 * environment (proxies), from files (.netrc) or from an answer (redirects,
 * cookies, other protocols) is off.
 */
#define SET(option, value) (curl_easy_setopt(easy, option, value) == CURLE_OK)
static bool
set_protocol(CURL *easy, bool https)
{
	const char *name = https ? "https" : "http";
	long		bit = https ? CURLPROTO_HTTPS : CURLPROTO_HTTP;

	return
		(SET(LIBCURL_PROTOCOLS_STR, name) || SET(LIBCURL_PROTOCOLS, bit)) &&
		(SET(LIBCURL_REDIR_PROTOCOLS_STR, name) ||
		 SET(LIBCURL_REDIR_PROTOCOLS, bit));
}

static bool
set_fixed_options(HttpTransfer *t, bool https)
{
	CURL	   *easy = t->easy;

	return
		set_protocol(easy, https) &&
		SET(CURLOPT_FOLLOWLOCATION, 0L) &&
		SET(CURLOPT_PATH_AS_IS, 1L) &&
		SET(CURLOPT_HTTP_VERSION, (long) CURL_HTTP_VERSION_1_1) &&
		SET(CURLOPT_HTTP09_ALLOWED, 0L) &&
		SET(CURLOPT_HTTPGET, 1L) &&
		SET(CURLOPT_USERAGENT, HTTP_USER_AGENT) &&
		SET(CURLOPT_ACCEPT_ENCODING, (char *) NULL) &&
		SET(CURLOPT_NETRC, (long) CURL_NETRC_IGNORED) &&
		SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L) &&
		SET(CURLOPT_HEADEROPT, (long) CURLHEADER_SEPARATE) &&

	/* no connection is kept: the process ends soon */
		SET(CURLOPT_FRESH_CONNECT, 1L) &&
		SET(CURLOPT_FORBID_REUSE, 1L) &&

		SET(CURLOPT_SSLVERSION, (long) CURL_SSLVERSION_TLSv1_2) &&
		SET(CURLOPT_SSL_VERIFYPEER, 1L) &&
		SET(CURLOPT_SSL_VERIFYHOST, 2L) &&
		SET(CURLOPT_SSL_SESSIONID_CACHE, 0L) &&

		http_timeouts_set(easy, &t->begun) &&
		SET(CURLOPT_NOSIGNAL, 1L);
}

/*
 * The user and password in a proxy's URL are set apart from it, because libcurl
 * quotes a URL that it cannot use.  "" means no proxy; NULL would mean the
 * environment's.
 */
static bool
set_proxy(CURL *easy, const char *proxy)
{
	const char *at = strrchr(proxy, '@');
	const char *login;
	char	   *userpwd;
	char	   *url;
	bool		set;

	if (at == NULL)
		return SET(CURLOPT_PROXY, proxy);

	login = strstr(proxy, "://");
	login = login != NULL && login < at ? login + 3 : proxy;
	userpwd = strndup(login, (size_t) (at - login));
	url = strdup(proxy);
	if (url != NULL)
	{
		/* the end of the old text is wiped with the rest, below */
		memmove(url + (login - proxy), at + 1, strlen(at + 1) + 1);
	}
	set = userpwd != NULL && url != NULL &&
		SET(CURLOPT_PROXY, url) && SET(CURLOPT_PROXYUSERPWD, userpwd);
	if (userpwd != NULL)
		OPENSSL_cleanse(userpwd, strlen(userpwd));
	if (url != NULL)
		OPENSSL_cleanse(url, strlen(proxy));
	free(userpwd);
	free(url);
	return set;
}

static bool
set_request(HttpTransfer *t, const HttpRequest *request)
{
	CURL	   *easy = t->easy;

	return
		http_request_headers(&t->headers, request) &&
		SET(CURLOPT_URL, request->url) &&
		set_proxy(easy, request->proxy) &&
		SET(CURLOPT_NOPROXY, "") &&
		SET(CURLOPT_HTTPHEADER, t->headers) &&
		SET(CURLOPT_PRIVATE, t) &&
		SET(CURLOPT_ERRORBUFFER, t->error) &&
		SET(CURLOPT_HEADERFUNCTION, http_receive_header) &&
		SET(CURLOPT_HEADERDATA, &t->received) &&
		SET(CURLOPT_WRITEFUNCTION, http_receive_body) &&
		SET(CURLOPT_WRITEDATA, &t->received);
#undef SET
}

HttpTransfer *
http_transfer_new(const HttpRequest *request)
{
	HttpTransfer *t;
	bool		https;

	if (strncmp(request->url, "https://", 8) == 0)
		https = true;
	else if (strncmp(request->url, "http://", 7) == 0)
		https = false;
	else
		return NULL;

	t = calloc(1, sizeof(HttpTransfer));
	if (t == NULL)
		return NULL;
	t->received.last_slot = HEADER_NONE;
	t->response.tag = request->tag;
	t->received.easy = t->easy = curl_easy_init();
	if (t->easy == NULL ||
		!set_fixed_options(t, https) ||
		!set_request(t, request))
	{
		http_transfer_free(t);
		return NULL;
	}

	if (https && !http_certificates_load(request->ca_file))
		http_transfer_fail(t, HTTP_TLS,
						   "the file of hcjwt.ca_file cannot be read, or is no regular file of certificates");
	else if (https && !http_certificates_use(t->easy, &t->trust))
	{
		http_transfer_free(t);
		return NULL;
	}
	return t;
}

void
http_transfer_free(HttpTransfer *t)
{
	if (t->easy != NULL)
		curl_easy_cleanup(t->easy);
	http_request_wipe(&t->headers);
	X509_STORE_free(t->trust.store);
	http_receive_free(&t->received);
	free(t);
}

/* The phase that ends with a connection by which a request can be sent. */
static CURLINFO
connected(const HttpTransfer *t)
{
	return t->trust.store != NULL ? CURLINFO_APPCONNECT_TIME_T : CURLINFO_CONNECT_TIME_T;
}

bool
http_transfer_is_late(HttpTransfer *t)
{
	return !t->ended && http_timed_out(t->easy, t->begun, connected(t));
}

bool
http_transfer_hangs(HttpTransfer *t)
{
	return t->begun != 0 && t->added && !t->done &&
		!http_reached(t->easy, CURLINFO_NAMELOOKUP_TIME_T);
}

/*
 * In which phase a time-out or the other side ended the transfer.  A proxy that
 * refuses is a failure to connect.
 */
static HttpOutcome
phase_outcome(HttpTransfer *t, HttpOutcome when_connected)
{
	if (!http_reached(t->easy, CURLINFO_NAMELOOKUP_TIME_T))
		return HTTP_DNS;
	if (http_reached(t->easy, connected(t)))
		return when_connected;
	return t->trust.hand_shaking ? HTTP_TLS : HTTP_CONNECT;
}

static HttpOutcome
curl_outcome(HttpTransfer *t, CURLcode result)
{
	switch (result)
	{
		case CURLE_URL_MALFORMAT:
			return HTTP_BAD_URL;

		case CURLE_UNSUPPORTED_PROTOCOL:
			/* libcurl calls an answer that is no HTTP/1 by the same name */
			return http_reached(t->easy, CURLINFO_CONNECT_TIME_T) ?
				HTTP_CUT : HTTP_BAD_URL;

		case CURLE_COULDNT_RESOLVE_HOST:
		case CURLE_COULDNT_RESOLVE_PROXY:
			return HTTP_DNS;

		case CURLE_COULDNT_CONNECT:
		case CURLE_PROXY:
			return HTTP_CONNECT;

		case CURLE_SSL_CONNECT_ERROR:
		case CURLE_PEER_FAILED_VERIFICATION:
		case CURLE_SSL_CERTPROBLEM:
		case CURLE_SSL_CIPHER:
		case CURLE_SSL_CACERT_BADFILE:
		case CURLE_SSL_ISSUER_ERROR:
		case CURLE_SSL_INVALIDCERTSTATUS:
		case CURLE_USE_SSL_FAILED:
			return HTTP_TLS;

		case CURLE_OPERATION_TIMEDOUT:
			return phase_outcome(t, HTTP_TIMEOUT);

		case CURLE_SEND_ERROR:
		case CURLE_RECV_ERROR:
			return phase_outcome(t, HTTP_CUT);

		case CURLE_GOT_NOTHING:
		case CURLE_PARTIAL_FILE:
		case CURLE_WEIRD_SERVER_REPLY:
		case CURLE_BAD_CONTENT_ENCODING:
			return HTTP_CUT;

		default:
			if ((int) result == LIBCURL_SSL_CLIENTCERT)
				return HTTP_TLS;
			return (int) result == LIBCURL_TOO_LARGE ? HTTP_CUT : HTTP_FAILED;
	}
}

/* libcurl's message may quote the server, so only printable ASCII stays. */
static void
clean_error(char *error)
{
	size_t		len;

	for (char *p = error; *p != '\0'; p++)
	{
		if (*p < 0x20 || *p > 0x7e)
			*p = '?';
	}
	for (len = strlen(error);
		 len > 0 && (error[len - 1] == ' ' || error[len - 1] == '.' ||
					 error[len - 1] == '?');
		 len--)
		error[len - 1] = '\0';
}

static const char *
header_text(const Received *r, HeaderSlot slot)
{
	return r->headers[slot].len > 0 ? r->headers[slot].value : "";
}

static HeaderValue
header_value(const Received *r, HeaderSlot slot)
{
	HeaderValue value = {r->headers[slot].value, r->headers[slot].len};

	return value;
}

/* Fills in the response.  Only a whole answer with status 200 has a body. */
static void
finish_transfer(HttpTransfer *t, HttpOutcome outcome)
{
	HttpResponse *response = &t->response;
	Received   *r = &t->received;
	bool		whole = outcome == HTTP_ANSWERED;
	CacheHeaders headers;

	t->ended = true;
	clean_error(t->error);
	response->outcome = outcome;
	response->status = r->status;
	response->error = whole ? "" : t->error;
	response->body = "";
	response->body_len = 0;
	if (whole && r->status == 200 && r->body != NULL)
	{
		response->body = r->body;
		response->body_len = r->body_len;
	}
	response->is_html = strncasecmp(header_text(r, HEADER_CONTENT_TYPE), "text/html", 9) == 0;
	response->content_coding = header_text(r, HEADER_CONTENT_ENCODING);
	if (strcasecmp(response->content_coding, "identity") == 0)
		response->content_coding = "";
	response->etag = header_text(r, HEADER_ETAG);
	response->location = header_text(r, HEADER_LOCATION);
	headers.cache_control = header_value(r, HEADER_CACHE_CONTROL);
	headers.age = header_value(r, HEADER_AGE);
	headers.expires = header_value(r, HEADER_EXPIRES);
	headers.date = header_value(r, HEADER_DATE);
	headers.retry_after = header_value(r, HEADER_RETRY_AFTER);
	cache_headers_judge(&headers, (int64_t) time(NULL), &response->cache);
}

void
http_transfer_fail(HttpTransfer *t, HttpOutcome outcome, const char *error)
{
	strncpy(t->error, error, sizeof(t->error) - 1);
	finish_transfer(t, outcome);
}

void
http_transfer_end(HttpTransfer *t, CURLcode result)
{
	Received   *r = &t->received;

	switch (r->stop)
	{
		case STOP_BODY_UNWANTED:
			finish_transfer(t, HTTP_ANSWERED);
			return;
		case STOP_BODY_TOO_LARGE:
			http_transfer_fail(t, HTTP_TOO_LARGE,
							   "the answer's body is too large");
			return;
		case STOP_HEADERS_TOO_LARGE:
			http_transfer_fail(t, HTTP_CUT,
							   "the answer's headers are too large");
			return;
		case STOP_OUT_OF_MEMORY:
			http_transfer_fail(t, HTTP_FAILED, "out of memory");
			return;
		case STOP_NOT:
			break;
	}

	/* a header line that is too long for libcurl, or too many of them */
	if ((result == CURLE_OUT_OF_MEMORY || (int) result == LIBCURL_TOO_LARGE) &&
		r->status > 0 && !r->head_ended)
		http_transfer_fail(t, HTTP_CUT, "the answer's headers are too large");
	else if (strncmp(t->error, BAD_PROXY, strlen(BAD_PROXY)) == 0)
		http_transfer_fail(t, HTTP_CONNECT, "hcjwt.proxy is not the URL of a proxy");
	else if (result != CURLE_OK)
	{
		if (t->error[0] == '\0')
			strncpy(t->error, curl_easy_strerror(result),
					sizeof(t->error) - 1);
		finish_transfer(t, curl_outcome(t, result));
	}
	else if (r->head_ended)
		finish_transfer(t, HTTP_ANSWERED);
	else
		http_transfer_fail(t, HTTP_CUT, "the answer ends within its headers");
}
