/*-------------------------------------------------------------------------
 *
 * jwk.c
 *		Keys that must not be trusted, and a token that each would verify.
 *
 *-------------------------------------------------------------------------
 */
#include "block.h"

#define TRIED_KID		"tried-key"
#define BESIDE_KID		"beside-key"

/* A key of these members, which are JSON texts; NULL leaves one out. */
typedef struct Members
{
	const char *kty;
	const char *kid;
	const char *n;
	const char *e;
	const char *more;			/* behind a comma */
} Members;

static const char *
quoted(Bytes b)
{
	return string(format("\"%s\"", string(b)));
}

/* acme's public key, as a key that is tried */
static Members
usual(void)
{
	Members		m = {"\"RSA\"", "\"" TRIED_KID "\"", quoted(base64url(key("acme")->n)),
	"\"AQAB\"", ""};

	return m;
}

static Bytes
member(const char *name, const char *value)
{
	return value ? format(",\"%s\":%s", name, value) : NOTHING;
}

static Bytes
json(Members m)
{
	Bytes		all = join3(member("kty", m.kty), member("kid", m.kid),
							join3(member("n", m.n), member("e", m.e), text(m.more)));

	return join3(B("{"), slice(all, 1, all.len - 1), B("}"));
}

/* A token that the key would verify if it were trusted. */
static Bytes
own_token(void)
{
	return token_of("acme", TRIED_KID, "");
}

static void
good_key(const char *name, Members m, Bytes t)
{
	emit_set(.name = name,.verdict = "1",.set = jwks(json(m)),
			 .token = t,.token_verdict = PASS);
}

/*
 * The key is refused when it is alone; beside a good key, only the good one is
 * used.
 */
static void
bad_key(const char *name, Members m, Bytes t)
{
	Bytes		beside = jwk(key("spare"), BESIDE_KID);

	emit_set(.name = name,.verdict = "22023",.set = jwks(json(m)),
			 .token = t,.token_verdict = UNKNOWN_KEY);
	emit_set(.name = string(format("%s, before a good one", name)),
			 .verdict = "1",.set = jwks(join3(json(m), B(","), beside)),
			 .token = t,.token_verdict = UNKNOWN_KEY);
	emit_set(.name = string(format("%s, behind a good one", name)),
			 .verdict = "1",.set = jwks(join3(beside, B(","), json(m))),
			 .token = token_of("spare", BESIDE_KID, ""),.token_verdict = PASS);
}

/* An odd number of so many bits.  Whether it can be factored does not matter. */
static Bytes
odd_number(size_t bits)
{
	Bytes		b = NOTHING;
	size_t		len = (bits + 7) / 8;
	size_t		top = (bits - 1) % 8;
	uint8_t		first;

	for (unsigned i = 0; b.len < len; i++)
		b = join(b, digest("SHA256", format("%zu %u", bits, i)));
	b = slice(b, 0, len);
	first = (uint8_t) (1u << top | (b.data[0] & ((1u << top) - 1)));
	b = patch(b, 0, bytes(&first, 1));
	return patch(b, len - 1, B("\x01"));
}

static void
moduli(void)
{
	static const struct
	{
		size_t		bits;
		bool		fits;
	}			sizes[] = {
		{512, false}, {1024, false}, {1536, false}, {2040, false}, {2047, false},
		{2048, true}, {2049, true}, {2056, true}, {3072, true}, {4096, true}, {8191, true},
		{8192, true}, {8193, false}, {8200, false}, {16384, false}, {65536, false}
	};
	Bytes		n = key("acme")->n;
	Members		m = usual();

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
	{
		const char *name = string(format("modulus of %zu bits", sizes[i].bits));

		m.n = quoted(base64url(odd_number(sizes[i].bits)));
		if (sizes[i].fits)
			emit_set(.name = name,.verdict = "1",.set = jwks(json(m)),
					 .token = own_token(),.token_verdict = REFUSED("signature"));
		else
			bad_key(name, m, own_token());
	}
	m.n = quoted(base64url(key("1024")->n));
	bad_key("modulus of 1024 bits, and its token", m, token_of("1024", TRIED_KID, ""));
	m.n = quoted(base64url(key("2047")->n));
	bad_key("modulus of 2047 bits, and its token", m, token_of("2047", TRIED_KID, ""));

	m.n = quoted(base64url(key("roca")->n));
	bad_key("modulus of the ROCA fault, and its token", m, token_of("roca", TRIED_KID, ""));

	m.n = quoted(base64url(join(B("\0"), n)));
	bad_key("modulus with a leading zero", m, own_token());
	m.n = quoted(base64url(join(B("\0\0\0"), n)));
	bad_key("modulus with three leading zeros", m, own_token());
	m.n = quoted(base64url(join(fill(0, 128), key("1024")->n)));
	bad_key("modulus of 1024 bits behind zeros", m, token_of("1024", TRIED_KID, ""));
	m.n = quoted(base64url(patch(n, 255, B("\x02"))));
	bad_key("even modulus", m, own_token());
	m.n = quoted(base64url(fill(0, 256)));
	bad_key("modulus 0", m, own_token());
	m.n = quoted(join(base64url(n), B("==")));
	bad_key("modulus with padding", m, own_token());
	m.n = quoted(base64(n));
	bad_key("modulus in base64", m, own_token());

	/* hexadecimal is also valid base64url, of a longer number */
	m.n = quoted(hex(n));
	emit_set(.name = "modulus in hexadecimal",.verdict = "1",.set = jwks(json(m)),
			 .token = own_token(),.token_verdict = REFUSED("signature"));
	m.n = quoted(join(base64url(n), B("\\n")));
	bad_key("modulus with a newline", m, own_token());
	m.n = quoted(insert(base64url(n), 64, B("\\n")));
	bad_key("modulus in lines", m, own_token());
	m.n = quoted(join(base64url(n), B("\\u0001")));
	bad_key("modulus with a control character", m, own_token());
	m.n = quoted(join(slice(base64url(n), 0, 341), B("_")));
	bad_key("modulus with trailing bits", m, own_token());
	m.n = quoted(replace(base64url(n), "A", "\\u0041"));
	good_key("modulus with escapes", m, own_token());
	m.n = "\"\"";
	bad_key("modulus empty", m, own_token());
	m.n = NULL;
	bad_key("modulus missing", m, own_token());
	m.n = "null";
	bad_key("modulus null", m, own_token());
	m.n = "1234567890123456789";
	bad_key("modulus a number", m, own_token());
	m.n = string(format("[%s]", quoted(base64url(n))));
	bad_key("modulus an array", m, own_token());
}

static void
exponents(void)
{
	static const struct
	{
		const char *name;
		const char *e;			/* in base64url */
	}			wrong[] = {
		{"0", "AA"}, {"2", "Ag"}, {"4", "BA"}, {"65536", "AQAA"}, {"2^32", "AQAAAAA"},
		{"2^32 + 1", "AQAAAAE"}, {"2^32 - 2", "_____g"}, {"2^64 + 1", "AQAAAAAAAAAB"},
		{"65537 with a leading zero", "AAEAAQ"}, {"65537 with padding", "AQAB=="},
		{"65537 with a space", "AQAB "}, {"3 with trailing bits", "Ax"},
		{"3 with a leading zero", "AAM"}, {"empty", ""}, {"of one character", "A"},
		{"in hexadecimal", "010001"}, {"in decimal", "65537"}
	};
	Members		m = usual();
	Bytes		h = header(TRIED_KID, "");
	Bytes		p = payload("");
	Bytes		em = block_of(join(B(SHA256_INFO), digest("SHA256", signing_input(h, p))), 256);

	m.e = "\"AQ\"";
	bad_key("exponent 1, the block itself", m, compact(h, p, em));
	m.e = "\"AAE\"";
	bad_key("exponent 1 with a leading zero", m, compact(h, p, em));
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
	{
		m.e = quoted(text(wrong[i].e));
		bad_key(string(format("exponent %s", wrong[i].name)), m, own_token());
	}
	m.e = quoted(base64url(odd_number(2048)));
	bad_key("exponent of 2048 bits", m, own_token());
	m.e = quoted(base64url(odd_number(33)));
	bad_key("exponent of 33 bits", m, own_token());
	m.e = quoted(base64url(odd_number(16384)));
	bad_key("exponent of 16384 bits", m, own_token());
	m.e = quoted(base64url(key("acme")->n));
	bad_key("exponent and modulus the same", m, own_token());
	m.e = "65537";
	bad_key("exponent a number", m, own_token());
	m.e = "null";
	bad_key("exponent null", m, own_token());
	m.e = NULL;
	bad_key("exponent missing", m, own_token());
	m.e = "[\"AQAB\"]";
	bad_key("exponent an array", m, own_token());

	m.n = quoted(base64url(key("cubic")->n));
	m.e = "\"Aw\"";
	good_key("exponent 3", m, token_of("cubic", TRIED_KID, ""));
	m.n = quoted(base64url(key("largest-e")->n));
	m.e = "\"_____w\"";
	good_key("exponent 2^32 - 1", m, token_of("largest-e", TRIED_KID, ""));
}

/* Members that say what the key is for, or that it should not be here at all. */
static void
purposes(void)
{
	static const char *const wrong[] = {
		"\"use\":\"enc\"", "\"use\":\"SIG\"", "\"use\":\"sig \"", "\"use\":\"\"",
		"\"use\":true", "\"use\":[\"sig\"]", "\"use\":{}", "\"key_ops\":[]",
		"\"key_ops\":[\"sign\"]", "\"key_ops\":[\"encrypt\",\"wrapKey\"]",
		"\"key_ops\":[\"VERIFY\"]", "\"key_ops\":\"verify\"",
		"\"key_ops\":{\"verify\":1}", "\"key_ops\":[[\"verify\"]]", "\"key_ops\":[null]",
		"\"alg\":\"RS384\"", "\"alg\":\"RS512\"", "\"alg\":\"PS256\"", "\"alg\":\"HS256\"",
		"\"alg\":\"RSA-OAEP\"", "\"alg\":\"none\"", "\"alg\":\"rs256\"", "\"alg\":\"RS256 \"",
		"\"alg\":\"\"", "\"alg\":[\"RS256\"]", "\"alg\":256",
		"\"d\":\"AQAB\"", "\"p\":\"AQAB\"", "\"q\":\"AQAB\"", "\"dp\":\"AQAB\"",
		"\"dq\":\"AQAB\"", "\"qi\":\"AQAB\"", "\"oth\":[]", "\"k\":\"AQAB\"",
		"\"d\":\"\"", "\"\\u0064\":\"AQAB\"", "\"use\":\"enc\",\"alg\":\"RS256\"",
		"\"use\":\"sig\",\"key_ops\":[\"sign\"]"
	};
	static const char *const fine[] = {
		"\"use\":\"sig\"", "\"use\":\"\\u0073ig\"", "\"key_ops\":[\"verify\"]",
		"\"key_ops\":[\"sign\",\"verify\"]", "\"alg\":\"RS256\"",
		"\"use\":\"sig\",\"alg\":\"RS256\",\"key_ops\":[\"verify\"]",
		"\"x5c\":[\"AAAA\"],\"x5t\":\"AAAA\",\"jku\":\"https://evil.example/\"", "\"Use\":\"enc\"",
		"\"use\":null", "\"key_ops\":null", "\"alg\":null", "\"d\":null", "\"oth\":null",
		"\"use\":null,\"alg\":null,\"d\":null,\"p\":null,\"q\":null,\"x5c\":null",
		"\"D\":\"AQAB\"", "\"ext\":true", "\"x\":{\"d\":\"AQAB\",\"use\":\"enc\"}"
	};
	static const char *const types[] = {
		NULL, "null", "\"\"", "\"rsa\"", "\"Rsa\"", "\"RSA \"", "\"EC\"", "\"oct\"", "\"OKP\"",
		"\"RSA-PSS\"", "[\"RSA\"]", "true", "{}"
	};
	static const char *const kids[] = {
		NULL, "null", "\"\"", "0", "1", "true", "[\"" TRIED_KID "\"]", "{}"
	};
	Members		m = usual();

	good_key("plain", m, own_token());
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
	{
		m.more = string(format(",%s", wrong[i]));
		bad_key(wrong[i], m, own_token());
	}
	for (size_t i = 0; i < sizeof(fine) / sizeof(fine[0]); i++)
	{
		m.more = string(format(",%s", fine[i]));
		good_key(fine[i], m, own_token());
	}

	m = usual();
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
	{
		m.kty = types[i];
		bad_key(string(format("kty %s", types[i] ? types[i] : "missing")), m, own_token());
	}
	m = usual();
	for (size_t i = 0; i < sizeof(kids) / sizeof(kids[0]); i++)
	{
		m.kid = kids[i];
		bad_key(string(format("kid %s", kids[i] ? kids[i] : "missing")), m, own_token());
	}
	m.kid = quoted(repeat("k", 513));
	bad_key("kid of 513 bytes", m, own_token());
	m.kid = quoted(repeat("\xC3\xBC", 257));
	bad_key("kid of 514 bytes in 257 characters", m, own_token());
	m.kid = quoted(repeat("k", 10000));
	bad_key("kid of 10 kB", m, own_token());
	m.kid = quoted(repeat("j", 512));
	good_key("kid of 512 bytes", m, token_of("acme", string(repeat("j", 512)), ""));
}

void
make_jwk(void)
{
	purposes();
	moduli();
	exponents();
}
