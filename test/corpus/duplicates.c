/*-------------------------------------------------------------------------
 *
 * duplicates.c
 *		Two members of one name, which two parsers read as two things.
 *
 *-------------------------------------------------------------------------
 */
#include "corpus.h"

/* Adds members to the usual payload, and to the usual header. */
static void
claims(const char *name, const char *members)
{
	Bytes		p = payload("");

	refused(name, REFUSED("payload"), "good/plain",
			token_with_payload(join3(slice(p, 0, p.len - 1), B(","),
									 join(text(members), B("}")))));
}

static void
parameters(const char *name, const char *members)
{
	refused(name, REFUSED("header"), "good/plain", token_with_header(header(KID, members)));
}

void
make_duplicates(void)
{
	Bytes		many = NOTHING;

	parameters("alg", "\"alg\":\"none\"");
	parameters("alg, the same", "\"alg\":\"RS256\"");
	parameters("alg, escaped", "\"\\u0061lg\":\"none\"");
	parameters("alg, all escaped", "\"\\u0061\\u006c\\u0067\":\"HS256\"");
	parameters("kid", "\"kid\":\"attacker\"");
	parameters("kid, escaped", "\"k\\u0069d\":\"attacker\"");
	parameters("kid, the same", "\"kid\":\"" KID "\"");
	parameters("typ", "\"typ\":\"JWT\"");
	parameters("typ, escaped", "\"t\\u0079p\":\"JOSE\"");
	parameters("unknown header member", "\"x\":1,\"x\":1");
	parameters("unknown header member, escaped", "\"\\u0078\":1,\"x\":2");
	parameters("empty name in the header", "\"\":1,\"\":1");
	parameters("jwk", "\"jwk\":{},\"jwk\":{}");
	parameters("apart", "\"x\":1,\"a\":[{\"x\":1}],\"b\":{\"x\":1},\"x\":1");

	claims("exp", "\"exp\":99999999999");
	claims("exp, escaped", "\"\\u0065xp\":99999999999");
	claims("exp, of another type", "\"exp\":null");
	claims("userId", "\"userId\":1");
	claims("userId, escaped", "\"user\\u0049d\":1");
	claims("email", "\"email\":\"admin@example.com\"");
	claims("email, escaped", "\"\\u0065mail\":\"admin@example.com\"");
	claims("externalId", "\"externalId\":\"admin\"");
	claims("origin", "\"origin\":\"https://acme.zendesk.com\"");
	claims("unknown claim", "\"x\":1,\"x\":1");
	claims("unknown claim, upper-case escape", "\"\\u006A\":1,\"\\u006a\":2");
	claims("a slash and an escaped one", "\"a/b\":1,\"a\\/b\":2");
	claims("a tab, both escaped", "\"\\t\":1,\"\\u0009\":2");
	claims("a quote, both escaped", "\"\\\"\":1,\"\\u0022\":2");
	claims("a backslash, both escaped", "\"\\\\\":1,\"\\u005c\":2");
	claims("not ASCII, one escaped", "\"\xC3\xA9\":1,\"\\u00e9\":2");
	claims("an emoji, one escaped", "\"\xF0\x9F\x98\x80\":1,\"\\uD83D\\uDE00\":2");
	claims("empty", "\"\":1,\"\":2");
	claims("long", string(format("\"%s\":1,\"%s\":2", string(repeat("n", 3000)),
								 string(repeat("n", 3000)))));
	claims("three times", "\"x\":1,\"x\":2,\"x\":3");

	/* the first and the last of very many */
	for (int i = 0; i < 900; i++)
		many = join(many, format("\"m%d\":%d,", i, i % 10));
	accepted("none of 900 members", token_with_payload(payload(string(join(many, B("\"x\":1"))))));
	refused("one of 900 members", REFUSED("payload"), "duplicates/none of 900 members",
			token_with_payload(payload(string(join(many, B("\"m0\":1"))))));
	refused("one of 900 members, escaped", REFUSED("payload"), "duplicates/none of 900 members",
			token_with_payload(payload(string(join(many, B("\"\\u006d450\":1"))))));

	/*
	 * names that only look alike are two; inside of claims, the last one
	 * counts
	 */
	accepted("another case", token_with_payload(payload("\"Exp\":1,\"EXP\":2,\"userid\":3")));
	accepted("with a space", token_with_payload(payload("\"exp \":1,\" exp\":2")));
	accepted("a prefix", token_with_payload(payload("\"ex\":1,\"expi\":2")));
	accepted("nested", token_with_payload(payload("\"x\":{\"a\":1,\"a\":2},\"a\":3")));
	accepted("nested in the header", token_with_header(header(KID, "\"x\":{\"alg\":1,\"alg\":2}")));
	accepted("two forms of a character",
			 token_with_payload(payload("\"\\u00e9\":1,\"e\":2,\"E\":3")));
}
