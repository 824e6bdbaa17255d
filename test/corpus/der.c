/*-------------------------------------------------------------------------
 *
 * der.c
 *		Each element of DigestInfo, mangled in each way that BER or a careless
 *		parser allows.
 *
 *-------------------------------------------------------------------------
 */
#include "block.h"

typedef struct Element
{
	const char *name;
	uint8_t		tag;
	Bytes		content;
} Element;

/* An element after one change. */
typedef struct Mangled
{
	const char *how;
	Bytes		encoding;
} Mangled;

#define MAX_WAYS		48

typedef enum Part
{
	DIGEST_INFO, ALGORITHM, OID, PARAMETERS, DIGEST, NPARTS
} Part;

static const char *const part_names[NPARTS] = {
	"DigestInfo", "algorithm", "OID", "NULL", "digest"
};

static Bytes
byte(unsigned value)
{
	return fill((uint8_t) value, 1);
}

static Bytes
encode(unsigned tag, Bytes content)
{
	must(content.len < 128, "long element");
	return join3(byte(tag), byte((unsigned) content.len), content);
}

/* The element with these bytes for its length. */
static Bytes
with_length(Element e, Bytes length)
{
	return join3(byte(e.tag), length, e.content);
}

static size_t
lengths(Element e, Mangled *ways)
{
	unsigned	len = (unsigned) e.content.len;
	size_t		n = 0;

	ways[n++] = (Mangled) {"long form of the length", with_length(e, join(B("\x81"), byte(len)))};
	ways[n++] = (Mangled) {"length with a zero", with_length(e, join(B("\x82\0"), byte(len)))};
	ways[n++] = (Mangled) {"length with three zeros", with_length(e, join(B("\x84\0\0\0"), byte(len)))};
	ways[n++] = (Mangled) {"length and 2^32", with_length(e, join(B("\x85\x01\0\0\0"), byte(len)))};
	ways[n++] = (Mangled) {"length and 2^64", with_length(e, join(B("\x89\x01\0\0\0\0\0\0\0"), byte(len)))};
	ways[n++] = (Mangled) {"length and 2^8", with_length(e, join(B("\x82\x01"), byte(len)))};
	ways[n++] = (Mangled) {"length and one", with_length(e, byte(len + 1))};
	if (len > 0)
		ways[n++] = (Mangled) {"length less one", with_length(e, byte(len - 1))};
	ways[n++] = (Mangled) {"length 2^31 - 1", with_length(e, B("\x84\x7f\xff\xff\xff"))};
	ways[n++] = (Mangled) {"length 2^32 - 1", with_length(e, B("\x84\xff\xff\xff\xff"))};
	ways[n++] = (Mangled) {"length 2^40 - 1", with_length(e, B("\x85\xff\xff\xff\xff\xff"))};
	ways[n++] = (Mangled) {"length 2^64 - 1", with_length(e, B("\x88\xff\xff\xff\xff\xff\xff\xff\xff"))};
	ways[n++] = (Mangled) {"length ff", with_length(e, B("\xff"))};
	ways[n++] = (Mangled) {"no length", join(byte(e.tag), e.content)};
	ways[n++] = (Mangled) {"indefinite length", join(with_length(e, B("\x80")), B("\0\0"))};
	ways[n++] = (Mangled) {"indefinite length, no end", with_length(e, B("\x80"))};
	ways[n++] = (Mangled) {"indefinite length, half an end", join(with_length(e, B("\x80")), B("\0"))};
	ways[n++] = (Mangled) {"indefinite length, an end with content",
		join(with_length(e, B("\x80")), B("\0\x01\x2a"))};
	ways[n++] = (Mangled) {"constructed, indefinite length",
		join3(byte(e.tag | 0x20), B("\x80"), join(encode(e.tag, e.content), B("\0\0")))};
	return n;
}

static size_t
contents(Element e, Mangled *ways)
{
	size_t		n = 0;

	ways[n++] = (Mangled) {"removed", NOTHING};
	ways[n++] = (Mangled) {"the tag alone", byte(e.tag)};
	ways[n++] = (Mangled) {"emptied", encode(e.tag, e.content.len ? NOTHING : B("\0"))};
	ways[n++] = (Mangled) {"replaced by NULL", e.tag == 0x05 ? B("\x01\x01\xff") : B("\x05\x00")};
	ways[n++] = (Mangled) {"twice", join(encode(e.tag, e.content), encode(e.tag, e.content))};
	ways[n++] = (Mangled) {"zeros inside, behind", encode(e.tag, join(e.content, B("\0\0")))};
	ways[n++] = (Mangled) {"zeros inside, before", encode(e.tag, join(B("\0\0"), e.content))};
	ways[n++] = (Mangled) {"zeros behind", join(encode(e.tag, e.content), B("\0\0"))};
	ways[n++] = (Mangled) {"a NULL inside, behind", encode(e.tag, join(e.content, B("\x05\0")))};
	ways[n++] = (Mangled) {"a NULL inside, before", encode(e.tag, join(B("\x05\0"), e.content))};
	ways[n++] = (Mangled) {"an empty sequence inside", encode(e.tag, join(e.content, B("\x30\0")))};
	ways[n++] = (Mangled) {"garbage inside", encode(e.tag, join(e.content, B("\xde\xad\xbe\xef")))};
	ways[n++] = (Mangled) {"an unknown tag inside", encode(e.tag, join(B("\xc0\0"), e.content))};
	ways[n++] = (Mangled) {"a high tag number inside",
		encode(e.tag, join(e.content, B("\xbf\x7f\0")))};
	ways[n++] = (Mangled) {"wrapped in itself", encode(e.tag, encode(e.tag, e.content))};
	ways[n++] = (Mangled) {"wrapped in [0]", encode(0xA0, encode(e.tag, e.content))};
	if (e.content.len > 1)
	{
		ways[n++] = (Mangled) {"without its first byte",
			encode(e.tag, slice(e.content, 1, e.content.len - 1))};
		ways[n++] = (Mangled) {"without its last byte",
			encode(e.tag, slice(e.content, 0, e.content.len - 1))};
		ways[n++] = (Mangled) {"first byte changed",
			encode(e.tag, patch(e.content, 0, byte(e.content.data[0] ^ 1u)))};
		ways[n++] = (Mangled) {"last byte changed",
			encode(e.tag, patch(e.content, e.content.len - 1,
								byte(e.content.data[e.content.len - 1] ^ 1u)))};
	}
	return n;
}

static size_t
tags(Element e, Mangled *ways)
{
	static const struct
	{
		const char *how;
		unsigned	flip;
	}			changes[] = {
		{"primitive or constructed", 0x20}, {"class application", 0x40},
		{"class context", 0x80}, {"class private", 0xC0}, {"tag and one", 0x01},
		{"tag of nothing", 0xFFFF}
	};
	size_t		n = 0;

	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++)
		ways[n++] = (Mangled) {changes[i].how,
			encode(changes[i].flip == 0xFFFF ? 0 : e.tag ^ changes[i].flip, e.content)};
	return n;
}

/* The whole DigestInfo, with this element in place of that part. */
static Bytes
assemble(Part part, Bytes as)
{
	Bytes		element[NPARTS];

	element[OID] = encode(0x06, B("\x60\x86\x48\x01\x65\x03\x04\x02\x01"));
	element[PARAMETERS] = encode(0x05, NOTHING);
	element[DIGEST] = encode(0x04, usual_digest());
	if (part > ALGORITHM)
		element[part] = as;
	element[ALGORITHM] = encode(0x30, join(element[OID], element[PARAMETERS]));
	if (part == ALGORITHM)
		element[ALGORITHM] = as;
	return part == DIGEST_INFO ? as :
		encode(0x30, join(element[ALGORITHM], element[DIGEST]));
}

static Element
element_of(Part part)
{
	Bytes		oid = B("\x60\x86\x48\x01\x65\x03\x04\x02\x01");
	Bytes		algorithm = join(encode(0x06, oid), B("\x05\0"));

	switch (part)
	{
		case DIGEST_INFO:
			return (Element) {part_names[part], 0x30,
				join(encode(0x30, algorithm), encode(0x04, usual_digest()))};
		case ALGORITHM:
			return (Element) {part_names[part], 0x30, algorithm};
		case OID:
			return (Element) {part_names[part], 0x06, oid};
		case PARAMETERS:
			return (Element) {part_names[part], 0x05, NOTHING};
		default:
			return (Element) {part_names[part], 0x04, usual_digest()};
	}
}

void
make_der(void)
{
	Bytes		right = assemble(DIGEST, encode(0x04, usual_digest()));

	must(right.len == 51 &&
		 block_of(right, 256).len == 256, "the right DigestInfo");
	accepted("right", compact(header(KID, ""), payload(""),
							  sign_raw(key("acme"), block_of(right, 256))));
	for (Part part = 0; part < NPARTS; part++)
	{
		Element		e = element_of(part);
		Mangled		ways[MAX_WAYS];
		size_t		n = lengths(e, ways);

		n += contents(e, ways + n);
		n += tags(e, ways + n);
		for (size_t i = 0; i < n; i++)
			forge_block(string(format("%s, %s", e.name, ways[i].how)),
						block_of(assemble(part, ways[i].encoding), 256));
	}

	/* the OID spelled otherwise: an arc that is not minimal, or too large */
	forge_block("OID, an arc with a leading zero",
				block_of(assemble(OID, encode(0x06, B("\x60\x86\x48\x01\x65\x03\x04\x02\x80\x01"))), 256));
	forge_block("OID, an arc and 2^32",
				block_of(assemble(OID, encode(0x06, B("\x60\x86\x48\x01\x65\x03\x04\x02\x90\x80\x80\x80\x01"))), 256));
	forge_block("OID, an arc more",
				block_of(assemble(OID, encode(0x06, B("\x60\x86\x48\x01\x65\x03\x04\x02\x01\x01"))), 256));
	forge_block("OID, an arc that does not end",
				block_of(assemble(OID, encode(0x06, B("\x60\x86\x48\x01\x65\x03\x04\x02\x81"))), 256));
	forge_block("OID, of SHA-256 with RSA",
				block_of(assemble(OID, encode(0x06, B("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b"))), 256));
	forge_block("NULL, a BOOLEAN instead",
				block_of(assemble(PARAMETERS, B("\x01\x01\xff")), 256));
}
