/*-------------------------------------------------------------------------
 *
 * unicode.c
 *		Strings that are no Unicode, or that a database cannot hold.
 *
 *-------------------------------------------------------------------------
 */
#include "corpus.h"

#define NOT_LATIN1		REFUSED("payload")

/* A string with this in it: as a claim, as a claim's name, and in the header. */
static void
bad(const char *name, const char *in_string)
{
	const char *value = string(format("\"x\":\"a%sb\"", in_string));
	const char *member = string(format("\"x%sy\":1", in_string));

	refused(string(format("claim: %s", name)), REFUSED("payload"), "unicode/claim: plain",
			token_with_payload(payload(value)));
	refused(string(format("name: %s", name)), REFUSED("payload"), "unicode/name: plain",
			token_with_payload(payload(member)));
	refused(string(format("nested: %s", name)), REFUSED("payload"), "unicode/claim: plain",
			token_with_payload(payload(string(format("\"x\":[{\"y\":[\"%s\"]}]", in_string)))));
	refused(string(format("header: %s", name)), REFUSED("header"), "unicode/header: plain",
			token_with_header(header(KID, value)));
}

static void
good(const char *name, const char *in_string, const char *latin1)
{
	const char *value = string(format("\"x\":\"a%sb\"", in_string));
	const char *member = string(format("\"x%sy\":1", in_string));

	emit(.name = string(format("claim: %s", name)),.verdict = PASS,.latin1 = latin1,
		 .from = "unicode/claim: plain",.token = token_with_payload(payload(value)));
	emit(.name = string(format("name: %s", name)),.verdict = PASS,.latin1 = latin1,
		 .from = "unicode/name: plain",.token = token_with_payload(payload(member)));

	/* only the header's kid must be a text that the database can hold */
	accepted(string(format("header: %s", name)), token_with_header(header(KID, value)));
}

void
make_unicode(void)
{
	good("plain", "", NULL);
	good("Latin", "\xC3\xA9", NULL);
	good("Latin, escaped", "\\u00e9", NULL);
	good("Latin, a control", "\\u0085", NULL);
	good("an escaped backslash before a code", "\\\\u4e00", NULL);
	good("two escaped backslashes", "\\\\\\\\u0000", NULL);
	good("Euro sign", "\xE2\x82\xAC", NOT_LATIN1);
	good("Euro sign, escaped", "\\u20aC", NOT_LATIN1);
	good("Han", "\xE4\xB8\x80", NOT_LATIN1);
	good("an emoji", "\xF0\x9F\x98\x80", NOT_LATIN1);
	good("an emoji, escaped", "\\ud83d\\ude00", NOT_LATIN1);
	good("U+FFFF", "\xEF\xBF\xBF", NOT_LATIN1);
	good("U+FFFF, escaped", "\\uffff", NOT_LATIN1);
	good("U+10FFFF", "\xF4\x8F\xBF\xBF", NOT_LATIN1);
	good("U+10FFFF, escaped", "\\udbff\\udfff", NOT_LATIN1);
	good("a byte order mark", "\xEF\xBB\xBF", NOT_LATIN1);
	good("right to left", "\\u202E", NOT_LATIN1);
	good("U+007F", "\x7f", NULL);
	good("U+0001, escaped", "\\u0001", NULL);

	bad("U+0000", "\\u0000");
	bad("U+0000 behind a backslash", "\\\\\\u0000");
	bad("high surrogate", "\\ud800");
	bad("high surrogate and a letter", "\\udbffx");
	bad("high surrogate and an escape", "\\ud800\\n");
	bad("high surrogate and another code", "\\ud800\\u0041");
	bad("two high surrogates", "\\ud800\\ud800");
	bad("low surrogate", "\\udc00");
	bad("low and high surrogate", "\\udc00\\ud800");
	bad("pair and a low surrogate", "\\ud83d\\ude00\\ude00");
	bad("high surrogate, encoded", "\xED\xA0\x80");
	bad("low surrogate, encoded", "\xED\xBF\xBF");
	bad("surrogate pair, encoded (CESU-8)", "\xED\xA0\xBD\xED\xB8\x80");
	bad("high surrogate escaped, low encoded", "\\ud83d\xED\xB8\x80");
	bad("80", "\x80");
	bad("BF", "\xBF");
	bad("C3 and a letter", "\xC3");
	bad("E2 82 and a letter", "\xE2\x82");
	bad("F0 9F 98 and a letter", "\xF0\x9F\x98");
	bad("C0 80, an overlong NUL", "\xC0\x80");
	bad("C0 A2, an overlong quote", "\xC0\xA2");
	bad("C1 BF", "\xC1\xBF");
	bad("E0 80 AF, an overlong slash", "\xE0\x80\xAF");
	bad("E0 9F BF", "\xE0\x9F\xBF");
	bad("F0 80 80 AF", "\xF0\x80\x80\xAF");
	bad("F0 8F BF BF", "\xF0\x8F\xBF\xBF");
	bad("F4 90 80 80, above U+10FFFF", "\xF4\x90\x80\x80");
	bad("F5 80 80 80", "\xF5\x80\x80\x80");
	bad("F8 88 80 80 80", "\xF8\x88\x80\x80\x80");
	bad("FC 84 80 80 80 80", "\xFC\x84\x80\x80\x80\x80");
	bad("FE", "\xFE");
	bad("FF", "\xFF");
	bad("Latin-1", "\xE9");
	bad("Windows-1252", "\x93quoted\x94");
	bad("Shift JIS", "\x83\x5c");
	bad("GB 18030", "\x81\x30\x81\x30");

	/* where they hide a quote or the end */
	refused("a sequence cut by the quote", REFUSED("payload"), "unicode/claim: plain",
			token_with_payload(payload("\"x\":\"\xC3\"")));
	refused("a sequence cut by the end", REFUSED("payload"), "unicode/claim: plain",
			token_with_payload(B("{\"exp\":99999999999,\"x\":\"\xE2\x82")));
	refused("ill-formed outside of strings", REFUSED("payload"), "unicode/claim: plain",
			token_with_payload(payload("\"x\":1\xFF")));
	refused("a raw NUL", REFUSED("payload"), "unicode/claim: plain",
			token_with_payload(insert(payload("\"x\":\"ab\""),
									  payload("\"x\":\"ab\"").len - 3, B("\0"))));
}
