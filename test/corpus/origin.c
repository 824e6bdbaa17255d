/*-------------------------------------------------------------------------
 *
 * origin.c
 *		The claim origin: RFC 6454 origins, and what only looks like one.
 *
 *-------------------------------------------------------------------------
 */
#include "corpus.h"

#define HOST			"acme.zendesk.com"

static const char *
name_of(const char *origin)
{
	return string(format("%.70s", origin));
}

/* origin is JSON */
static Bytes
acme(const char *origin)
{
	return token_with_payload(payload(string(format("\"origin\":%s", origin))));
}

static Bytes
ported(const char *origin)
{
	return token_of("spare", "ported-key", string(format("\"origin\":%s", origin)));
}

void
make_origin(void)
{
	static const char *const good[] = {
		"\"https://" HOST "\"", "\"https://" HOST "/\"", "\"https://" HOST ":443\"",
		"\"https://" HOST ":443/\"", "\"HTTPS://" HOST "\"", "\"https://ACME.Zendesk.COM\"",
		"\"https:\\/\\/" HOST "\"", "\"https://\\u0061cme.zendesk.com\""
	};
	static const char *const bad[] = {
		"null", "true", "0", "[]", "{}", "[\"https://" HOST "\"]",
		"{\"origin\":\"https://" HOST "\"}", "\"\"", "\" \"", "\"null\"", "\"*\"", "\"/\"",
		"\"" HOST "\"", "\"//" HOST "\"", "\"https:" HOST "\"", "\"https:/" HOST "\"",
		"\"https:///" HOST "\"", "\"https:\\\\\\\\" HOST "\"", "\"http://" HOST "\"",
		"\"http://" HOST ":443\"", "\"wss://" HOST "\"", "\"ftp://" HOST "\"",
		"\"httpss://" HOST "\"", "\"https://" HOST ":80\"", "\"https://" HOST ":8443\"",
		"\"https://" HOST ":\"", "\"https://" HOST ":0443\"", "\"https://" HOST ":+443\"",
		"\"https://" HOST ":65979\"", "\"https://" HOST ":4294967739\"",
		"\"https://" HOST ":443:443\"", "\"https://" HOST ":x\"", "\"https://" HOST ": 443\"",
		"\"https://" HOST ".\"", "\"https://." HOST "\"", "\"https://x." HOST "\"",
		"\"https://zendesk.com\"", "\"https://evil" HOST "\"", "\"https://" HOST ".evil.example\"",
		"\"https://" HOST "evil.example\"", "\"https://acme-zendesk.com\"",
		"\"https://acme.zendesk.co\"", "\"https://acme.zendesk.comm\"",
		"\"https://*.zendesk.com\"", "\"https://acme%2ezendesk.com\"",
		"\"https://%61cme.zendesk.com\"", "\"https://user@" HOST "\"",
		"\"https://" HOST "@evil.example\"", "\"https://evil.example@" HOST "\"",
		"\"https://:@" HOST "\"", "\"https://" HOST "#@evil.example\"",
		"\"https://evil.example#" HOST "\"", "\"https://evil.example/" HOST "\"",
		"\"https://evil.example?" HOST "\"", "\"https://evil.example\\\\@" HOST "\"",
		"\"https://" HOST "\\\\@evil.example\"", "\"https://" HOST "/hc\"",
		"\"https://" HOST "//\"", "\"https://" HOST "/?\"", "\"https://" HOST "?\"",
		"\"https://" HOST "#\"", "\"https://" HOST "/.\"", "\"https://" HOST "\\n\"",
		"\"https://" HOST " \"", "\" https://" HOST "\"", "\"https:// " HOST "\"",
		"\"https://acme\\t.zendesk.com\"", "\"https://" HOST "\\u0001\"",
		"\"https://acme.zendesk.c\xD0\xBEm\"", "\"https://acme\xE3\x80\x82zendesk.com\"",
		"\"https://acme.zendesk.com\xE2\x80\x8B\"", "\"https://xn--acme-.zendesk.com\"",
		"\"https://brand-a.zendesk.com\"", "\"https://[" HOST "]\"",
		"\"https://" HOST ",https://evil.example\"", "\"https://evil.example https://" HOST "\"",
		"\"javascript:alert(1)\"", "\"about:blank\"", "\"data:,\"", "\"file:///\"",
		"\"blob:https://" HOST "/x\"", "\"view-source:https://" HOST "\""
	};

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
	{
		accepted(name_of(good[i]), acme(good[i]));
		emit(.name = string(format("%s, named", name_of(good[i]))),.verdict = PASS,
			 .token = acme(good[i]),.center = "acme");
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
	{
		/* a text that the database cannot hold is refused earlier */
		bool		beyond = has(text(bad[i]), "\xD0") || has(text(bad[i]), "\xE2") ||
			has(text(bad[i]), "\xE3");

		for (int named = 0; named <= 1; named++)
			emit(.name = string(format("%s%s", name_of(bad[i]),
									   named ? ", named" : "")),
				 .verdict = NOT_FOR_USE("help_center"),
				 .from = "origin/\"https://" HOST "\"",.token = acme(bad[i]),
				 .center = named ? "acme" : NULL,
				 .latin1 = beyond ? REFUSED("payload") : NULL);
	}
	refused("very long", NOT_FOR_USE("help_center"), "origin/\"https://" HOST "\"",
			acme(string(format("\"https://" HOST "/%s\"", string(repeat("x", 9000))))));
	refused("very long, the host", NOT_FOR_USE("help_center"), "origin/\"https://" HOST "\"",
			acme(string(format("\"https://%s" HOST "\"", string(repeat("x.", 4000))))));
	refused("another's", NOT_FOR_USE("help_center"),
			"origin/\"https://" HOST "\"", acme("\"https://brand-a.zendesk.com\""));
	accepted("spelled with escapes",
			 token_with_payload(replace(payload(""), "\"origin\"", "\"\\u006frigin\"")));
	refused("another's, spelled with escapes", NOT_FOR_USE("help_center"),
			"origin/spelled with escapes",
			token_with_payload(replace(replace(payload(""), "\"origin\"", "\"\\u006frigin\""),
									   HOST, "evil.example")));

	/* ports and addresses */
	accepted("port 8443", ported("\"https://support.example.com:8443\""));
	accepted("http", ported("\"http://localhost:3000\""));
	accepted("IPv6", ported("\"https://[2001:db8::1]\""));
	accepted("IPv6, spelled in full", ported("\"https://[2001:0DB8:0:0:0:0:0:1]:443/\""));
	accepted("IPv4", ported("\"https://192.0.2.7\""));
	refused("no port", NOT_FOR_USE("help_center"), "origin/port 8443",
			ported("\"https://support.example.com\""));
	refused("another port", NOT_FOR_USE("help_center"), "origin/port 8443",
			ported("\"https://support.example.com:8444\""));
	refused("https", NOT_FOR_USE("help_center"), "origin/http",
			ported("\"https://localhost:3000\""));
	refused("another name of localhost", NOT_FOR_USE("help_center"), "origin/http",
			ported("\"http://127.0.0.1:3000\""));
	refused("IPv6 with a zone", NOT_FOR_USE("help_center"), "origin/IPv6",
			ported("\"https://[2001:db8::1%25eth0]\""));
	refused("IPv6 without brackets", NOT_FOR_USE("help_center"), "origin/IPv6",
			ported("\"https://2001:db8::1\""));
	refused("IPv4 in hexadecimal", NOT_FOR_USE("help_center"), "origin/IPv4",
			ported("\"https://0xc0.0.2.7\""));
	refused("IPv4 in octal", NOT_FOR_USE("help_center"), "origin/IPv4",
			ported("\"https://0300.0.2.7\""));
	refused("IPv4 as one number", NOT_FOR_USE("help_center"), "origin/IPv4",
			ported("\"https://3221226503\""));
	refused("IPv4 as IPv6", NOT_FOR_USE("help_center"), "origin/IPv4",
			ported("\"https://[::ffff:192.0.2.7]\""));

	/* origin is ignored where none is required */
	accepted("of no use, where any will do",
			 token_of("spare", "anywhere-key", "\"origin\":[null]"));
}
