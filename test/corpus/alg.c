/*-------------------------------------------------------------------------
 *
 * alg.c
 *		Algorithms: none in every spelling, and every other than RS256.
 *
 *-------------------------------------------------------------------------
 */
#include "corpus.h"

#include <ctype.h>

/* alg is JSON */
static Bytes
header_with_alg(const char *alg)
{
	return format("{\"typ\":\"JWT\",\"alg\":%s,\"kid\":\"" KID "\"}", alg);
}

/* "none" in this spelling, with every kind of signature */
static void
none(const char *spelling)
{
	Bytes		h = header_with_alg(string(format("\"%s\"", spelling)));
	Bytes		p = payload("");
	Bytes		input = signing_input(h, p);
	const char *verdict = REFUSED("alg");

	refused(string(format("%s, no signature", spelling)), REFUSED("shape"),
			"good/plain", join(input, B(".")));
	refused(string(format("%s, no third part", spelling)), REFUSED("shape"),
			"good/plain", input);
	refused(string(format("%s, RS256 signature", spelling)), verdict,
			"good/plain", token_with_header(h));
	refused(string(format("%s, another's signature", spelling)), verdict,
			"good/plain", token(key("attacker"), h, p));
	refused(string(format("%s, one byte", spelling)), verdict,
			"good/plain", compact(h, p, B("\0")));
	refused(string(format("%s, none", spelling)), verdict,
			"good/plain", join(input, B(".none")));
	refused(string(format("%s, HMAC", spelling)), verdict,
			"good/plain",
			compact(h, p, hmac("SHA256", spki_pem(key("acme")), input)));
}

static void
other(const char *alg)
{
	refused(alg, REFUSED("alg"), "good/plain",
			token_with_header(header_with_alg(alg)));
}

void
make_alg(void)
{
	static const char *const others[] = {
		"\"none \"", "\" none\"", "\"none\\t\"", "\"\\u006eone\"", "\"NO\\u004eE\"",
		"\"\"", "\" \"", "null", "true", "false", "0", "256", "[]", "{}",
		"[\"RS256\"]", "[\"none\",\"RS256\"]", "{\"RS256\":\"RS256\"}",
		"\"rs256\"", "\"Rs256\"", "\"RS256 \"", "\" RS256\"", "\"RS256\\n\"",
		"\"RS256,none\"", "\"RS-256\"", "\"RS25\"", "\"RS2560\"", "\"S256\"",
		"\"RS\\u003256\\u200b\"", "\"\xEF\xBC\xB2S256\"", "\"RS25\xD0\xB1\"",
		"\"HS256\"", "\"HS384\"", "\"HS512\"", "\"RS1\"", "\"RS384\"", "\"RS512\"",
		"\"PS256\"", "\"PS384\"", "\"PS512\"", "\"ES256\"", "\"ES384\"", "\"ES512\"",
		"\"ES256K\"", "\"EdDSA\"", "\"Ed25519\"", "\"ML-DSA-44\"", "\"dir\"",
		"\"RSA1_5\"", "\"RSA-OAEP\"", "\"A128KW\"", "\"PBES2-HS256+A128KW\"",
		"\"SHA256withRSA\"", "\"RSA-SHA256\"", "\"sha256\"",
		"\"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256\""
	};

	for (int cases = 0; cases < 16; cases++)
	{
		char		spelling[] = "none";

		for (int i = 0; i < 4; i++)
			if (cases & 1 << i)
				spelling[i] = (char) toupper(spelling[i]);
		none(spelling);
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		other(others[i]);

	refused("missing", REFUSED("alg"), "good/plain",
			token_with_header(B("{\"typ\":\"JWT\",\"kid\":\"" KID "\"}")));
	refused("Alg", REFUSED("alg"), "good/unknown header members",
			token_with_header(B("{\"typ\":\"JWT\",\"Alg\":\"RS256\",\"kid\":\"" KID "\"}")));
	refused("nested", REFUSED("alg"), "good/unknown header members",
			token_with_header(B("{\"x\":{\"alg\":\"RS256\"},\"kid\":\"" KID "\"}")));
	refused("in the payload", REFUSED("alg"), "good/plain",
			token(key("acme"), B("{\"typ\":\"JWT\",\"kid\":\"" KID "\"}"),
				  payload("\"alg\":\"RS256\"")));
	refused("RS256 with a NUL", REFUSED("header"), "good/plain",
			token_with_header(header_with_alg("\"RS256\\u0000\"")));
	refused("very long", REFUSED("alg"), "good/plain",
			token_with_header(header_with_alg(string(
													 format("\"%s\"", string(repeat("RS256", 2000)))))));

	/* RSA signatures of other kinds, whether the header says so or not */
	refused("RS384, rightly signed", REFUSED("alg"), "good/plain",
			compact(header_with_alg("\"RS384\""), payload(""),
					sign_digest(key("acme"), "SHA384",
								signing_input(header_with_alg("\"RS384\""), payload("")))));
	refused("PS256, rightly signed", REFUSED("alg"), "good/plain",
			compact(header_with_alg("\"PS256\""), payload(""),
					sign_pss(key("acme"), "SHA256", 32,
							 signing_input(header_with_alg("\"PS256\""), payload("")))));
}
