/*-------------------------------------------------------------------------
 *
 * crit.c
 *		Extensions: crit in every form, b64, and what else changes a meaning.
 *
 *-------------------------------------------------------------------------
 */
#include "corpus.h"

void
make_crit(void)
{
	static const char *const members[] = {
		"\"crit\":[]", "\"crit\":null", "\"crit\":\"\"", "\"crit\":\"exp\"",
		"\"crit\":{}", "\"crit\":0", "\"crit\":false", "\"crit\":true",
		"\"crit\":[\"exp\"],\"exp\":1", "\"crit\":[\"alg\"]", "\"crit\":[\"kid\",\"kid\"]",
		"\"crit\":[\"b64\"]", "\"crit\":[\"b64\"],\"b64\":true",
		"\"crit\":[\"b64\"],\"b64\":false", "\"crit\":[\"missing\"]",
		"\"crit\":[null]", "\"crit\":[[]]", "\"crit\":[\"\"]",
		"\"crit\":[\"bork\"],\"bork\":1", "\"\\u0063rit\":[\"bork\"]",
		"\"b64\":true", "\"b64\":false", "\"b64\":null", "\"b64\":\"false\"",
		"\"b64\":0", "\"b6\\u0034\":true"
	};
	Bytes		h = header(KID, "\"b64\":false,\"crit\":[\"b64\"]");
	Bytes		input = join3(base64url(h), B("."), payload(""));

	accepted("Crit", token_with_header(header(KID, "\"Crit\":[\"x\"],\"critical\":[\"x\"]")));
	accepted("crit in a member", token_with_header(header(KID, "\"x\":{\"crit\":[\"x\"]}")));
	accepted("crit in the payload", token_with_payload(payload("\"crit\":[\"x\"],\"b64\":false")));
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		refused(members[i], REFUSED("crit"), "crit/Crit",
				token_with_header(header(KID, members[i])));

	/*
	 * RFC 7797: the payload is not encoded; most payloads cannot stand in a
	 * token
	 */
	refused("an unencoded payload", REFUSED("shape"), "crit/Crit",
			join3(input, B("."), base64url(sign(key("acme"), input))));
	input = join(base64url(h), B(".payload"));
	refused("an unencoded payload of safe characters", REFUSED("crit"), "crit/Crit",
			join3(input, B("."), base64url(sign(key("acme"), input))));

	/* parameters of JWE and others, ignored as RFC 7515 wants */
	accepted("zip", token_with_header(header(KID, "\"zip\":\"DEF\"")));
	accepted("enc", token_with_header(header(KID, "\"enc\":\"A128GCM\"")));
	accepted("cty", token_with_header(header(KID, "\"cty\":\"JWT\"")));
	refused("a token inside a token", REFUSED("payload"), "crit/cty",
			token(key("acme"), header(KID, "\"cty\":\"JWT\""), good_token()));
}
