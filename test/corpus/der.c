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

typedef struct Ways
{
	Mangled		list[48];
	size_t		count;
} Ways;

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

static void
add(Ways *ways, const char *how, Bytes encoding)
{
	ways->list[ways->count].how = how;
	ways->list[ways->count++].encoding = encoding;
}

static void
lengths(Element e, Ways *ways)
{
	unsigned	len = (unsigned) e.content.len;

	add(ways, "long form of the length", with_length(e, join(B("\x81"), byte(len))));
	add(ways, "length with a zero", with_length(e, join(B("\x82\0"), byte(len))));
	add(ways, "length with three zeros", with_length(e, join(B("\x84\0\0\0"), byte(len))));
	add(ways, "length and 2^32", with_length(e, join(B("\x85\x01\0\0\0"), byte(len))));
	add(ways, "length and 2^64", with_length(e, join(B("\x89\x01\0\0\0\0\0\0\0"), byte(len))));
	add(ways, "length and 2^8", with_length(e, join(B("\x82\x01"), byte(len))));
	add(ways, "length and one", with_length(e, byte(len + 1)));
	if (len > 0)
		add(ways, "length less one", with_length(e, byte(len - 1)));
	add(ways, "length 2^31 - 1", with_length(e, B("\x84\x7f\xff\xff\xff")));
	add(ways, "length 2^32 - 1", with_length(e, B("\x84\xff\xff\xff\xff")));
	add(ways, "length 2^40 - 1", with_length(e, B("\x85\xff\xff\xff\xff\xff")));
	add(ways, "length 2^64 - 1", with_length(e, B("\x88\xff\xff\xff\xff\xff\xff\xff\xff")));
	add(ways, "length ff", with_length(e, B("\xff")));
	add(ways, "no length", join(byte(e.tag), e.content));
	add(ways, "indefinite length", join(with_length(e, B("\x80")), B("\0\0")));
	add(ways, "indefinite length, no end", with_length(e, B("\x80")));
	add(ways, "indefinite length, half an end", join(with_length(e, B("\x80")), B("\0")));
	add(ways, "indefinite length, an end with content",
		join(with_length(e, B("\x80")), B("\0\x01\x2a")));
	add(ways, "constructed, indefinite length",
		join3(byte(e.tag | 0x20), B("\x80"), join(encode(e.tag, e.content), B("\0\0"))));
}

static void
contents(Element e, Ways *ways)
{
	add(ways, "removed", NOTHING);
	add(ways, "the tag alone", byte(e.tag));
	add(ways, "emptied", encode(e.tag, e.content.len ? NOTHING : B("\0")));
	add(ways, "replaced by NULL", e.tag == 0x05 ? B("\x01\x01\xff") : B("\x05\x00"));
	add(ways, "twice", join(encode(e.tag, e.content), encode(e.tag, e.content)));
	add(ways, "zeros inside, behind", encode(e.tag, join(e.content, B("\0\0"))));
	add(ways, "zeros inside, before", encode(e.tag, join(B("\0\0"), e.content)));
	add(ways, "zeros behind", join(encode(e.tag, e.content), B("\0\0")));
	add(ways, "a NULL inside, behind", encode(e.tag, join(e.content, B("\x05\0"))));
	add(ways, "a NULL inside, before", encode(e.tag, join(B("\x05\0"), e.content)));
	add(ways, "an empty sequence inside", encode(e.tag, join(e.content, B("\x30\0"))));
	add(ways, "garbage inside", encode(e.tag, join(e.content, B("\xde\xad\xbe\xef"))));
	add(ways, "an unknown tag inside", encode(e.tag, join(B("\xc0\0"), e.content)));
	add(ways, "a high tag number inside",
		encode(e.tag, join(e.content, B("\xbf\x7f\0"))));
	add(ways, "wrapped in itself", encode(e.tag, encode(e.tag, e.content)));
	add(ways, "wrapped in [0]", encode(0xA0, encode(e.tag, e.content)));
	if (e.content.len > 1)
	{
		add(ways, "without its first byte",
			encode(e.tag, slice(e.content, 1, e.content.len - 1)));
		add(ways, "without its last byte",
			encode(e.tag, slice(e.content, 0, e.content.len - 1)));
		add(ways, "first byte changed",
			encode(e.tag, patch(e.content, 0, byte(e.content.data[0] ^ 1u))));
		add(ways, "last byte changed",
			encode(e.tag, patch(e.content, e.content.len - 1,
								byte(e.content.data[e.content.len - 1] ^ 1u))));
	}
}

static void
tags(Element e, Ways *ways)
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

	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++)
		add(ways, changes[i].how,
			encode(changes[i].flip == 0xFFFF ? 0 : e.tag ^ changes[i].flip, e.content));
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
element(Part part, uint8_t tag, Bytes content)
{
	Element		e = {part_names[part], tag, content};

	return e;
}

static Element
element_of(Part part)
{
	Bytes		oid = B("\x60\x86\x48\x01\x65\x03\x04\x02\x01");
	Bytes		algorithm = join(encode(0x06, oid), B("\x05\0"));

	switch (part)
	{
		case DIGEST_INFO:
			return element(part, 0x30,
						   join(encode(0x30, algorithm), encode(0x04, usual_digest())));
		case ALGORITHM:
			return element(part, 0x30, algorithm);
		case OID:
			return element(part, 0x06, oid);
		case PARAMETERS:
			return element(part, 0x05, NOTHING);
		default:
			return element(part, 0x04, usual_digest());
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
		Ways		ways = {0};

		lengths(e, &ways);
		contents(e, &ways);
		tags(e, &ways);
		for (size_t i = 0; i < ways.count; i++)
			forge_block(string(format("%s, %s", e.name, ways.list[i].how)),
						block_of(assemble(part, ways.list[i].encoding), 256));
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
