/*-------------------------------------------------------------------------
 *
 * judge.c
 *		Turns what came over the network into an answer that can be stored.
 *
 * This runs in the fetcher, which is connected to no database: what a server
 * sends is parsed where there is nothing to read or to change.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "jose/jwk.h"
#include "jose/jwks.h"
#include "refresh/judge.h"
#include "settings.h"
#include "url/host.h"
#include "url/permission.h"
#include "url/url.h"

#define MAX_ERROR_LEN	200

/* Prints into the answer's error: bounded, and only printable ASCII. */
static void
pg_attribute_printf(2, 3)
note_problem(Answer *answer, const char *format,...)
{
	char	   *text = palloc(MAX_ERROR_LEN + 1);
	va_list		args;

	va_start(args, format);
	vsnprintf(text, MAX_ERROR_LEN + 1, format, args);
	va_end(args);
	for (char *p = text; *p; p++)
		if (*p < ' ' || *p > '~')
			*p = '?';
	answer->error = text;
}

bool
judge_url(const char *text, Answer *answer)
{
	Url			url;
	UrlStatus	status = url_parse(text, strlen(text), &url);

	answer->outcome = FETCH_BAD_URL;
	if (status != URL_OK)
	{
		note_problem(answer, "the URL of the keys cannot be used: %s", url_status_text(status));
		return false;
	}
	switch (url_permission(&url, hcjwt_allowed_hosts, hcjwt_allow_http_loopback))
	{
		case URL_PERMITTED:
			return true;
		case URL_HTTP_NOT_PERMITTED:
			note_problem(answer, "the URL of the keys is not https, and hcjwt.allow_http_loopback is off");
			break;
		case URL_HOST_NOT_PERMITTED:
			note_problem(answer, "hcjwt.allowed_hosts does not name the host \"%s\"", url.host);
			break;
	}
	return false;
}

/* What If-None-Match may send back: an entity-tag of RFC 9110, section 8.8.3. */
static bool
etag_usable(const char *etag)
{
	const char *p = etag;

	if (strlen(etag) > HTTP_MAX_ETAG)
		return false;
	if (strncmp(p, "W/", 2) == 0)
		p += 2;
	if (*p++ != '"')
		return false;
	while (*p > ' ' && *p <= '~' && *p != '"')
		p++;
	return p[0] == '"' && p[1] == '\0';
}

/* An entity-tag without the mark of a weak one. */
static const char *
opaque_tag(const char *etag)
{
	return strncmp(etag, "W/", 2) == 0 ? etag + 2 : etag;
}

/*
 * Is "not modified" about other keys than those that are stored?  It is when it
 * has a strong ETag that differs from the one we sent, or a weak one with
 * another opaque tag (RFC 9111, section 4.3.4).  The ETag may be of any length.
 */
static bool
is_of_other_keys(const char *etag, const char *sent)
{
	const char *tag = opaque_tag(etag);

	if (tag[0] != '"')
		return false;			/* there is none, or it is malformed */
	return tag == etag ? strcmp(etag, sent) != 0 :
		strcmp(tag, opaque_tag(sent)) != 0;
}

/* The fault of the first element that can't be used. */
static const char *
first_fault(const JwksElement *elements, int nelements)
{
	for (int i = 0; i < nelements; i++)
	{
		if (elements[i].status != JWK_OK)
			return jwk_status_text(elements[i].status);
		if (elements[i].ambiguous)
			return "has the kid of another one in the set";
	}
	return "can be used";
}

static void
judge_body(const HttpResponse *response, Answer *answer)
{
	JwksElement *elements = palloc(sizeof(JwksElement) * JWKS_MAX_KEYS);
	JwksStatus	status;
	int			nelements;
	int			nusable;
	int			skipped = 0;

	if (response->content_coding[0] != '\0')
	{
		answer->outcome = FETCH_BAD_SET;
		note_problem(answer, "the answer has the content coding \"%.40s\", which was not asked for",
					 response->content_coding);
		return;
	}
	status = jwks_parse(response->body, response->body_len,
						elements, &nelements, &nusable);
	if (status != JWKS_OK)
	{
		answer->outcome = FETCH_BAD_SET;
		if (response->is_html)
			note_problem(answer, "the answer is an HTML page, no key set");
		else if (status == JWKS_NO_USABLE_KEY)
			note_problem(answer, "the key set %s: the first one %s",
						 jwks_status_text(status), first_fault(elements, nelements));
		else
			note_problem(answer, "the key set %s", jwks_status_text(status));
		return;
	}

	answer->outcome = FETCH_OK;
	/* keep the usable keys, each once */
	answer->keys = palloc(sizeof(AnswerKey) * nusable);
	for (int i = 0; i < nelements; i++)
	{
		const JwksElement *element = &elements[i];
		AnswerKey  *key = &answer->keys[answer->nkeys];
		char	   *jwk;

		if (element->status != JWK_OK || element->ambiguous)
			skipped++;
		if (element->status != JWK_OK || element->ambiguous || element->repeat)
			continue;
		jwk = palloc(JWK_JSON_MAX_LEN);
		jwk_write(&element->jwk, jwk);
		key->jwk = jwk;
		key->kid = pstrdup(element->jwk.kid);
		key->thumbprint = pstrdup(element->jwk.thumbprint);
		answer->nkeys++;
	}
	if (skipped > 0)
		note_problem(answer, "%d of %d keys skipped: the first of them %s",
					 skipped, nelements, first_fault(elements, nelements));
}

static void
judge_http_status(const HttpResponse *response, Answer *answer)
{
	int			status = response->status;

	answer->outcome = FETCH_HTTP;
	if (status == 200)
		judge_body(response, answer);
	else if (status == 304 && answer->sent_etag[0] != '\0' &&
			 is_of_other_keys(response->etag, answer->sent_etag))
	{
		answer->forget_etag = true;
		note_problem(answer, "HTTP status 304 with another ETag than was sent");
	}
	else if (status == 304 && answer->sent_etag[0] != '\0')
		answer->outcome = FETCH_NOT_MODIFIED;
	else if (status == 304)
		note_problem(answer, "HTTP status 304 without having been asked for");
	else if (status == 404)
	{
		answer->outcome = FETCH_PLAN;
		note_problem(answer, "HTTP status 404: no help center JWTs at this URL");
	}
	else if (status >= 300 && status < 400)
	{
		char		host[URL_MAX_HOST_LEN + 1];

		if (url_location_host(response->location, host))
			note_problem(answer, "HTTP status %d to the host \"%s\": redirects are not followed",
						 status, host);
		else
			note_problem(answer, "HTTP status %d: redirects are not followed", status);
	}
	else if (answer->cache.has_retry_after)
		note_problem(answer, "HTTP status %d, to be asked again after " INT64_FORMAT " s",
					 status, answer->cache.retry_after);
	else
		note_problem(answer, "HTTP status %d", status);
}

void
judge_response(const HttpResponse *response, Answer *answer)
{
	static const FetchOutcome outcomes[] = {
		[HTTP_BAD_URL] = FETCH_BAD_URL,
		[HTTP_DNS] = FETCH_DNS,
		[HTTP_CONNECT] = FETCH_CONNECT,
		[HTTP_TLS] = FETCH_TLS,
		[HTTP_TIMEOUT] = FETCH_TIMEOUT,
		[HTTP_TOO_LARGE] = FETCH_TOO_LARGE,
		[HTTP_CUT] = FETCH_CUT,
		[HTTP_FAILED] = FETCH_FAILED
	};

	answer->http_status = response->status;
	answer->nkeys = 0;
	answer->keys = NULL;
	answer->error = "";
	answer->etag = etag_usable(response->etag) ? response->etag : "";
	answer->forget_etag = false;
	answer->cache = response->cache;

	if (response->outcome == HTTP_ANSWERED)
	{
		judge_http_status(response, answer);
		return;
	}
	answer->outcome = outcomes[response->outcome];
	/* libcurl's words are about the connection, never from a body */
	note_problem(answer, "%s", response->error);
}
