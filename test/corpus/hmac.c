/*-------------------------------------------------------------------------
 *
 * hmac.c
 *		HMACs whose secret is the public key, in all its forms.
 *
 *-------------------------------------------------------------------------
 */
#include "corpus.h"

static void
confuse(const char *form, Bytes secret)
{
	static const char *const algs[][2] = {
		{"HS256", "SHA256"}, {"HS384", "SHA384"}, {"HS512", "SHA512"},
		{"RS256", "SHA256"}
	};

	for (int i = 0; i < 4; i++)
	{
		bool		honest = i < 3;
		Bytes		h = format("{\"typ\":\"JWT\",\"alg\":\"%s\",\"kid\":\"" KID "\"}",
							   algs[i][0]);
		Bytes		p = payload("");

		refused(string(format("%s, %s", form, algs[i][0])),
				honest ? REFUSED("alg") : REFUSED("signature"), "good/plain",
				compact(h, p, hmac(algs[i][1], secret, signing_input(h, p))));
	}
}

void
make_hmac(void)
{
	const Key  *acme = key("acme");
	Bytes		pem = spki_pem(acme);
	Bytes		one_line = replace(pem, "\n", "");

	confuse("PEM", pem);
	confuse("PEM without the last newline", slice(pem, 0, pem.len - 1));
	confuse("PEM with CRLF", replace(pem, "\n", "\r\n"));
	confuse("PEM in one line", one_line);
	confuse("PEM with escaped newlines", replace(pem, "\n", "\\n"));
	confuse("the text inside the PEM", base64(spki_der(acme)));
	confuse("PEM of PKCS 1", pkcs1_pem(acme));
	confuse("DER", spki_der(acme));
	confuse("DER of PKCS 1", pkcs1_der(acme));
	confuse("certificate", certificate_der(acme));
	confuse("modulus", acme->n);
	confuse("modulus with a sign byte", join(B("\0"), acme->n));
	confuse("modulus, little-endian", reversed(acme->n));
	confuse("modulus in hexadecimal", hex(acme->n));
	confuse("modulus in base64", base64(acme->n));
	confuse("modulus as in the JWK", base64url(acme->n));
	confuse("exponent", acme->e);
	confuse("JWK", jwk(acme, KID));
	confuse("JWK as jsonb writes it",
			replace(replace(jwk(acme, KID), "\":", "\": "), ",\"", ", \""));
	confuse("JWK Set", jwks(jwk(acme, KID)));
	confuse("kid", B(KID));
	confuse("empty", NOTHING);
	confuse("a NUL", B("\0"));
	confuse("secret", B("secret"));
	confuse("null", B("null"));
}
