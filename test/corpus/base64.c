/*-------------------------------------------------------------------------
 *
 * base64.c
 *		Other spellings of the same bytes, and spellings of none.
 *
 *-------------------------------------------------------------------------
 */
#include "corpus.h"

#include <string.h>

static const char *const part_names[3] = {"header", "payload", "signature"};

/* The good token with this spelling of one part; the signature is unchanged. */
static Bytes
respelled(int part, Bytes spelling)
{
	Bytes		parts[3];
	Bytes		h = header(KID, "");
	Bytes		p = payload("");

	parts[0] = base64url(h);
	parts[1] = base64url(p);
	parts[2] = base64url(sign(key("acme"), signing_input(h, p)));
	parts[part] = spelling;
	return join(join3(parts[0], B("."), parts[1]), join(B("."), parts[2]));
}

/* A token that is signed with these spellings. */
static Bytes
signed_spelling(Bytes header_text, Bytes payload_text)
{
	Bytes		input = join3(header_text, B("."), payload_text);

	return join3(input, B("."), base64url(sign(key("acme"), input)));
}

/* Base64url of a length that leaves unused bits, one of which is set. */
static Bytes
with_trailing_bit(Bytes spelling)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"abcdefghijklmnopqrstuvwxyz0123456789-_";
	char		last = (char) spelling.data[spelling.len - 1];
	size_t		value = (size_t) (strchr(alphabet, last) - alphabet);

	return patch(spelling, spelling.len - 1, bytes(&alphabet[value | 1], 1));
}

/* Texts of the header and the payload whose length modulo 3 is this. */
static Bytes
stretched(Bytes json, size_t rest)
{
	while (json.len % 3 != rest)
		json = insert(json, 1, B(" "));
	return json;
}

static void
trailing_bits(void)
{
	Bytes		h = header(KID, "");
	Bytes		p = payload("");
	Bytes		s = base64url(sign(key("acme"), signing_input(h, p)));

	for (size_t rest = 1; rest <= 2; rest++)
	{
		Bytes		h2 = stretched(h, rest);
		Bytes		p2 = stretched(p, rest);
		const char *from = string(format("base64/%zu bytes modulo 3", rest));

		accepted(string(format("%zu bytes modulo 3", rest)), token(key("acme"), h2, p2));
		refused(string(format("trailing bit of the header, %zu", rest)),
				REFUSED("header"), from,
				signed_spelling(with_trailing_bit(base64url(h2)), base64url(p2)));
		refused(string(format("trailing bit of the payload, %zu", rest)),
				REFUSED("payload"), from,
				signed_spelling(base64url(h2), with_trailing_bit(base64url(p2))));
	}
	refused("trailing bit of the signature", REFUSED("signature"), "good/plain",
			respelled(2, with_trailing_bit(s)));

	/* a lone character, which is no byte */
	for (int i = 0; i < 3; i++)
	{
		Bytes		part = i == 0 ? stretched(h, 0) : stretched(p, 0);

		if (i == 2)
			refused("a character behind the signature", REFUSED("signature"),
					"good/plain", respelled(2, join(slice(s, 0, s.len - 1), B("AAA"))));
		else
			refused(string(format("a lone character behind the %s", part_names[i])),
					i == 0 ? REFUSED("header") : REFUSED("payload"), "good/plain",
					signed_spelling(join(base64url(i == 0 ? part : h), i == 0 ? B("A") : NOTHING),
									join(base64url(i == 1 ? part : p), i == 1 ? B("A") : NOTHING)));
	}
}

void
make_base64(void)
{
	static const char *const strays[] = {
		"=", "==", "===", "%3D", " ", "\t", "\n", "\r\n", "\v", "+", "/", ",", "~",
		"!", "\\", "\"", "'", "*", "\x7f", "\xC2\xA0", "\xE2\x80\x8B", "\xEF\xBB\xBF",
		"\xC3\xA9", "\xD0\x90", "\xEF\xBC\x8E", "\xFF", "\x80"
	};
	Bytes		h = header(KID, "");
	Bytes		parts[3];
	Bytes		p;
	int			nonce = 0;

	trailing_bits();

	/* texts whose three parts all have characters that only base64url has */
	do
	{
		h = header(KID, string(format("\"x\":\"%d\xC3\xBF\xC3\xBE?>?>?>~~~\"", nonce)));
		p = payload(string(format("\"x\":\"%d\xC3\xBF\xC3\xBE?>?>?>~~~\"", nonce++)));
		parts[0] = base64url(h);
		parts[1] = base64url(p);
		parts[2] = base64url(sign(key("acme"), signing_input(h, p)));
	} while (!has(parts[0], "_") || !has(parts[1], "_") || !has(parts[2], "_") ||
			 !has(parts[1], "-") || !has(parts[2], "-"));
	accepted("both characters", token(key("acme"), h, p));
	for (int i = 0; i < 3; i++)
	{
		Bytes		standard = replace(replace(parts[i], "-", "+"), "_", "/");
		Bytes		all[3] = {parts[0], parts[1], parts[2]};

		all[i] = standard;
		refused(string(format("standard alphabet in the %s", part_names[i])),
				REFUSED("shape"), "base64/both characters",
				join(join3(all[0], B("."), all[1]), join(B("."), all[2])));
		all[i] = replace(parts[i], "_", "%5F");
		refused(string(format("percent escapes in the %s", part_names[i])),
				REFUSED("shape"), "base64/both characters",
				join(join3(all[0], B("."), all[1]), join(B("."), all[2])));
	}

	/* something inserted into, before and behind each part of the good token */
	h = header(KID, "");
	p = payload("");
	parts[0] = base64url(h);
	parts[1] = base64url(p);
	parts[2] = base64url(sign(key("acme"), signing_input(h, p)));
	for (int i = 0; i < 3; i++)
	{
		for (size_t j = 0; j < sizeof(strays) / sizeof(strays[0]); j++)
		{
			refused(string(format("%s behind the %s", strays[j], part_names[i])),
					REFUSED("shape"), "good/plain",
					respelled(i, join(parts[i], text(strays[j]))));
			refused(string(format("%s inside the %s", strays[j], part_names[i])),
					REFUSED("shape"), "good/plain",
					respelled(i, insert(parts[i], 8, text(strays[j]))));
		}
		refused(string(format("a NUL behind the %s", part_names[i])), REFUSED("shape"),
				"good/plain", respelled(i, join(parts[i], B("\0"))));
		refused(string(format("in lower case, the %s", part_names[i])),
				i == 0 ? REFUSED("header") : REFUSED("signature"), "good/plain",
				respelled(i, replace(replace(replace(parts[i], "J", "j"), "I", "i"), "M", "m")));
	}

	/* more of them: "AAAA" is three NUL bytes */
	refused("NUL bytes behind the header", REFUSED("header"), "good/plain",
			signed_spelling(join(base64url(stretched(h, 0)), B("AAAA")), parts[1]));
	refused("NUL bytes behind the payload", REFUSED("payload"), "good/plain",
			signed_spelling(parts[0], join(base64url(stretched(p, 0)), B("AAAA"))));
	refused("AAAA behind the signature", REFUSED("signature"), "good/plain",
			respelled(2, join(parts[2], B("AAAA"))));
	refused("hexadecimal parts", REFUSED("header"), "good/plain",
			signed_spelling(hex(h), hex(p)));
	refused("parts encoded twice", REFUSED("header"), "good/plain",
			signed_spelling(base64url(base64url(h)), base64url(base64url(p))));
	refused("parts not encoded", REFUSED("shape"), "good/plain",
			join3(join3(h, B("."), p), B("."), parts[2]));
}
