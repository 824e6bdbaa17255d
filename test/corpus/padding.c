/*-------------------------------------------------------------------------
 *
 * padding.c
 *		Blocks that are not the one that PKCS #1 v1.5 wants.
 *
 * The private key makes them.  If a verifier accepts one of them, somebody
 * without the key can make it, too (Bleichenbacher 2006, and later attacks).
 *
 *-------------------------------------------------------------------------
 */
#include "block.h"

#define LEN				256		/* of acme's modulus */

Bytes
block(Bytes start, Bytes tail, size_t len)
{
	must(start.len + 1 + tail.len <= len, "block too long");
	return join3(start, fill(0xFF, len - start.len - 1 - tail.len),
				 join(B("\0"), tail));
}

Bytes
block_of(Bytes digest_info, size_t len)
{
	return block(B("\x00\x01"), digest_info, len);
}

Bytes
usual_digest(void)
{
	return digest("SHA256", signing_input(header(KID, ""), payload("")));
}

void
forge_block(const char *name, Bytes em)
{
	refused(name, REFUSED("signature"), "padding/right",
			compact(header(KID, ""), payload(""), sign_raw(key("acme"), em)));
}

/* Another DigestInfo header before the digest. */
static void
info(const char *name, Bytes start)
{
	forge_block(name, block_of(join(start, usual_digest()), LEN));
}

static void
types_and_padding(Bytes right)
{
	static const uint8_t types[] = {0x00, 0x02, 0x03, 0x11, 0x80, 0x81, 0xFF};
	static const uint8_t pads[] = {0x00, 0x01, 0x7F, 0xFE, 0xEE};
	Bytes		em = block_of(right, LEN);

	for (size_t i = 0; i < sizeof(types); i++)
		forge_block(string(format("block type %02x", types[i])),
					patch(em, 1, bytes(&types[i], 1)));
	forge_block("block type 0 with zeros",
				join3(B("\0\0"), fill(0, LEN - 2 - right.len), right));
	forge_block("a first byte of 01", patch(em, 0, B("\x01")));
	forge_block("a first byte of 02", patch(em, 0, B("\x02")));
	for (size_t i = 0; i < sizeof(pads); i++)
	{
		forge_block(string(format("padding of %02x", pads[i])),
					join3(B("\0\x01"), fill(pads[i], LEN - 3 - right.len),
						  join(B("\0"), right)));
		forge_block(string(format("first pad byte %02x", pads[i])),
					patch(em, 2, bytes(&pads[i], 1)));
		forge_block(string(format("last pad byte %02x", pads[i])),
					patch(em, LEN - right.len - 2, bytes(&pads[i], 1)));
	}
	forge_block("random padding", join3(B("\0\x02"),
										slice(repeat("\x5a\xc3\x17\xe9", 64), 0, LEN - 3 - right.len),
										join(B("\0"), right)));
	forge_block("no separator", join3(B("\0\x01"), fill(0xFF, LEN - 2 - right.len), right));
	forge_block("a separator of 01", patch(em, LEN - right.len - 1, B("\x01")));
	forge_block("two separators", block_of(join(B("\0"), right), LEN));
	forge_block("many zeros before the DigestInfo", block_of(join(fill(0, 100), right), LEN));
	forge_block("no padding at all", join3(fill(0, LEN - 3 - right.len), B("\0\x01\0"), right));
	forge_block("zeros before the block", join(fill(0, 100), block_of(right, LEN - 100)));
	forge_block("a zero before the block", join(fill(0, 1), block_of(right, LEN - 1)));
}

/* Bleichenbacher's: less padding, and something behind the digest. */
static void
garbage(Bytes right)
{
	static const size_t lens[] = {1, 2, 8, 100, 193, 194, 195, 201, 202};

	for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++)
	{
		forge_block(string(format("%zu bytes of garbage behind", lens[i])),
					block_of(join(right, fill(0xA5, lens[i])), LEN));
		forge_block(string(format("%zu zero bytes behind", lens[i])),
					block_of(join(right, fill(0, lens[i])), LEN));
		if (right.len + lens[i] + 2 <= LEN - 3)
			forge_block(string(format("%zu bytes behind, in an octet string", lens[i])),
						block_of(join3(right, B("\x04"),
									   join(fill((uint8_t) lens[i], 1),
											fill(0xA5, lens[i]))), LEN));
	}
	forge_block("garbage before the DigestInfo", block_of(join(fill(0xA5, 100), right), LEN));
	forge_block("garbage in the padding",
				patch(block_of(right, LEN), 20, fill(0xA5, 100)));
	forge_block("the block twice", join(block_of(right, LEN / 2), block_of(right, LEN / 2)));
}

static void
digests(void)
{
	static const struct
	{
		const char *md;
		Bytes		start;
	}			others[] = {
		{"MD5", {(const uint8_t *) "\x30\x20\x30\x0c\x06\x08\x2a\x86\x48\x86\xf7\x0d\x02\x05\x05\x00\x04\x10", 18}},
		{"SHA1", {(const uint8_t *) "\x30\x21\x30\x09\x06\x05\x2b\x0e\x03\x02\x1a\x05\x00\x04\x14", 15}},
		{"SHA224", {(const uint8_t *) "\x30\x2d\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x04\x05\x00\x04\x1c", 19}},
		{"SHA384", {(const uint8_t *) "\x30\x41\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x02\x05\x00\x04\x30", 19}},
		{"SHA512", {(const uint8_t *) "\x30\x51\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03\x05\x00\x04\x40", 19}},
		{"SHA512-256", {(const uint8_t *) "\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x06\x05\x00\x04\x20", 19}},
		{"SHA3-256", {(const uint8_t *) "\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x08\x05\x00\x04\x20", 19}}
	};
	Bytes		input = signing_input(header(KID, ""), payload(""));
	Bytes		hash = usual_digest();

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
	{
		Bytes		other = digest(others[i].md, input);

		forge_block(string(format("name and digest of %s", others[i].md)),
					block_of(join(others[i].start, other), LEN));
		info(string(format("name of %s", others[i].md)), others[i].start);
		forge_block(string(format("digest of %s", others[i].md)),
					block_of(join(B(SHA256_INFO), other), LEN));
	}
	forge_block("the bare digest", block_of(hash, LEN));
	forge_block("the digest in an octet string", block_of(join(B("\x04\x20"), hash), LEN));
	forge_block("half a digest", block_of(join(B(SHA256_INFO), slice(hash, 0, 16)), LEN));
	forge_block("no digest", block_of(B(SHA256_INFO), LEN));
	forge_block("a digest of zeros", block_of(join(B(SHA256_INFO), fill(0, 32)), LEN));
	forge_block("the digest reversed", block_of(join(B(SHA256_INFO), reversed(hash)), LEN));
	forge_block("the digest in hexadecimal", block_of(join(B(SHA256_INFO), hex(hash)), LEN));
	forge_block("the digest's digest",
				block_of(join(B(SHA256_INFO), digest("SHA256", hash)), LEN));
	forge_block("the text itself", block_of(slice(input, 0, 64), LEN));
}

static void
parameters(void)
{
	info("no NULL", B("\x30\x2f\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x04\x20"));
	info("two NULLs", B("\x30\x33\x30\x0f\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01"
						"\x05\x00\x05\x00\x04\x20"));
	info("parameters of four bytes", B("\x30\x35\x30\x11\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01"
									   "\x04\x04\xde\xad\xbe\xef\x04\x20"));
	info("a NULL with content", B("\x30\x35\x30\x11\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01"
								  "\x05\x04\xde\xad\xbe\xef\x04\x20"));
	info("a sequence as parameters", B("\x30\x33\x30\x0f\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01"
									   "\x30\x00\x05\x00\x04\x20"));
	info("NULL without the sequence", B("\x30\x2f\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01"
										"\x05\x00\x04\x20"));
	/* so many bytes that they fill the block, which makes a forgery possible */
	forge_block("parameters that fill the block",
				block(B("\x00\x01"),
					  join3(B("\x30\x81\xd6\x30\x81\xb1\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01"
							  "\x04\x81\xa3"), fill(0xA5, 0xa3),
							join(B("\x04\x20"), usual_digest())), LEN));
	/* lengths as long as the padding was: BERserk, CVE-2014-1568 */
	forge_block("lengths that fill the block",
				block(B("\x00\x01"),
					  join(join3(B("\x30\xdb"), fill(0xA5, 91), B("\x30\xdb")),
						   join3(fill(0xA5, 90), B("\x0d"),
								 join(slice(B(SHA256_INFO), 4, 15), usual_digest()))), LEN));
}

void
make_padding(void)
{
	Bytes		right = join(B(SHA256_INFO), usual_digest());

	accepted("right", compact(header(KID, ""), payload(""),
							  sign_raw(key("acme"), block_of(right, LEN))));
	types_and_padding(right);
	garbage(right);
	digests();
	parameters();
}
