/*-------------------------------------------------------------------------
 *
 * signature.c
 *		Signatures: none, of something else, and numbers that are none.
 *
 *-------------------------------------------------------------------------
 */
#include "corpus.h"

#include <openssl/bn.h>

#define LEN				256		/* of acme's modulus */

/* The usual token with another signature. */
static void
forge(const char *name, Bytes signature)
{
	refused(name, REFUSED("signature"), "good/plain",
			compact(header(KID, ""), payload(""), signature));
}

/* The right signature of another text. */
static void
misplace(const char *name, Bytes signed_text)
{
	forge(name, sign(key("acme"), signed_text));
}

static Bytes
number(const BIGNUM *bn, size_t len)
{
	uint8_t		buf[1024];

	must(BN_bn2binpad(bn, buf, (int) len) == (int) len, "number too long");
	return bytes(buf, len);
}

static void
numbers(void)
{
	BIGNUM	   *n = BN_bin2bn(key("acme")->n.data, LEN, NULL);
	BIGNUM	   *s = BN_new();

	must(n != NULL && s != NULL, "out of memory");
	for (unsigned i = 0; i < 4; i++)
	{
		BN_set_word(s, i);
		forge(string(format("%u", i)), number(s, LEN));
		forge(string(format("%u in one byte", i)), number(s, 1));
		BN_copy(s, n);
		BN_sub_word(s, i);
		forge(string(format("n - %u", i)), number(s, LEN));
		BN_copy(s, n);
		BN_add_word(s, i + 1);
		forge(string(format("n + %u", i + 1)), number(s, LEN));
	}
	BN_rshift1(s, n);
	forge("n / 2", number(s, LEN));
	BN_lshift1(s, n);
	forge("2 n", number(s, LEN + 1));
	forge("all bits", fill(0xFF, LEN));
	forge("the highest bit", patch(fill(0, LEN), 0, B("\x80")));
	BN_free(s);
	BN_free(n);
}

/* Numbers congruent to the right signature, or easily taken for it. */
static void
congruent(void)
{
	Bytes		h = header(KID, "");
	BIGNUM	   *n = BN_bin2bn(key("acme")->n.data, LEN, NULL);
	BIGNUM	   *s = BN_new();
	Bytes		p;
	Bytes		signature;
	int			nonce = 0;

	/* a payload whose s + n is as long as n */
	do
	{
		p = payload(string(format("\"small\":%d", nonce++)));
		signature = sign(key("acme"), signing_input(h, p));
		must(BN_bin2bn(signature.data, LEN, s) != NULL && BN_add(s, s, n),
			 "out of memory");
	} while (BN_num_bytes(s) > LEN);
	accepted("below 2^2048 - n", compact(h, p, signature));
	refused("s + n", REFUSED("signature"), "signature/below 2^2048 - n",
			compact(h, p, number(s, LEN)));
	refused("s + n, a byte longer", REFUSED("signature"), "signature/below 2^2048 - n",
			compact(h, p, number(s, LEN + 1)));
	BN_sub(s, s, n);
	BN_sub(s, n, s);
	refused("n - s", REFUSED("signature"), "signature/below 2^2048 - n",
			compact(h, p, number(s, LEN)));

	/* one whose s begins with a zero byte */
	do
	{
		p = payload(string(format("\"zero\":%d", nonce++)));
		signature = sign(key("acme"), signing_input(h, p));
	} while (signature.data[0] != 0);
	accepted("with a leading zero", compact(h, p, signature));
	refused("without its leading zero", REFUSED("signature"),
			"signature/with a leading zero",
			compact(h, p, slice(signature, 1, LEN - 1)));
	refused("its leading zero at the end", REFUSED("signature"),
			"signature/with a leading zero",
			compact(h, p, join(slice(signature, 1, LEN - 1), B("\0"))));
	BN_free(s);
	BN_free(n);
}

/* The right signature, longer, shorter, or encoded otherwise. */
static void
reshaped(Bytes s, Bytes input)
{
	Bytes		flipped = s;

	forge("a zero byte before", join(B("\0"), s));
	forge("two zero bytes before", join(B("\0\0"), s));
	forge("a zero byte behind", join(s, B("\0")));
	forge("two zero bytes behind", join(s, B("\0\0")));
	forge("a byte less", slice(s, 0, LEN - 1));
	forge("its first byte less", slice(s, 1, LEN - 1));
	forge("half", slice(s, 0, LEN / 2));
	forge("one byte", slice(s, 0, 1));
	forge("twice", join(s, s));
	forge("four times", join(join(s, s), join(s, s)));
	forge("of 1024 bytes", fill(0x5A, 1024));
	forge("of 10240 bytes", fill(0x5A, 10240));
	forge("little-endian", reversed(s));
	forge("as hexadecimal", hex(s));
	forge("as base64url once more", base64url(s));
	forge("as base64 once more", base64(s));
	forge("as an octet string", join(B("\x04\x82\x01\x00"), s));
	forge("as a bit string", join(B("\x03\x82\x01\x01\x00"), s));
	forge("as an integer", join(B("\x02\x82\x01\x01\x00"), s));
	forge("as a PGP number", join(B("\x08\x00"), s));
	forge("with its length", join(B("\0\0\x01\0"), s));
	for (size_t bit = 0; bit < 8 * LEN; bit += 293)
	{
		uint8_t		byte = (uint8_t) (s.data[bit / 8] ^ 1 << bit % 8);

		flipped = patch(s, bit / 8, bytes(&byte, 1));
		forge(string(format("bit %zu flipped", bit)), flipped);
	}
	forge("the digest itself", digest("SHA256", input));
	forge("the digest in a block of zeros",
		  patch(fill(0, LEN), LEN - 32, digest("SHA256", input)));
	forge("the text itself", slice(join(input, input), 0, LEN));
}

void
make_signature(void)
{
	const Key  *acme = key("acme");
	Bytes		h = header(KID, "");
	Bytes		p = payload("");
	Bytes		input = signing_input(h, p);
	Bytes		t = token(acme, h, p);

	refused("empty", REFUSED("shape"), "good/plain", join(input, B(".")));
	refused("not there", REFUSED("shape"), "good/plain", input);
	numbers();
	congruent();
	reshaped(sign(acme, input), input);

	misplace("of the payload", base64url(p));
	misplace("of the header", base64url(h));
	misplace("of the decoded texts", join3(h, B("."), p));
	misplace("with a dot behind", join(input, B(".")));
	misplace("with a newline behind", join(input, B("\n")));
	misplace("without the dot", join(base64url(h), base64url(p)));
	misplace("of the parts exchanged", signing_input(p, h));
	misplace("of padded parts", join3(base64url(h), B("=."), join(base64url(p), B("="))));
	misplace("of the parts in JSON", format("{\"protected\":\"%s\",\"payload\":\"%s\"}",
											string(base64url(h)), string(base64url(p))));
	misplace("of nothing", NOTHING);
	misplace("of the digest", digest("SHA256", input));
	misplace("of the digest in hexadecimal", hex(digest("SHA256", input)));
	misplace("of another payload", signing_input(h, payload("\"userId\":1")));
	misplace("of another header", signing_input(header(KID, "\"x\":1"), p));
	misplace("of itself", t);

	forge("by another key", sign(key("attacker"), input));
	forge("by another key of the help center", sign(key("cubic"), input));
	forge("by another help center's key", sign(key("strict"), input));
	forge("by a longer key", sign(key("vendor"), input));
	forge("by a much longer key", sign(key("8192"), input));
	forge("with SHA-1", sign_digest(acme, "SHA1", input));
	forge("with SHA-224", sign_digest(acme, "SHA224", input));
	forge("with SHA-384", sign_digest(acme, "SHA384", input));
	forge("with SHA-512", sign_digest(acme, "SHA512", input));
	forge("with SHA-512/256", sign_digest(acme, "SHA512-256", input));
	forge("with SHA3-256", sign_digest(acme, "SHA3-256", input));
	forge("with MD5", sign_digest(acme, "MD5", input));
	forge("PSS, salt of 32", sign_pss(acme, "SHA256", 32, input));
	forge("PSS, no salt", sign_pss(acme, "SHA256", 0, input));
	forge("PSS, longest salt", sign_pss(acme, "SHA256", 222, input));

	/* the signed token with a claim changed */
	refused("a claim changed", REFUSED("signature"), "good/plain",
			compact(h, payload("\"userId\":1"), sign(acme, input)));
	refused("the header changed", REFUSED("signature"), "good/plain",
			compact(header(KID, "\"x\":1"), p, sign(acme, input)));
	refused("white space put in", REFUSED("signature"), "good/plain",
			compact(h, replace(p, ",", ", "), sign(acme, input)));
}
