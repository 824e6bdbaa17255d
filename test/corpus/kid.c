/*-------------------------------------------------------------------------
 *
 * kid.c
 *		Key identifiers: of wrong types, too long, and with something to inject.
 *
 *-------------------------------------------------------------------------
 */
#include "corpus.h"

/* kid is JSON */
static Bytes
token_with_kid(const char *kid)
{
	return token_with_header(format("{\"typ\":\"JWT\",\"alg\":\"RS256\",\"kid\":%s}", kid));
}

static void
trusted(void)
{
	accepted("of 512 bytes", token_with_kid(string(format("\"%s\"", string(repeat("k", 512))))));
	accepted("of 512 bytes, escaped",
			 token_with_kid(string(format("\"%s\"", string(repeat("\\u006b", 512))))));
	accepted("of 512 bytes in 256 characters",
			 token_with_kid(string(format("\"%s\"", string(repeat("\\u00fc", 256))))));
	accepted("escaped", token_with_kid("\"\\u0061cme-2048\""));
	accepted("SQL", token_with_kid("\"x'; DROP TABLE hcjwt.keys CASCADE; --\""));
	accepted("path", token_with_kid("\"../../../../../../etc/passwd\""));
	accepted("path, escaped", token_with_kid("\"..\\/..\\/..\\/..\\/..\\/..\\/etc\\/passwd\""));
	accepted("not ASCII", token_with_kid("\"cl\xC3\xA9\""));
	accepted("not ASCII, escaped", token_with_kid("\"cl\\u00E9\""));
	accepted("quote, backslash, controls",
			 token_with_kid("\"\\\"\\\\\\u0001\\u001F\\u007f\""));
	accepted("%", token_with_kid("\"%\""));
	accepted("a space", token_with_kid("\" \""));
	accepted("0", token_with_kid("\"0\""));
	emit(.name = "not LATIN1",.verdict = PASS,.latin1 = UNKNOWN_KEY,
		 .from = "kid/not ASCII",.token = token_with_kid("\"\xE9\x8D\xB5\""));
}

void
make_kid(void)
{
	static const char *const bad[] = {
		"\"\"", "null", "true", "false", "0", "1", "-1", "1e5", "2048.0", "[]",
		"[\"" KID "\"]", "[\"" KID "\",\"x\"]", "{}", "{\"kid\":\"" KID "\"}",
		"{\"$ne\":null}", "{\"$gt\":\"\"}"
	};
	static const char *const unknown[] = {
		KID " ", " " KID, KID "\\n", KID "\\t", "acme-204", "acme-20488", "ACME-2048",
		"Acme-2048", "acme_2048", "acme%2d2048", "%cme-2048", "acme-____", "acme-2048%",
		"a%", "_", "*", "?", ".", "..", "/", "\\\\", "'", "''", "\\\"", ";", "--", "/*",
		"x' OR '1'='1", "x' OR 1=1 --", KID "' OR 'a'='a", "x' UNION SELECT 'aaa'--",
		"'; SELECT pg_sleep(10); --", "$1", "$$", "${7*7}", "{{7*7}}", "%s%s%s%n", "%n",
		"$(id)", "`id`", "|id", "; id", "& id", "\\n id", "() { :;}; id",
		"/dev/null", "../../../../dev/null", "/proc/sys/kernel/randomize_va_space",
		"C:\\\\Windows\\\\win.ini", "file:///dev/null", "..%2f..%2fdev%2fnull",
		"....//....//dev/null", "data:,", "https://acme.zendesk.com/keys.json",
		"ldap://127.0.0.1/", "<script>alert(1)</script>", "<!ENTITY x SYSTEM 'file:///'>",
		"null", "undefined", "NaN", "true", "[]", "{}", "attacker", "0x0", "00",
		"cle\xCC\x81", "cle", "\xD0\xB0" "cme-2048", "acme\xE2\x80\x91" "2048",
		"\xEF\xBB\xBF" KID, KID "\xE2\x80\x8B", "\\ufeff" KID, "\\u202e8402-emca"
	};

	accepted("plain", token_with_kid("\"" KID "\""));
	trusted();
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		refused(string(format("%s, of another type", bad[i])), REFUSED("kid"), "kid/plain",
				token_with_kid(bad[i]));
	refused("missing", REFUSED("kid"), "kid/plain",
			token_with_header(B("{\"typ\":\"JWT\",\"alg\":\"RS256\"}")));
	refused("Kid", REFUSED("kid"), "kid/plain",
			token_with_header(B("{\"typ\":\"JWT\",\"alg\":\"RS256\",\"Kid\":\"" KID "\"}")));
	refused("in the payload", REFUSED("kid"), "kid/plain",
			token(key("acme"), B("{\"typ\":\"JWT\",\"alg\":\"RS256\"}"),
				  payload("\"kid\":\"" KID "\"")));
	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
		refused(string(format("unknown %s", unknown[i])), UNKNOWN_KEY, "kid/plain",
				token_with_kid(string(format("\"%s\"", unknown[i]))));

	refused("of 513 bytes", REFUSED("kid"), "kid/of 512 bytes",
			token_with_kid(string(format("\"%s\"", string(repeat("k", 513))))));
	refused("of 511 bytes", UNKNOWN_KEY, "kid/of 512 bytes",
			token_with_kid(string(format("\"%s\"", string(repeat("k", 511))))));
	refused("of 514 bytes in 257 characters", REFUSED("kid"),
			"kid/of 512 bytes in 256 characters",
			token_with_kid(string(format("\"%s\"", string(repeat("\\u00fc", 257))))));
	refused("of 10 kB", REFUSED("kid"), "kid/of 512 bytes",
			token_with_kid(string(format("\"%s\"", string(repeat("k", 10000))))));
	refused("a NUL, escaped", REFUSED("header"), "kid/plain",
			token_with_kid("\"" KID "\\u0000\""));
	refused("a NUL", REFUSED("header"), "kid/plain",
			token_with_header(B("{\"alg\":\"RS256\",\"kid\":\"" KID "\0\"}")));
	refused("a newline", REFUSED("header"), "kid/plain",
			token_with_kid("\"" KID "\n\""));
	refused("half a surrogate pair", REFUSED("header"), "kid/plain",
			token_with_kid("\"\\ud800" KID "\""));
	refused("not UTF-8", REFUSED("header"), "kid/not ASCII",
			token_with_kid("\"cl\xE9\""));
	refused("overlong", REFUSED("header"), "kid/plain",
			token_with_kid("\"\xC1\xA1" "cme-2048\""));

	/* the kid of another key than the one that signed */
	refused("another key's", REFUSED("signature"), "good/3072 bits",
			token(key("acme"), header("acme-4096", ""), payload("")));
	refused("another help center's", REFUSED("signature"), "good/strict",
			token(key("acme"), header("strict-key", ""), payload("")));
	refused("thumbprint of the key", UNKNOWN_KEY, "kid/plain",
			token_with_kid(string(format("\"%s\"",
										 string(base64url(digest("SHA256",
																 format("{\"e\":\"%s\",\"kty\":\"RSA\",\"n\":\"%s\"}",
																		string(base64url(key("acme")->e)),
																		string(base64url(key("acme")->n))))))))));
}
