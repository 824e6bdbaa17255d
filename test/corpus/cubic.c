/*-------------------------------------------------------------------------
 *
 * cubic.c
 *		Forgeries for e = 3, made as Bleichenbacher showed in 2006: without
 *		the private key.
 *
 * A number whose cube has the wanted beginning, end or both is quickly found.
 * A verifier that looks at less than the whole block takes it for a signature.
 *
 *-------------------------------------------------------------------------
 */
#include "block.h"

#include <openssl/bn.h>

#define LEN				256		/* of the modulus */
#define CUBIC_KID		"acme-cubic"

static BN_CTX *ctx;

static BIGNUM *
number(Bytes b)
{
	BIGNUM	   *bn = BN_bin2bn(b.data, (int) b.len, NULL);

	must(bn != NULL, "out of memory");
	return bn;
}

static BIGNUM *
cube(const BIGNUM *s)
{
	BIGNUM	   *result = BN_new();

	must(result != NULL && BN_sqr(result, s, ctx) && BN_mul(result, result, s, ctx),
		 "cannot compute a cube");
	return result;
}

/* The least s whose cube is at least bn. */
static BIGNUM *
cube_root(const BIGNUM *bn)
{
	BIGNUM	   *s = BN_new();

	must(s != NULL, "out of memory");
	BN_zero(s);
	for (int bit = BN_num_bits(bn) / 3; bit >= 0; bit--)
	{
		BN_set_bit(s, bit);
		if (BN_cmp(cube(s), bn) >= 0)
			BN_clear_bit(s, bit);
	}
	BN_add_word(s, 1);
	return s;
}

/*
 * A number whose cube ends in these bytes, which must be odd.  Finds it bit by
 * bit: cubing is a bijection of the odd numbers modulo a power of two.
 */
static BIGNUM *
cube_root_of_end(Bytes end)
{
	BIGNUM	   *wanted = number(end);
	BIGNUM	   *s = BN_new();

	must(s != NULL && BN_is_odd(wanted), "an even end");
	BN_one(s);
	for (int bit = 1; bit < (int) end.len * 8; bit++)
		if (BN_is_bit_set(cube(s), bit) != BN_is_bit_set(wanted, bit))
			BN_set_bit(s, bit);
	return s;
}

/*
 * A signature whose cube begins and ends with these bytes; anything is between
 * them.
 */
static Bytes
root(Bytes start, Bytes end)
{
	BIGNUM	   *s = cube_root(number(join(start, fill(0, LEN - start.len))));
	uint8_t		signature[LEN];
	uint8_t		got[LEN];

	if (end.len > 0)
	{
		/* the end's root takes the place of as many bits, the next above */
		BN_rshift(s, s, (int) end.len * 8);
		BN_add_word(s, 1);
		BN_lshift(s, s, (int) end.len * 8);
		BN_add(s, s, cube_root_of_end(end));
	}
	must(BN_bn2binpad(cube(s), got, LEN) == LEN &&
		 has(hex(slice(bytes(got, LEN), 0, start.len)), string(hex(start))) &&
		 has(hex(slice(bytes(got, LEN), LEN - end.len, end.len)), string(hex(end))),
		 "no forgery found");
	BN_bn2binpad(s, signature, LEN);
	return bytes(signature, LEN);
}

/* The attacker chooses the claims, so the digest can be odd. */
static Bytes
odd_payload(void)
{
	Bytes		p;
	Bytes		hash;
	int			nonce = 0;

	do
	{
		p = payload(string(format("\"odd\":%d", nonce++)));
		hash = digest("SHA256", signing_input(header(CUBIC_KID, ""), p));
	} while ((hash.data[31] & 1) == 0);
	return p;
}

static void
forge(const char *name, Bytes start, Bytes end)
{
	refused(name, REFUSED("signature"), "cubic/right",
			compact(header(CUBIC_KID, ""), odd_payload(), root(start, end)));
}

void
make_cubic(void)
{
	Bytes		p = odd_payload();
	Bytes		hash = digest("SHA256", signing_input(header(CUBIC_KID, ""), p));
	Bytes		info = join(B(SHA256_INFO), hash);

	ctx = BN_CTX_new();
	must(ctx != NULL, "out of memory");
	accepted("right", token(key("cubic"), header(CUBIC_KID, ""), p));

	forge("garbage behind the digest", join3(B("\0\x01"), fill(0xFF, 8), join(B("\0"), info)),
		  NOTHING);
	forge("garbage behind, one byte of padding", join(B("\0\x01\xff\0"), info), NOTHING);
	forge("garbage behind, no padding", join(B("\0\x01\0"), info), NOTHING);
	forge("garbage behind, the bare digest", join3(B("\0\x01"), fill(0xFF, 8), join(B("\0"), hash)),
		  NOTHING);

	/* the DigestInfo at the very end, and anything before it */
	forge("garbage for padding", B("\0\x01"), join(B("\0"), info));
	forge("garbage behind eight bytes of padding", join(B("\0\x01"), fill(0xFF, 8)),
		  join(B("\0"), info));
	forge("anything before the DigestInfo", NOTHING, join(B("\0"), info));
	forge("anything before the digest", NOTHING, hash);

	/*
	 * the free bytes stand in the parameters of the algorithm, whose length
	 * is right
	 */
	forge("garbage in the parameters",
		  join3(B("\0\x01"), fill(0xFF, 8),
				B("\0\x30\x81\xf2\x30\x81\xcd\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x04\x81\xbf")),
		  join(B("\x04\x20"), hash));
	BN_CTX_free(ctx);
}
