/*-------------------------------------------------------------------------
 *
 * jwk_write.c
 *		Proof: a written JWK fits its buffer, and a JSON parser reads back the
 *		same kid.
 *
 * sources: jose/base64url.c
 * entries: writing
 * cbmc: --unwind 24
 *
 *-------------------------------------------------------------------------
 */
#include "proof.h"

#include "jose/jwk.c"

/* The written JSON string stands for the kid, for any kid of so many bytes. */
static void
write_kid(size_t kid_len)
{
	static Jwk	jwk;
	size_t		e = 3;
	size_t		n = 1;
	size_t		room = 64 + 6 * kid_len + BASE64URL_ENCODED_LEN(e) + BASE64URL_ENCODED_LEN(n);
	char	   *text = any_bytes(room);
	char	   *p;

	jwk.e_len = e;
	jwk.n_len = n;
	jwk.kid_len = kid_len;
	for (size_t i = 0; i < kid_len; i++)
		jwk.kid[i] = (char) nondet_int();
	PROVE(jwk_write(&jwk, text) < room);
	p = text + 7 + BASE64URL_ENCODED_LEN(e) + 11;
	PROVE(p[-1] == '"' && p[-2] == ' ' && p[-3] == ':');
	for (size_t i = 0; i < kid_len; i++)
	{
		unsigned char c = (unsigned char) jwk.kid[i];

		if (c < 0x20)
		{
			PROVE(p[0] == '\\' && p[1] == 'u' && p[2] == '0' && p[3] == '0');
			PROVE(p[4] == (c < 0x10 ? '0' : '1'));
			PROVE(p[5] == "0123456789abcdef"[c & 0xF]);
			p += 6;
			continue;
		}
		if (c == '"' || c == '\\')
		{
			PROVE(p[0] == '\\');
			p++;
		}
		PROVE((unsigned char) p[0] == c);
		p++;
	}
	PROVE(p[0] == '"' && p[1] == ',');
}

void
writing(void)
{
	ANY_LENGTH(len, 0, 2)
		write_kid(len);
}
