/*-------------------------------------------------------------------------
 *
 * audience.c
 *		aud and iss: missed by a little, and of wrong types.
 *
 * The help center strict asks for both, acme for neither.
 *
 *-------------------------------------------------------------------------
 */
#include "corpus.h"

#define AUDIENCE		"https://api.example.com/help"
#define ISSUER			"https://strict.zendesk.com"

/* A token of help center strict with these claims, which are JSON. */
static Bytes
strict(const char *aud, const char *iss)
{
	return token_of("strict", "strict-key",
					string(format("\"aud\":%s,\"iss\":%s,\"origin\":\"" ISSUER "\"", aud, iss)));
}

static void
aud_good(const char *aud)
{
	accepted(string(format("aud %.60s", aud)), strict(aud, "\"" ISSUER "\""));
}

static void
aud_bad(const char *aud, const char *verdict)
{
	/* a token that the database cannot hold is refused earlier */
	bool		beyond = has(text(aud), "\xD0") || has(text(aud), "\\u200b");

	emit(.name = string(format("aud %.60s", aud)),.verdict = verdict,
		 .from = "audience/aud \"" AUDIENCE "\"",
		 .latin1 = beyond ? REFUSED("payload") : NULL,
		 .token = strict(aud, "\"" ISSUER "\""));
}

static void
iss_bad(const char *iss)
{
	refused(string(format("iss %.60s", iss)), NOT_FOR_USE("iss"),
			"audience/aud \"" AUDIENCE "\"", strict("\"" AUDIENCE "\"", iss));
}

static void
audiences(void)
{
	static const char *const misses[] = {
		"\"\"", "\" \"", "\"*\"", "\"null\"", "\"https://api.example.com\"",
		"\"https://api.example.com/\"", "\"https://api.example.com/help/\"",
		"\"https://api.example.com/help?\"", "\"https://api.example.com/help#\"",
		"\"https://api.example.com/hel\"", "\"https://api.example.com/helpp\"",
		"\"https://api.example.com/HELP\"", "\"https://API.example.com/help\"",
		"\"HTTPS://api.example.com/help\"", "\"http://api.example.com/help\"",
		"\"https://api.example.com:443/help\"", "\"https://api.example.com./help\"",
		"\"https://api.example.com/%68elp\"", "\"https://api.example.com/x/../help\"",
		"\"https://api.example.com//help\"", "\"api.example.com/help\"",
		"\" https://api.example.com/help\"", "\"https://api.example.com/help \"",
		"\"https://api.example.com/help\\n\"", "\"https://api.example.com/help\\u200b\"",
		"\"https://api.example.com/help,https://x\"",
		"\"https://x https://api.example.com/help\"",
		"\"https://api.\xD0\xB5xample.com/help\"",
		"[]", "[\"\"]", "[\"https://api.example.com\"]",
		"[\"https://api.example.com/help/\",\"HTTPS://API.EXAMPLE.COM/HELP\"]"
	};
	static const char *const wrong[] = {
		"null", "true", "0", "{}", "{\"aud\":\"" AUDIENCE "\"}", "{\"" AUDIENCE "\":1}",
		"[[\"" AUDIENCE "\"]]", "[\"" AUDIENCE "\",[\"" AUDIENCE "\"]]", "[\"" AUDIENCE "\",null]",
		"[1,\"" AUDIENCE "\"]", "[\"" AUDIENCE "\",{}]", "[{\"aud\":\"" AUDIENCE "\"}]", "[null]"
	};

	aud_good("\"" AUDIENCE "\"");
	aud_good("[\"" AUDIENCE "\"]");
	aud_good("[ \"x\" ,\t\"" AUDIENCE "\" , \"y\" ]");
	aud_good("[\"" AUDIENCE "\",\"" AUDIENCE "\"]");
	aud_good("\"https:\\/\\/api.example.com\\/help\"");
	aud_good("[\"\",\"]\",\"\\\"\",\"https://api.ex\\u0061mple.com/help\"]");
	emit(.name = "aud of a thousand",.verdict = PASS,
		 .token = strict(string(join3(B("["), repeat("\"other\",", 1000),
									  B("\"" AUDIENCE "\"]"))),
						 "\"" ISSUER "\""));
	refused("aud missing", NOT_FOR_USE("aud"), "good/strict",
			token_of("strict", "strict-key",
					 "\"iss\":\"" ISSUER "\",\"origin\":\"" ISSUER "\""));
	refused("Aud", NOT_FOR_USE("aud"), "good/strict",
			token_of("strict", "strict-key",
					 "\"Aud\":\"" AUDIENCE "\",\"iss\":\"" ISSUER "\",\"origin\":\"" ISSUER "\""));
	for (size_t i = 0; i < sizeof(misses) / sizeof(misses[0]); i++)
		aud_bad(misses[i], NOT_FOR_USE("aud"));
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
	{
		aud_bad(wrong[i], REFUSED("claims"));

		/* the type is wrong, for every audience */
		refused(string(format("aud %.60s, where none is asked for", wrong[i])),
				REFUSED("claims"), "audience/aud, where none is asked for",
				token_with_payload(payload(string(format("\"aud\":%s", wrong[i])))));
	}
	accepted("aud, where none is asked for", token_with_payload(payload("\"aud\":\"x\"")));
	accepted("aud of several, where none is asked for",
			 token_with_payload(payload("\"aud\":[\"x\",\"y\"]")));
	accepted("aud of none, where none is asked for", token_with_payload(payload("\"aud\":[]")));
}

static void
issuers(void)
{
	static const char *const misses[] = {
		"null", "true", "0", "{}", "[]", "[\"" ISSUER "\"]", "{\"iss\":\"" ISSUER "\"}",
		"\"\"", "\"*\"", "\"https://strict.zendesk.com/\"", "\"https://strict.zendesk.co\"",
		"\"https://strict.zendesk.com.\"", "\"https://STRICT.zendesk.com\"",
		"\"https://strict.zendesk.com:443\"", "\"http://strict.zendesk.com\"",
		"\"strict.zendesk.com\"", "\" " ISSUER "\"", "\"" ISSUER " \"", "\"" ISSUER "\\u0001\"",
		"\"" ISSUER "/hc\"", "\"" ISSUER "@evil.example\"", "\"https://acme.zendesk.com\""
	};

	refused("iss missing", NOT_FOR_USE("iss"), "good/strict",
			token_of("strict", "strict-key",
					 "\"aud\":\"" AUDIENCE "\",\"origin\":\"" ISSUER "\""));
	for (size_t i = 0; i < sizeof(misses) / sizeof(misses[0]); i++)
		iss_bad(misses[i]);
	accepted("iss spelled with escapes",
			 strict("\"" AUDIENCE "\"", "\"https:\\/\\/\\u0073trict.zendesk.com\""));
	accepted("iss, where none is asked for", token_with_payload(payload("\"iss\":\"x\"")));
	accepted("iss of a wrong type, where none is asked for",
			 token_with_payload(payload("\"iss\":[1]")));
}

static Bytes
accents(const char *aud, const char *iss)
{
	return token_of("spare", "accents-key",
					string(format("\"aud\":\"%s\",\"iss\":\"%s\","
								  "\"origin\":\"https://accents.zendesk.com\"", aud, iss)));
}

void
make_audience(void)
{
	audiences();
	issuers();

	/* beyond ASCII, compared as Unicode in every encoding */
	accepted("not ASCII", accents("Z\xC3\xBCrich", "Gen\xC3\xA8ve"));
	accepted("not ASCII, escaped", accents("Z\\u00fcrich", "Gen\\u00E8ve"));
	emit(.name = "not ASCII, decomposed aud",.verdict = NOT_FOR_USE("aud"),
		 .from = "audience/not ASCII",.latin1 = REFUSED("payload"),
		 .token = accents("Zu\\u0308rich", "Gen\xC3\xA8ve"));
	emit(.name = "not ASCII, decomposed iss",.verdict = NOT_FOR_USE("iss"),
		 .from = "audience/not ASCII",.latin1 = REFUSED("payload"),
		 .token = accents("Z\xC3\xBCrich", "Gene\xCC\x80ve"));
	refused("not ASCII, without its dots", NOT_FOR_USE("aud"), "audience/not ASCII",
			accents("Zurich", "Gen\xC3\xA8ve"));
	refused("not ASCII, in UTF-8 read as LATIN1", NOT_FOR_USE("aud"), "audience/not ASCII",
			accents("Z\\u00c3\\u00bcrich", "Gen\xC3\xA8ve"));
}
