/*-------------------------------------------------------------------------
 *
 * mistake.c
 *		What somebody has sent in place of a help center's token.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"

#include "jose/base64url.h"
#include "json/strings.h"
#include "verify/mistake.h"

typedef struct Known
{
	const char *text;
	const char *means;
}			Known;

/* Beginnings of a text, without regard to case.  The first that fits counts. */
static const Known beginnings[] = {
	{"Bearer ", "it begins with \"Bearer \": pass on what follows"},
	{"Bearer%20", "it begins with \"Bearer%20\": decode the percent-encoding, and pass on what follows \"Bearer \""},
	{"Bearer", "it begins with \"Bearer\": pass on what follows"},
	{"Authorization:", "it is a whole header: pass on what follows \"Bearer \""},
	{"Basic ", "it begins with \"Basic \": these are a name and a password, and no token"},
	{"[object Promise]", "it is JavaScript's text for a promise: await the token before you send it"},
	{"[object ", "it is JavaScript's text for an object: pass on its member \"token\""},
	{"{", "it is JSON: pass on the value of its member \"token\""},
	{"[", "it is JSON: pass on the token in it"},
	{"%7B", "it is JSON, percent-encoded: pass on the value of its member \"token\""},
	{"\"", "quotes stand around it: it is JSON that was not parsed"},
	{"'", "quotes stand around it"},
	{"%22", "quotes stand around it, percent-encoded"},
	{"<", "it is HTML: perhaps an error's page, or the one to sign in"}
};

/* Whole texts. */
static const Known whole_texts[] = {
	{"undefined", "it is the word \"undefined\": the theme or the API sends a variable that has no value"},
	{"null", "it is the word \"null\": for no token send SQL's NULL"},
	{"None", "it is the word \"None\": for no token send SQL's NULL"},
	{"nil", "it is the word \"nil\": for no token send SQL's NULL"},
	{"true", "it is the word \"true\""},
	{"false", "it is the word \"false\""}
};

/*
 * Algorithms of JWA and RFC 8037 other than RS256, and what a token with each
 * of them is.
 */
static const Known algorithms[] = {
	{"HS256", NULL},
	{"HS384", NULL},
	{"HS512", NULL},
	{"none", "so nothing signs it: a test, or a forgery"},
	{"RS384", ""}, {"RS512", ""},
	{"PS256", ""}, {"PS384", ""}, {"PS512", ""},
	{"ES256", ""}, {"ES384", ""}, {"ES512", ""}, {"ES256K", ""},
	{"EdDSA", ""}
};

static bool
begins_with(const char *token, size_t len, const char *text)
{
	return len >= strlen(text) && pg_strncasecmp(token, text, strlen(text)) == 0;
}

static const char *
find_beginning(const char *token, size_t len)
{
	for (int i = 0; i < lengthof(beginnings); i++)
		if (begins_with(token, len, beginnings[i].text))
			return beginnings[i].means;
	return NULL;
}

static const char *
find_word(const char *token, size_t len)
{
	for (int i = 0; i < lengthof(whole_texts); i++)
		if (len == strlen(whole_texts[i].text) && memcmp(token, whole_texts[i].text, len) == 0)
			return whole_texts[i].means;
	return NULL;
}

static bool
is_token_character(unsigned char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
		(c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Appends a name of the character: a space, U+200B, or the character itself. */
static void
append_character(StringInfo buf, const char *at)
{
	unsigned char c = (unsigned char) *at;

	if (c == ' ')
		appendStringInfoString(buf, "a space");
	else if (c == '\t')
		appendStringInfoString(buf, "a tab");
	else if (c == '\n')
		appendStringInfoString(buf, "a line feed");
	else if (c == '\r')
		appendStringInfoString(buf, "a carriage return");
	else if (c > 0x20 && c < 0x7f)
		appendStringInfo(buf, "%c", c);
	else if (c >= 0x80 && GetDatabaseEncoding() == PG_UTF8)
		appendStringInfo(buf, "U+%04X", utf8_to_unicode((const unsigned char *) at));
	else
		appendStringInfo(buf, "the byte 0x%02x", c);
}

/*
 * What the first character that no token has means.  Asked when the beginning
 * of the text says nothing.
 */
static const char *
about_character(const char *token, size_t len, size_t bad)
{
	char		c = token[bad];
	size_t		rest = bad;

	while (rest < len && is_blank(token[rest]))
		rest++;
	if (rest == len)
		return c == '\n' || c == '\r'
			? "its line ends there: trim what was read from a file or a command"
			: "blanks stand behind it: trim it";
	if (bad == 0 && is_blank(c))
		return "blanks stand before it: trim it";
	if (c == '\n' || c == '\r')
		return "it was broken into lines";
	if (c == '%' && len - bad >= 3 &&
		isxdigit((unsigned char) token[bad + 1]) && isxdigit((unsigned char) token[bad + 2]))
		return "it is percent-encoded: decode it";
	if (c == '=' && memchr(token, '.', bad) == NULL)
		return "it is a name and a value, or base64 with padding: a token has none";
	if (c == '=')
		return "it is base64 with padding: a token's base64url has none";
	if (c == '+' || c == '/')
		return "it is base64 of the standard alphabet: a token's is base64url";
	if (c == ',' || c == ';')
		return "several values were put together, as of a header that came twice";
	if ((unsigned char) c >= 0x80)
		return "copy the token alone, and as it is: a page or a document puts such characters around it, or in place of its end";
	if (c == '"' || c == '\'')
		return "a quote stands behind it";
	return NULL;
}

static int
count_dots(const char *token, size_t len)
{
	int			dots = 0;

	for (size_t i = 0; i < len; i++)
		dots += token[i] == '.';
	return dots;
}

/* For a text in which each character could be a token's. */
static char *
mistake_in_parts(const char *token, size_t len)
{
	const char *means = find_word(token, len);
	int			dots = count_dots(token, len);

	if (means != NULL)
		return pstrdup(means);
	switch (dots)
	{
		case 0:
			return psprintf("it has %zu characters and no dot: no JWT, but perhaps an API token, an OAuth token, or a session's id", len);
		case 1:
			return pstrdup("it has one dot, and a token has two: its end, the signature, is cut off");
		case 2:
			if (token[len - 1] == '.')
				return pstrdup("nothing follows the second dot: the signature is cut off, or nothing signs it");
			return pstrdup("nothing stands before the first dot, or between the two");
		case 4:
			return pstrdup("it has four dots: an encrypted token (JWE), or two tokens one behind the other");
		default:
			return psprintf("it has %d dots, and a token has two", dots);
	}
}

char *
mistake_in_shape(const Verification *v)
{
	StringInfoData buf;
	const char *token = v->token;
	const char *means;
	size_t		len = v->token_len;
	size_t		bad = 0;

	if (token == NULL || len > JWS_MAX_LEN)
		return psprintf("it has %zu", len);
	if (len == 0)
		return pstrdup("hcjwt.authenticate() takes an empty text for no token");
	while (bad < len && is_token_character((unsigned char) token[bad]))
		bad++;
	if (bad == len)
		return mistake_in_parts(token, len);

	initStringInfo(&buf);
	appendStringInfo(&buf, "character %zu is ", bad + 1);
	append_character(&buf, token + bad);
	means = find_beginning(token, len);
	if (means == NULL)
		means = about_character(token, len, bad);
	if (means != NULL)
		appendStringInfo(&buf, "; %s", means);
	return buf.data;
}

char *
mistake_in_header(const Verification *v)
{
	if (begins_with(v->token, v->token_len, "Bearer"))
		return pstrdup(find_beginning(v->token, v->token_len));
	/* base64url of {" */
	if (memcmp(v->token, "eyJ", 3) != 0)
		return pstrdup("a JWT begins with \"eyJ\": its beginning was cut off, or its letters are in another case");
	return NULL;
}

/* What signs by a shared secret: the help center never does. */
static const char *
kind_of_shared_secret(const Verification *v)
{
	const JsonWanted *kid = &v->kid_member;

	if (kid->type == JSON_STRING && kid->value_len > 4 &&
		memcmp(kid->value, "app_", 4) == 0)
		return "a shared secret signs it, and its kid is one of Zendesk messaging's: your server made it for the widget or a mobile app, which alone can use it";
	if (kid->type == JSON_ABSENT)
		return "a shared secret signs it, and it has no kid, as the tokens of Zendesk's single sign-on and of chat: your server made it for Zendesk, which alone can use it";
	return "a shared secret signs it: your server, or somebody else's, made it";
}

char *
mistake_in_alg(const Verification *v)
{
	if (v->alg.type != JSON_STRING)
		return NULL;
	for (int i = 0; i < lengthof(algorithms); i++)
	{
		const char *name = algorithms[i].text;
		const char *means = algorithms[i].means;

		if (!json_string_equals(v->alg.value, v->alg.value_len, name, strlen(name)))
			continue;
		if (means == NULL)
			means = kind_of_shared_secret(v);
		else if (*means == '\0')
			means = "so another issuer made it";
		return psprintf("it is \"%s\": %s; the help center's own comes from /api/v2/help_center/integration/token",
						name, means);
	}
	return NULL;
}

char *
mistake_in_signature(const Verification *v)
{
	size_t		len = BASE64URL_DECODED_LEN(v->parts.signature_len);
	size_t		due = 0;
	uint8_t		decoded[sizeof(v->signature)];

	if (len <= sizeof(decoded) &&
		!base64url_decode(v->parts.signature, v->parts.signature_len, decoded))
		return pstrdup("the token was cut off or altered on its way");
	for (int i = 0; i < v->keys->nmaterials; i++)
	{
		const Rs256Key *key = v->keys->materials[i].key;

		if (key == NULL)
			return NULL;
		due = rs256_signature_len(key);
		if (due == len)
			return pstrdup("its length is right: the token was altered on its way, or forged, or the help center has given the kid to a new key");
	}
	return psprintf("the signature has %zu bytes instead of %zu: the token was cut off or altered on its way, or forged",
					len, due);
}
