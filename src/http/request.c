/*-------------------------------------------------------------------------
 *
 * request.c
 *		The header lines we send, credentials among them.
 *
 * libcurl could write Authorization by itself, but would keep copies of the
 * credentials that it does not wipe.  These lines are our own, and we wipe
 * them. Only the buffers that libcurl sends a request from are out of our
 * reach.
 *
 *-------------------------------------------------------------------------
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "http/request.h"

bool
http_is_header_text(const char *text)
{
	for (; *text != '\0'; text++)
	{
		if ((unsigned char) *text < 0x20 || *text == 0x7f)
			return false;
	}
	return true;
}

static void
wipe_free(char *text)
{
	if (text != NULL)
		OPENSSL_cleanse(text, strlen(text));
	free(text);
}

/* a, b and c in one, malloc'd; NULL when out of memory */
static char *
join_strings(const char *a, const char *b, const char *c)
{
	size_t		a_len = strlen(a);
	size_t		b_len = strlen(b);
	size_t		c_len = strlen(c);
	char	   *all = malloc(a_len + b_len + c_len + 1);

	if (all != NULL)
	{
		memcpy(all, a, a_len);
		memcpy(all + a_len, b, b_len);
		memcpy(all + a_len + b_len, c, c_len + 1);
	}
	return all;
}

/* Adds the line "name: value"; false when out of memory. */
static bool
add_line(struct curl_slist **headers, const char *name, const char *value)
{
	char	   *line = join_strings(name, ": ", value);
	struct curl_slist *longer = NULL;

	if (line != NULL)
		longer = curl_slist_append(*headers, line);
	wipe_free(line);
	if (longer == NULL)
		return false;
	*headers = longer;
	return true;
}

/* RFC 7617 */
static bool
add_basic(struct curl_slist **headers, const char *user, const char *password)
{
	char	   *pair = join_strings(user, ":", password);
	char	   *encoded = NULL;
	char	   *value = NULL;
	bool		added = false;

	if (pair != NULL &&
		(encoded = malloc((strlen(pair) + 2) / 3 * 4 + 1)) != NULL)
	{
		EVP_EncodeBlock((unsigned char *) encoded,
						(const unsigned char *) pair, (int) strlen(pair));
		value = join_strings("Basic ", encoded, "");
		added = value != NULL && add_line(headers, "Authorization", value);
	}
	wipe_free(pair);
	wipe_free(encoded);
	wipe_free(value);
	return added;
}

/* RFC 6750 */
static bool
add_bearer(struct curl_slist **headers, const char *bearer)
{
	char	   *value = join_strings("Bearer ", bearer, "");
	bool		added = value != NULL && add_line(headers, "Authorization", value);

	wipe_free(value);
	return added;
}

bool
http_request_headers(struct curl_slist **headers, const HttpRequest *request)
{
	if (!add_line(headers, "Accept", "application/json") ||
		!add_line(headers, "Accept-Encoding", "identity"))
		return false;
	if (request->if_none_match[0] != '\0' &&
		(!http_is_header_text(request->if_none_match) ||
		 !add_line(headers, "If-None-Match", request->if_none_match)))
		return false;
	if (request->on_behalf_of != NULL &&
		(!http_is_header_text(request->on_behalf_of) ||
		 !add_line(headers, "X-On-Behalf-Of", request->on_behalf_of)))
		return false;
	if (request->bearer != NULL)
		return http_is_header_text(request->bearer) &&
			add_bearer(headers, request->bearer);
	if (request->basic_user != NULL)
		return request->basic_password != NULL &&
			strchr(request->basic_user, ':') == NULL &&
			http_is_header_text(request->basic_user) &&
			http_is_header_text(request->basic_password) &&
			add_basic(headers, request->basic_user, request->basic_password);
	return true;
}

void
http_request_wipe(struct curl_slist **headers)
{
	for (struct curl_slist *p = *headers; p != NULL; p = p->next)
		OPENSSL_cleanse(p->data, strlen(p->data));
	curl_slist_free_all(*headers);
	*headers = NULL;
}
