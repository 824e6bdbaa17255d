/*-------------------------------------------------------------------------
 *
 * setup.c
 *		The help centers and the trusted keys that the cases are about.
 *
 *-------------------------------------------------------------------------
 */
#include "corpus.h"

/* A closed port: a fetch meanwhile gets no keys, and changes none. */
#define KEYS_URL "https://127.0.0.1:1/keys.json"

/* arguments: SQL, by name, behind a comma */
static void
center(const char *name, const char *arguments)
{
	setup(format("SELECT hcjwt.add_help_center('%s',"
				 " base_url => 'https://%s.zendesk.com', keys_url => '" KEYS_URL "'%s)",
				 name, name, arguments));
}

/* UTF-8 text as an SQL expression of bytes, which needs no quoting. */
static const char *
utf8(Bytes b)
{
	return string(format("convert_from('\\x%s', 'UTF8')", string(hex(b))));
}

/* Skips the expression in databases that cannot hold it. */
static void
setup_where_it_fits(Bytes expression)
{
	setup(format("DO $$ BEGIN PERFORM %s; EXCEPTION WHEN untranslatable_character"
				 " OR undefined_function THEN NULL; END $$", string(expression)));
}

static void
import(const char *name, Bytes set)
{
	bool		ascii = true;

	for (size_t i = 0; i < set.len; i++)
		ascii = ascii && set.data[i] < 0x80;
	if (ascii)
		setup(format("SELECT hcjwt.import_keys('%s', '%s')", name,
					 string(replace(set, "'", "''"))));
	else
		setup_where_it_fits(format("hcjwt.import_keys('%s', %s::jsonb)", name, utf8(set)));
}

static void
trust(const char *name, const char *key_name, const char *kid)
{
	import(name, jwks(jwk(key(key_name), kid)));
}

static void
acme(void)
{
	center("acme", ", leeway => '5 min'");
	trust("acme", "acme", KID);
	trust("acme", "vendor",
		  "0f4a3c1d5b7e92688f10a2b3c4d5e6f7081920313a4b5c6d7e8f90a1b2c3d4e5");
	trust("acme", "2049", "acme-2049");
	trust("acme", "4096", "acme-4096");
	trust("acme", "8192", "acme-8192");
	trust("acme", "cubic", "acme-cubic");
	trust("acme", "largest-e", "acme-largest-e");

	/* kids that a verifier might handle wrongly */
	trust("acme", "acme", string(repeat("k", 512)));
	trust("acme", "acme", string(repeat("\xC3\xBC", 256)));
	trust("acme", "acme", "x'; DROP TABLE hcjwt.keys CASCADE; --");
	trust("acme", "acme", "../../../../../../etc/passwd");
	trust("acme", "acme", "cl\xC3\xA9");
	trust("acme", "acme", "\\\"\\\\\\u0001\\u001f\\u007f");
	trust("acme", "acme", "%");
	trust("acme", "acme", " ");
	trust("acme", "acme", "0");

	trust("acme", "acme", "\xE9\x8D\xB5");
}

static void
trust_states(void)
{
	/* revoked, and the same material under another kid */
	trust("acme", "revoked", "acme-revoked");
	trust("acme", "revoked", "acme-revoked-twin");
	setup(B("SELECT hcjwt.revoke_key('acme', 'acme-revoked')"));

	center("disabled", ", origins => '{*}'");
	trust("disabled", "spare", "disabled-key");
	setup(B("UPDATE hcjwt.help_centers SET enabled = false WHERE name = 'disabled'"));

	/* fetched keys, as the worker would have stored them */
	for (int i = 0; i < 4; i++)
	{
		static const char *const names[] = {"fresh", "stale", "unfetched", "retired"};
		static const char *const ages[] = {"0", "8 days", NULL, "0"};

		center(names[i], ", origins => '{*}'");
		setup(format("INSERT INTO hcjwt.keys (help_center, kid, jwk, thumbprint, source,"
					 " retired_at) VALUES ('%s', '%s-key', '%s', '', 'fetched', %s)",
					 names[i], names[i],
					 string(jwk(key("spare"), string(format("%s-key", names[i])))),
					 i == 3 ? "now()" : "NULL"));
		if (ages[i] != NULL)
			setup(format("INSERT INTO hcjwt.fetch_state (help_center, keys_url, last_success)"
						 " VALUES ('%s', '" KEYS_URL "', now() - interval '%s')"
						 " ON CONFLICT (help_center) DO UPDATE SET"
						 " keys_url = EXCLUDED.keys_url,"
						 " last_success = EXCLUDED.last_success",
						 names[i], ages[i]));
	}
}

void
make_setup(void)
{
	acme();
	trust_states();

	center("strict", ", audience => 'https://api.example.com/help',"
		   " issuer => 'https://strict.zendesk.com', leeway => '0'");
	trust("strict", "strict", "strict-key");

	/* an audience and an issuer with characters that are not ASCII */
	setup_where_it_fits(format("hcjwt.add_help_center('accents',"
							   " base_url => 'https://accents.zendesk.com',"
							   " keys_url => '" KEYS_URL "', audience => %s, issuer => %s)",
							   utf8(B("Z\xC3\xBCrich")), utf8(B("Gen\xC3\xA8ve"))));
	setup(format("SELECT hcjwt.import_keys(name, '%s') FROM hcjwt.help_centers"
				 " WHERE name = 'accents'",
				 string(jwks(jwk(key("spare"), "accents-key")))));

	/* two brands of one account: one key, two origins */
	center("brand-a", "");
	center("brand-b", "");
	trust("brand-a", "brands", "brands-key");
	trust("brand-b", "brands", "brands-key");

	/* five strangers that use one kid, each for a key of its own */
	for (int i = 1; i <= 5; i++)
	{
		const char *name = string(format("crowd-%d", i));

		center(name, ", origins => '{*}'");
		trust(name, name, "crowd-key");
		if (i <= 2)
			trust(name, name, "twin-key");
	}

	center("anywhere", ", origins => '{*}'");
	trust("anywhere", "spare", "anywhere-key");
	center("ported", ", origins => '{https://support.example.com:8443,"
		   "http://localhost:3000,https://[2001:db8::1],https://192.0.2.7}'");
	trust("ported", "spare", "ported-key");

	/* a help center to try key sets on */
	center("import", ", origins => '{*}'");
}
