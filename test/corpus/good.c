/*-------------------------------------------------------------------------
 *
 * good.c
 *		Tokens that must be accepted: what the others are one change away from.
 *
 *-------------------------------------------------------------------------
 */
#include "corpus.h"

void
make_good(void)
{
	accepted("plain", good_token());
	accepted("3072 bits",
			 token_of("vendor",
					  "0f4a3c1d5b7e92688f10a2b3c4d5e6f7081920313a4b5c6d7e8f90a1b2c3d4e5", ""));
	accepted("2049 bits", token_of("2049", "acme-2049", ""));
	accepted("4096 bits of three primes", token_of("4096", "acme-4096", ""));
	accepted("8192 bits of five primes", token_of("8192", "acme-8192", ""));
	accepted("e = 3", token_of("cubic", "acme-cubic", ""));
	accepted("e = 4294967295", token_of("largest-e", "acme-largest-e", ""));

	accepted("members in another order",
			 token_with_header(B("{\"kid\":\"" KID "\",\"alg\":\"RS256\",\"typ\":\"JWT\"}")));
	accepted("unknown header members",
			 token_with_header(header(KID, "\"x\":[1,{\"alg\":\"none\"}],\"Alg\":\"none\"")));
	accepted("white space in the header",
			 token_with_header(B("\r\n\t {  \"alg\" :\t\"RS256\"\n,\r\"kid\" : \"" KID "\" } \n")));
	accepted("white space in the payload",
			 token_with_payload(replace(payload(""), ",", " ,\n\t")));
	accepted("alg spelled with escapes",
			 token_with_header(B("{\"\\u0061lg\":\"\\u0052S256\",\"kid\":\"" KID "\"}")));
	accepted("exp spelled with escapes",
			 token_with_payload(replace(payload(""), "\"exp\"", "\"\\u0065x\\u0070\"")));
	accepted("an array of custom claims",
			 token_with_payload(payload("\"custom\":[\"a\",\"b\",null,true,1.5,{\"c\":{}}]")));
	accepted("no origin", token_with_payload(replace(payload(""),
													 ",\"origin\":\"https://acme.zendesk.com\"", "")));
	emit(.name = "exp alone",.verdict = PASS,.user_id = "",
		 .token = token_with_payload(format("{\"exp\":%lld}", now + 3600)));

	emit(.name = "strict",.verdict = PASS,
		 .token = token_of("strict", "strict-key",
						   "\"aud\":\"https://api.example.com/help\","
						   "\"iss\":\"https://strict.zendesk.com\","
						   "\"origin\":\"https://strict.zendesk.com\""));
	accepted("anywhere", token_of("spare", "anywhere-key", ""));
	accepted("fetched", token_of("spare", "fresh-key", ""));
	emit(.name = "named",.verdict = PASS,.token = good_token(),
		 .center = "acme");
	emit(.name = "brand-a",.verdict = PASS,
		 .token = token_of("brands", "brands-key",
						   "\"origin\":\"https://brand-a.zendesk.com\""));

	/* tokens that nothing has cached, to time a verification */
	for (int i = 0; i < 100; i++)
		accepted(string(format("fresh %d", i)),
				 token_with_payload(payload(string(format("\"nonce\":%d", i)))));
}
