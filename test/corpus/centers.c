/*-------------------------------------------------------------------------
 *
 * centers.c
 *		Whose key it is: help centers that share keys or kids, and keys that
 *		are not trusted.
 *
 *-------------------------------------------------------------------------
 */
#include "corpus.h"

static void
named(const char *name, const char *verdict, const char *from, Bytes t, const char *center)
{
	emit(.name = name,.verdict = verdict,.from = from,.token = t,.center = center);
}

static void
untrusted(void)
{
	static const char *const kids[][2] = {
		{"disabled-key", "its help center is disabled"},
		{"stale-key", "not fetched for too long"},
		{"unfetched-key", "never fetched"},
		{"retired-key", "retired"}
	};

	refused("revoked", UNKNOWN_KEY, "good/plain", token_of("revoked", "acme-revoked", ""));
	refused("revoked under another kid", UNKNOWN_KEY, "good/plain",
			token_of("revoked", "acme-revoked-twin", ""));
	for (int i = 0; i < 4; i++)
		refused(kids[i][1], UNKNOWN_KEY, "good/fetched", token_of("spare", kids[i][0], ""));
	named("retired, its help center named", UNKNOWN_KEY, "good/fetched",
		  token_of("spare", "retired-key", ""), "retired");
	refused("never seen", UNKNOWN_KEY, "good/plain", token_of("attacker", "attacker", ""));
}

static void
names(void)
{
	Bytes		t = good_token();
	static const char *const others[] = {
		"strict", "brand-a", "disabled", "acm", "acmee", "ACME", "Acme", " acme", "acme ",
		"https://acme.zendesk.com", "acme.zendesk.com", "*", "%", "", "a'b", "acme\\x00"
	};

	named("named", PASS, NULL, t, "acme");
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		named(string(format("\"%s\" named", others[i])), NOT_FOR_USE("help_center"),
			  "centers/named", t, others[i]);
	named("10 kB named", NOT_FOR_USE("help_center"), "centers/named", t,
		  string(repeat("acme", 2500)));
}

static void
brands(void)
{
	Bytes		a = token_of("brands", "brands-key", "\"origin\":\"https://brand-a.zendesk.com\"");
	Bytes		b = token_of("brands", "brands-key", "\"origin\":\"https://brand-b.zendesk.com\"");
	Bytes		c = token_of("brands", "brands-key", "\"origin\":\"https://brand-c.zendesk.com\"");
	Bytes		none = token(key("brands"), header("brands-key", ""),
							 replace(payload(""), ",\"origin\":\"https://acme.zendesk.com\"", ""));

	accepted("brand-a", a);
	accepted("brand-b", b);
	named("brand-a, named", PASS, NULL, a, "brand-a");
	named("brand-b, named", PASS, NULL, b, "brand-b");
	named("brand-a without origin, named", PASS, NULL, none, "brand-a");
	refused("a brand without origin", NOT_FOR_USE("help_center"),
			"centers/brand-a without origin, named", none);
	named("brand-a, brand-b named", NOT_FOR_USE("help_center"), "centers/brand-a, named", a,
		  "brand-b");
	refused("a brand that is not registered", NOT_FOR_USE("help_center"), "centers/brand-a", c);
	named("brand-c, brand-a named", NOT_FOR_USE("help_center"), "centers/brand-a, named", c,
		  "brand-a");
}

/* Strangers that use one kid for keys of their own. */
static void
crowd(void)
{
	for (int i = 1; i <= 5; i++)
	{
		const char *name = string(format("crowd-%d", i));

		/* a help center that is named is tried, however many use the kid */
		named(string(format("%s, named", name)), PASS, NULL,
			  token_of(name, "crowd-key", ""), name);
	}
	for (int i = 1; i <= 2; i++)
	{
		const char *name = string(format("crowd-%d", i));
		Bytes		t = token_of(name, "twin-key", "");

		accepted(string(format("twin of %s", name)), t);
		named(string(format("twin of %s, named", name)), PASS, NULL, t, name);
		named(string(format("twin of %s, the other named", name)),
			  NOT_FOR_USE("help_center"), string(format("centers/twin of %s, named", name)), t,
			  i == 1 ? "crowd-2" : "crowd-1");
	}
	refused("a third with the kid of two", REFUSED("signature"), "centers/twin of crowd-1",
			token_of("attacker", "twin-key", ""));
	named("a third with the kid of two, one named", REFUSED("signature"),
		  "centers/twin of crowd-1, named", token_of("attacker", "twin-key", ""), "crowd-1");
	refused("a sixth with the kid of five", REFUSED("signature"), "centers/crowd-1, named",
			token_of("attacker", "crowd-key", ""));
}

void
make_centers(void)
{
	untrusted();
	names();
	brands();
	crowd();
}
