/*-------------------------------------------------------------------------
 *
 * embedded.c
 *		Tokens that bring their own key, or tell where to get it.
 *
 *-------------------------------------------------------------------------
 */
#include "corpus.h"

/*
 * A header member that brings a key.  Signed by the attacker, under a trusted
 * kid and under the attacker's own, it is refused; rightly signed it is
 * ignored.
 */
static void
bring(const char *name, Bytes member)
{
	const Key  *attacker = key("attacker");
	const char *members = string(member);

	refused(string(format("%s, the trusted kid", name)), REFUSED("signature"),
			string(format("embedded/%s, rightly signed", name)),
			token(attacker, header(KID, members), payload("")));
	refused(string(format("%s, a kid of its own", name)), UNKNOWN_KEY,
			string(format("embedded/%s, rightly signed", name)),
			token(attacker, header("attacker", members), payload("")));
	accepted(string(format("%s, rightly signed", name)),
			 token(key("acme"), header(KID, members), payload("")));
}

void
make_embedded(void)
{
	const Key  *attacker = key("attacker");
	Bytes		cert = certificate_der(attacker);
	Bytes		mine = jwk(attacker, KID);
	static const char *const urls[] = {
		"https://127.0.0.1:%d/keys.json", "http://127.0.0.1:%d/keys.json",
		"https://localhost:%d/keys.json", "http://[::1]:%d/",
		"//127.0.0.1:%d/keys.json", "ftp://127.0.0.1:%d/",
		"gopher://127.0.0.1:%d/_GET", "https://acme.zendesk.com@127.0.0.1:%d/"
	};

	bring("jwk", format("\"jwk\":%s", string(mine)));
	bring("jwk without kid",
		  format("\"jwk\":{\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"AQAB\"}",
				 string(base64url(attacker->n))));
	bring("jwk with private members",
		  format("\"jwk\":{\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"AQAB\",\"d\":\"AQAB\"}",
				 string(base64url(attacker->n))));
	bring("jwk of a secret", B("\"jwk\":{\"kty\":\"oct\",\"k\":\"AAAA\"}"));
	bring("jwk null", B("\"jwk\":null"));
	bring("jwk array", format("\"jwk\":[%s]", string(mine)));
	bring("jwks", format("\"jwks\":{\"keys\":[%s]}", string(mine)));
	bring("keys", format("\"keys\":[%s]", string(mine)));
	bring("x5c", format("\"x5c\":[\"%s\"]", string(base64(cert))));
	bring("x5c empty", B("\"x5c\":[]"));
	bring("x5c text", format("\"x5c\":\"%s\"", string(base64(cert))));
	bring("x5t", format("\"x5t\":\"%s\"", string(base64url(digest("SHA1", cert)))));
	bring("x5t#S256",
		  format("\"x5t#S256\":\"%s\"", string(base64url(digest("SHA256", cert)))));
	bring("n and e", format("\"n\":\"%s\",\"e\":\"AQAB\"",
							string(base64url(attacker->n))));

	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++)
	{
		Bytes		url = replace(text(urls[i]), "%d",
								  string(format("%d", listener_port)));

		bring(string(format("jku %zu", i)), format("\"jku\":\"%s\"", string(url)));
		bring(string(format("x5u %zu", i)), format("\"x5u\":\"%s\"", string(url)));
	}
	bring("jku of a file", B("\"jku\":\"file:///etc/passwd\""));
	bring("jku of data", format("\"jku\":\"data:application/json;base64,%s\"",
								string(base64(jwks(mine)))));
	bring("jku array", format("\"jku\":[\"http://127.0.0.1:%d/\"]", listener_port));
	bring("all of them",
		  format("\"jwk\":%s,\"jku\":\"http://127.0.0.1:%d/\",\"x5u\":\"http://127.0.0.1:%d/\","
				 "\"x5c\":[\"%s\"]", string(mine), listener_port, listener_port,
				 string(base64(cert))));

	/*
	 * claims that name a key of the attacker's, in places that verifiers
	 * ignore
	 */
	refused("iss of the attacker", REFUSED("signature"), "good/plain",
			token(attacker, header(KID, ""),
				  payload(string(format("\"iss\":\"http://127.0.0.1:%d\"", listener_port)))));
	refused("kid that is a URL", UNKNOWN_KEY, "good/plain",
			token(attacker,
				  header(string(format("http://127.0.0.1:%d/keys.json", listener_port)), ""),
				  payload("")));
	refused("origin of the attacker", REFUSED("signature"), "good/plain",
			token(attacker, header(KID, ""),
				  payload(string(format("\"origin\":\"http://127.0.0.1:%d\"", listener_port)))));
}
