/*-------------------------------------------------------------------------
 *
 * shape.c
 *		What is no compact JWS: other lengths, other parts, other formats.
 *
 *-------------------------------------------------------------------------
 */
#include "corpus.h"

#define MEGABYTE		1048576

static void
bad(const char *name, Bytes t)
{
	refused(name, REFUSED("shape"), "good/plain", t);
}

/* A good token of exactly this length; the header is stretched as needed. */
static Bytes
token_of_length(size_t len)
{
	for (size_t stretch = 0; stretch < 12; stretch++)
	{
		Bytes		h = header(KID, string(format("\"x\":\"%s\"", string(repeat("x", stretch)))));
		size_t		rest = len - 2 - base64url(h).len - base64url(fill(0, 256)).len;
		size_t		json = rest / 4 * 3 + (rest % 4 == 0 ? 0 : rest % 4 - 1);
		size_t		least = payload("\"x\":\"\"").len;

		if (rest % 4 != 1 && json >= least)
			return token(key("acme"), h,
						 payload(string(format("\"x\":\"%s\"",
											   string(repeat("y", json - least))))));
	}
	give_up("no token of this length");
}

static void
lengths(void)
{
	Bytes		longest = token_of_length(16384);
	Bytes		names = NOTHING;

	must(longest.len == 16384, "the longest token");
	accepted("16384 bytes", longest);
	accepted("16383 bytes", token_of_length(16383));
	bad("16385 bytes", token_of_length(16385));
	bad("16388 bytes", token_of_length(16388));
	bad("1 MB, rightly signed", token_of_length(MEGABYTE));
	bad("the longest and a character", join(longest, B("A")));
	bad("a megabyte of dots", fill('.', MEGABYTE));
	bad("a megabyte of letters", fill('A', MEGABYTE));
	bad("a megabyte of letters and two dots",
		join3(fill('A', MEGABYTE / 2), B("."), join(fill('A', MEGABYTE / 2), B(".A"))));
	bad("a megabyte of spaces", fill(' ', MEGABYTE));
	bad("a megabyte of FF", fill(0xFF, MEGABYTE));
	bad("a megabyte of accents", repeat("\xC3\xA9", MEGABYTE / 2));
	bad("a megabyte behind the good one", join(good_token(), fill('A', MEGABYTE)));
	bad("16384 dots", fill('.', 16384));
	bad("16384 letters", fill('A', 16384));
	bad("8192 parts", repeat("A.", 8192));
	refused("two dots at the end of 16384", REFUSED("shape"), "shape/16384 bytes",
			join(fill('A', 16382), B("..")));
	refused("a long junk header", REFUSED("header"), "shape/16384 bytes",
			join(fill('A', 16380), B(".A.A")));
	refused("a long header of spaces", REFUSED("header"), "shape/16384 bytes",
			join(base64url(fill(' ', 12000)), B(".AA.AA")));
	refused("a long header of one string", REFUSED("header"), "shape/16384 bytes",
			join(base64url(join(B("{\""), fill('x', 12000))), B(".AA.AA")));
	refused("a long header of names", REFUSED("header"), "shape/16384 bytes",
			join(base64url(join3(B("{"), repeat("\"\":0,", 2400), B("\"\":0}"))), B(".AA.AA")));
	for (int i = 0; i < 1400; i++)
		names = join(names, format("\"%x\":0,", i));
	refused("a long header of different names", REFUSED("alg"), "shape/16384 bytes",
			join(base64url(join3(B("{"), names, B("\"x\":0}"))), B(".AA.AA")));
	refused("a long header of escapes", REFUSED("header"), "shape/16384 bytes",
			join(base64url(join(B("{\""), repeat("\\u0041", 2000))), B(".AA.AA")));
	refused("a long signature of junk", REFUSED("signature"), "shape/16384 bytes",
			join3(signing_input(header(KID, ""), payload("")), B("."), fill('A', 15000)));
}

static void
parts(void)
{
	Bytes		h = base64url(header(KID, ""));
	Bytes		p = base64url(payload(""));
	Bytes		s = base64url(sign(key("acme"), signing_input(header(KID, ""), payload(""))));
	Bytes		dot = B(".");

	bad("empty", NOTHING);
	bad("one dot", dot);
	bad("two dots", B(".."));
	bad("three dots", B("..."));
	bad("the header alone", h);
	bad("two parts", join3(h, dot, p));
	bad("no header", join3(B("."), p, join(dot, s)));
	bad("no payload", join3(h, B(".."), s));
	bad("no signature", join3(h, dot, join(p, dot)));
	bad("only a signature", join(B(".."), s));
	bad("only a payload", join3(dot, p, dot));
	bad("only a header", join(h, B("..")));
	bad("a dot before", join(dot, good_token()));
	bad("a dot behind", join(good_token(), dot));
	bad("two dots inside", join3(h, B(".."), join3(p, dot, s)));
	bad("four parts", join3(good_token(), dot, s));
	bad("the token twice", join3(good_token(), dot, good_token()));
	bad("the token twice, a comma between", join3(good_token(), B(","), good_token()));
	bad("the token twice, a space between", join3(good_token(), B(" "), good_token()));
	bad("parts with commas", join3(h, B(","), join3(p, B(","), s)));
	refused("parts in another order", REFUSED("alg"), "good/plain",
			join3(p, dot, join3(h, dot, s)));
	refused("of the same part", REFUSED("signature"), "good/plain",
			join3(h, dot, join3(h, dot, h)));
	bad("detached payload", join3(h, B(".."),
								  base64url(sign(key("acme"), join3(h, dot, p)))));
}

static void
formats(void)
{
	Bytes		t = good_token();
	Bytes		h = base64url(header(KID, ""));
	Bytes		p = base64url(payload(""));
	Bytes		s = base64url(sign(key("acme"), signing_input(header(KID, ""), payload(""))));
	Bytes		jwe = B("{\"alg\":\"RSA-OAEP\",\"enc\":\"A256GCM\",\"kid\":\"" KID "\"}");

	bad("JWE", join3(join3(base64url(jwe), B("."), base64url(fill(0x5A, 256))), B("."),
					 B("AAAAAAAAAAAAAAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA")));
	bad("JWE, direct", B("eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..AAAAAAAAAAAAAAAA.AAAA.AAAA"));
	bad("JWE with the header of a JWS", join3(h, B(".A.A.A."), s));
	bad("JWS, flattened JSON",
		format("{\"payload\":\"%s\",\"protected\":\"%s\",\"signature\":\"%s\"}",
			   string(p), string(h), string(s)));
	bad("JWS, general JSON",
		format("{\"payload\":\"%s\",\"signatures\":[{\"protected\":\"%s\",\"signature\":\"%s\"}]}",
			   string(p), string(h), string(s)));
	bad("JWS, JSON with an unprotected header",
		format("{\"payload\":\"%s\",\"header\":{\"alg\":\"RS256\",\"kid\":\"" KID "\"},"
			   "\"signature\":\"%s\"}", string(p), string(s)));
	bad("in quotes", join3(B("\""), t, B("\"")));
	bad("in JSON", format("{\"token\":\"%s\"}", string(t)));
	bad("with its scheme", join(B("Bearer "), t));
	bad("with its header", join(B("Authorization: Bearer "), t));
	bad("as a parameter", join(B("token="), t));
	bad("a space before", join(B(" "), t));
	bad("a space behind", join(t, B(" ")));
	bad("a newline behind", join(t, B("\n")));
	bad("CR and LF behind", join(t, B("\r\n")));
	bad("a tab behind", join(t, B("\t")));
	bad("a NUL behind", join(t, B("\0")));
	bad("a NUL and more behind", join(t, B("\0AAAA")));
	bad("a NUL before", join(B("\0"), t));
	bad("a byte order mark", join(B("\xEF\xBB\xBF"), t));
	bad("a no-break space behind", join(t, B("\xC2\xA0")));
	bad("FF behind", join(t, B("\xFF")));
	bad("an incomplete character behind", join(t, B("\xE2\x82")));
	bad("dots of another kind", replace(t, ".", "\xE2\x80\xA4"));
	bad("dots escaped", replace(t, ".", "%2E"));
	bad("wide characters", replace(t, "e", "\xEF\xBD\x85"));
	bad("wrapped lines", insert(insert(t, 64, B("\n")), 129, B("\n")));
	bad("base64 of it", base64url(t));
	bad("hexadecimal of it", hex(t));
	bad("a SAML assertion", B("<saml:Assertion xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\"/>"));
	bad("PASETO", B("v4.public.eyJkYXRhIjoidGhpcyBpcyBhIHNpZ25lZCBtZXNzYWdlIn0.AAAA"));
	bad("a word", B("null"));
	bad("SQL", B("'; SELECT hcjwt.drop_help_center('acme'); --"));
}

void
make_shape(void)
{
	lengths();
	parts();
	formats();
}
