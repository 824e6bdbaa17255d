/*-------------------------------------------------------------------------
 *
 * dates.c
 *		exp, nbf and iat: at their edges, and of wrong types.
 *
 * The help center acme has a leeway of five minutes, strict has none.
 *
 *-------------------------------------------------------------------------
 */
#include "corpus.h"

#define MAX_DATE		"253402300799"

/* A token of acme's with this value for a claim. */
static Bytes
dated(const char *claim, Bytes value)
{
	return token_with_payload(payload(string(format("\"%s\":%s", claim, string(value)))));
}

static void
wrong_types(const char *claim)
{
	static const char *const wrong[] = {
		"null", "true", "false", "\"\"", "\"never\"", "\"0\"", "\"99999999999\"",
		"\"2099-01-01T00:00:00Z\"", "\"Infinity\"", "[]", "[99999999999]", "{}",
		"{\"$date\":99999999999}", "-1", "-0.000001", "-99999999999", "-1e-40",
		"253402300800", "253402300799.0000000001", "253402300799.5", "999999999999",
		"99999999999999", "9223372036854775807", "9223372036854775808",
		"18446744073709551616", "1e12", "1e18", "1e19", "1e39",
		"9007199254740993e3", "2.534023008e11"
	};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		refused(string(format("%s: %s", claim, wrong[i])), REFUSED("claims"), "good/plain",
				dated(claim, text(wrong[i])));
	refused(string(format("%s: in milliseconds", claim)), REFUSED("claims"), "good/plain",
			dated(claim, format("%lld", (now + 3600) * 1000)));
	refused(string(format("%s: in microseconds", claim)), REFUSED("claims"), "good/plain",
			dated(claim, format("%lld", (now + 3600) * 1000000)));
	refused(string(format("%s: as a string", claim)), REFUSED("claims"), "good/plain",
			dated(claim, format("\"%lld\"", now + 3600)));
}

static void
expiry(void)
{
	static const char *const past[] = {
		"0", "-0", "0.0", "1", "1.5", "0e0", "0e1000", "1e-40", "1e9", "946684800"
	};

	refused("exp: missing", REFUSED("claims"), "good/plain",
			token_with_payload(replace(payload(""), "\"exp\"", "\"Exp\"")));
	refused("exp: nested", REFUSED("claims"), "good/plain",
			token_with_payload(replace(payload(""), "\"exp\"", "\"x\":{\"exp\":99999999999},\"y\"")));
	refused("exp: in the header", REFUSED("claims"), "good/plain",
			token(key("acme"), header(KID, string(format("\"exp\":%lld", now + 3600))),
				  replace(payload(""), "\"exp\"", "\"y\"")));
	wrong_types("exp");

	for (size_t i = 0; i < sizeof(past) / sizeof(past[0]); i++)
		refused(string(format("exp: %s", past[i])), EXPIRED, "good/plain",
				dated("exp", text(past[i])));
	refused("exp: beyond the leeway", EXPIRED, "dates/exp: within the leeway",
			dated("exp", format("%lld", now - 300)));
	accepted("exp: within the leeway", dated("exp", format("%lld", now - 1)));
	refused("exp: beyond the leeway by a microsecond", EXPIRED, "dates/exp: within the leeway",
			dated("exp", format("%lld.999999", now - 301)));
	accepted("exp: a fraction", dated("exp", format("%lld.25", now + 3600)));
	accepted("exp: many digits of fraction",
			 dated("exp", format("%lld.%s", now + 3600, string(repeat("3", 40)))));
	accepted("exp: with an exponent", dated("exp", format("%lld.5e1", (now + 3600) / 10)));
	accepted("exp: with a negative exponent", dated("exp", format("%lld000e-3", now + 3600)));
	accepted("exp: 1e10", dated("exp", B("1e10")));
	accepted("exp: the last second", dated("exp", B(MAX_DATE)));
	accepted("exp: the last second with zeros", dated("exp", B(MAX_DATE ".000000000")));
	accepted("exp: the last second with an exponent", dated("exp", B("2.53402300799e11")));

	refused("no leeway: exp", EXPIRED, "good/strict",
			token_of("strict", "strict-key",
					 string(format("\"exp\":%lld,\"aud\":\"https://api.example.com/help\","
								   "\"iss\":\"https://strict.zendesk.com\","
								   "\"origin\":\"https://strict.zendesk.com\"", now))));
}

static void
not_before(void)
{
	wrong_types("nbf");
	accepted("nbf: 0", dated("nbf", B("0")));
	accepted("nbf: now", dated("nbf", format("%lld", now)));
	accepted("nbf: within the leeway", dated("nbf", format("%lld", now + 200)));
	accepted("nbf: a fraction", dated("nbf", format("%lld.75", now)));
	refused("nbf: beyond the leeway", NOT_YET_VALID, "dates/nbf: within the leeway",
			dated("nbf", format("%lld", now + 3600)));
	refused("nbf: the last second", NOT_YET_VALID, "dates/nbf: 0", dated("nbf", B(MAX_DATE)));
	refused("nbf: behind exp", NOT_YET_VALID, "dates/nbf: 0",
			dated("nbf", format("%lld", now + 7200)));
	refused("nbf: in the future, exp in the past", EXPIRED, "dates/nbf: 0",
			token_with_payload(payload(string(format("\"nbf\":%lld,\"exp\":%lld",
													 now + 3600, now - 3600)))));
	refused("no leeway: nbf", NOT_YET_VALID, "good/strict",
			token_of("strict", "strict-key",
					 string(format("\"nbf\":%lld,\"aud\":\"https://api.example.com/help\","
								   "\"iss\":\"https://strict.zendesk.com\","
								   "\"origin\":\"https://strict.zendesk.com\"", now + 3000))));
}

void
make_dates(void)
{
	expiry();
	not_before();

	/* the only rule for iat is about its type */
	wrong_types("iat");
	accepted("iat: 0", dated("iat", B("0")));
	accepted("iat: now", dated("iat", format("%lld", now)));
	accepted("iat: in the future", dated("iat", format("%lld", now + 7200)));
	accepted("iat: the last second", dated("iat", B(MAX_DATE)));
}
