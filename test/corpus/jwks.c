/*-------------------------------------------------------------------------
 *
 * jwks.c
 *		JWK Sets: what is no set, what is too much, and kids that stand twice.
 *
 * Here a set passes through jsonb, which keeps the last of two members of one
 * name, and refuses what is no JSON itself (22P02, or 22P05 for U+0000; in
 * SQL_ASCII, 0A000 for a \u escape beyond ASCII).
 *
 *-------------------------------------------------------------------------
 */
#include "corpus.h"

static void
bad(const char *name, const char *verdict, Bytes set)
{
	emit_set(.name = name,.verdict = verdict,.set = set,
			 .token = token_of("spare", "a", ""),.token_verdict = UNKNOWN_KEY);
}

/* import_keys() accepts so many; then a token with kid "a" by the key spare. */
static void
good(const char *name, const char *number, Bytes set, const char *verdict)
{
	emit_set(.name = name,.verdict = number,.set = set,
			 .token = token_of("spare", "a", ""),.token_verdict = verdict);
}

static Bytes
list(const char *keys, int from, int to)
{
	Bytes		all = NOTHING;

	for (int i = from; i <= to; i++)
		all = join3(all, all.len ? B(",") : NOTHING,
					jwk(key(keys), string(format("k%d", i))));
	return all;
}

static void
no_sets(Bytes a)
{
	bad("null", "22023", B("null"));
	bad("a number", "22023", B("1"));
	bad("a string", "22023", B("\"keys\""));
	bad("an array", "22023", join3(B("["), a, B("]")));
	bad("an empty object", "22023", B("{}"));
	bad("a key instead of a set", "22023", a);
	bad("keys missing", "22023", join3(B("{\"Keys\":["), a, B("]}")));
	bad("keys null", "22023", B("{\"keys\":null}"));
	bad("keys an object", "22023", join3(B("{\"keys\":{\"a\":"), a, B("}}")));
	bad("keys one key", "22023", join3(B("{\"keys\":"), a, B("}")));
	bad("keys a string", "22023", B("{\"keys\":\"[]\"}"));
	bad("keys empty", "22023", B("{\"keys\":[]}"));
	bad("keys nested", "22023", join3(B("{\"keys\":[["), a, B("]]}")));
	bad("keys inside of another member", "22023", join3(B("{\"jwks\":{\"keys\":["), a, B("]}}")));
	bad("elements of other types", "22023",
		B("{\"keys\":[null,true,1,\"a\",[],{}]}"));
	bad("an error of the help center", "22023",
		B("{\"error\":\"InvalidEndpoint\",\"description\":\"Not found\"}"));
	bad("certificates by kid", "22023", B("{\"a\":\"-----BEGIN CERTIFICATE-----\"}"));
	bad("no JSON", "22P02", B("<html></html>"));
	bad("cut off", "22P02", join(B("{\"keys\":["), a));
	bad("empty", "22P02", NOTHING);
	bad("NaN", "22P02", B("{\"keys\":[NaN]}"));
	bad("U+0000", "22P05", B("{\"keys\":[{\"kid\":\"\\u0000\"}]}"));
	bad("half a surrogate pair", "22P02", B("{\"keys\":[{\"kid\":\"\\ud800\"}]}"));
}

static void
much(Bytes a)
{
	bad("nested 17 deep", "22023", join3(B("{\"keys\":["), join(a, B(",")),
										 join3(repeat("[", 15), repeat("]", 15), B("]}"))));
	good("nested 16 deep", "1", join3(B("{\"keys\":["), join(a, B(",")),
									  join3(repeat("[", 14), repeat("]", 14), B("]}"))), PASS);
	good("100 keys", "100", jwks(join3(list("spare", 1, 99), B(","), a)), PASS);
	bad("101 keys", "22023", jwks(join3(list("spare", 1, 100), B(","), a)));
	bad("101 elements, one key", "22023",
		jwks(join(a, repeat(",{}", 100))));
	bad("10^5 elements", "22023", jwks(join(a, repeat(",0", 100000))));
	good("almost 256 KiB", "1",
		 join3(B("{\"keys\":["), a, join3(B("],\"x\":\""), fill('x', 261000), B("\"}"))), PASS);
	bad("more than 256 KiB", "22023",
		join3(B("{\"keys\":["), a, join3(B("],\"x\":\""), fill('x', 262144), B("\"}"))));
	bad("a megabyte", "22023",
		join3(B("{\"keys\":["), a, join3(B("],\"x\":\""), fill('x', 1048576), B("\"}"))));
	good("other members", "1", join3(B("{\"issuer\":1,\"keys\":["), a, B("],\"d\":\"AQAB\"}")), PASS);
	good("keys twice, the last one counts", "1",
		 join3(B("{\"keys\":[],\"keys\":["), a, B("]}")), PASS);
}

static void
twins(Bytes a)
{
	Bytes		other = jwk(key("acme"), "a");
	Bytes		third = jwk(key("acme"), "b");
	Bytes		unusable = B("{\"kty\":\"EC\",\"kid\":\"a\"}");

	good("a kid twice, one key", "1", jwks(join3(a, B(","), a)), PASS);
	bad("a kid twice, two keys", "22023", jwks(join3(a, B(","), other)));
	bad("a kid twice, two keys, in another order", "22023", jwks(join3(other, B(","), a)));
	good("a kid twice, two keys, beside another kid", "1",
		 jwks(join3(a, B(","), join3(other, B(","), third))), UNKNOWN_KEY);
	bad("a kid three times, two keys", "22023",
		jwks(join3(a, B(","), join3(other, B(","), a))));
	good("two kids, one key", "2", jwks(join3(a, B(","), jwk(key("spare"), "b"))), PASS);
	good("a kid twice, the other of no use", "1", jwks(join3(unusable, B(","), a)), PASS);
	good("kids that differ in case", "2", jwks(join3(a, B(","), jwk(key("acme"), "A"))), PASS);
	good("kids that differ in a space", "2", jwks(join3(a, B(","), jwk(key("acme"), "a "))), PASS);
	emit_set(.name = "two forms of a character",.verdict = "2",.latin1 = "22P05",
			 .sql_ascii = "0A000",
			 .set = jwks(join3(jwk(key("acme"), "e\\u0301"), B(","),
							   jwk(key("spare"), "\\u00e9"))),
			 .token_verdict = NULL);
	emit_set(.name = "a kid that LATIN1 has not",.verdict = "1",.latin1 = "22P05",
			 .set = jwks(jwk(key("spare"), "\xE4\xB8\x80")),.token_verdict = NULL);
}

void
make_jwks(void)
{
	Bytes		a = jwk(key("spare"), "a");

	good("plain", "1", jwks(a), PASS);
	no_sets(a);
	much(a);
	twins(a);
}
