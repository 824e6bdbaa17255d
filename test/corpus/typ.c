/*-------------------------------------------------------------------------
 *
 * typ.c
 *		The type of a token.
 *
 *-------------------------------------------------------------------------
 */
#include "corpus.h"

/* typ is JSON */
static Bytes
token_with_typ(const char *typ)
{
	return token_with_header(format("{\"typ\":%s,\"alg\":\"RS256\",\"kid\":\"" KID "\"}",
									typ));
}

void
make_typ(void)
{
	static const char *const good[] = {
		"\"JWT\"", "\"jwt\"", "\"Jwt\"", "\"application/jwt\"", "\"application/JWT\"",
		"\"Application/Jwt\"", "\"\\u004aWT\"", "\"application\\/jwt\"",
		"\"\\u0061\\u0070\\u0070\\u006c\\u0069\\u0063\\u0061\\u0074\\u0069\\u006f\\u006e\\u002f\\u006a\\u0077\\u0074\""
	};
	static const char *const bad[] = {
		"\"\"", "null", "true", "1", "[]", "{}", "[\"JWT\"]", "\"JW\"", "\"JWTT\"",
		"\"JWT \"", "\" JWT\"", "\"J\\u0057T\\n\"", "\"JOSE\"", "\"JOSE+JSON\"",
		"\"at+jwt\"", "\"application/at+jwt\"", "\"dpop+jwt\"", "\"logout+jwt\"",
		"\"secevent+jwt\"", "\"application/\"", "\"application/application/jwt\"",
		"\"text/jwt\"", "\"application/jwt;charset=utf-8\"", "\"*/*\"",
		"\"\xEF\xBC\xAAWT\"", "\"JW\xE2\x80\x8BT\""
	};

	accepted("absent", token_with_header(B("{\"alg\":\"RS256\",\"kid\":\"" KID "\"}")));
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		accepted(good[i], token_with_typ(good[i]));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		refused(bad[i], REFUSED("typ"), "typ/\"JWT\"", token_with_typ(bad[i]));
	refused("very long", REFUSED("typ"), "typ/\"JWT\"",
			token_with_typ(string(format("\"%s\"", string(repeat("JWT", 3000))))));
}
