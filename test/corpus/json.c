/*-------------------------------------------------------------------------
 *
 * json.c
 *		Headers and payloads that are no JSON objects, or nested deeply.
 *
 *-------------------------------------------------------------------------
 */
#include "corpus.h"

/* The text as a header, and as a payload. */
static void
both(const char *name, const char *of_header, const char *of_payload)
{
	refused(string(format("header: %s", name)), REFUSED("header"), "json/plain",
			token_with_header(text(of_header)));
	refused(string(format("payload: %s", name)), REFUSED("payload"), "json/plain",
			token_with_payload(text(of_payload)));
}

/* The usual texts with something before or behind. */
static void
around(const char *name, Bytes before, Bytes behind)
{
	refused(string(format("header: %s", name)), REFUSED("header"), "json/plain",
			token_with_header(join3(before, header(KID, ""), behind)));
	refused(string(format("payload: %s", name)), REFUSED("payload"), "json/plain",
			token_with_payload(join3(before, payload(""), behind)));
}

/* The usual texts with this instead of their last brace. */
static void
ending(const char *name, const char *end)
{
	Bytes		h = header(KID, "");
	Bytes		p = payload("");

	refused(string(format("header: %s", name)), REFUSED("header"), "json/plain",
			token_with_header(join(slice(h, 0, h.len - 1), text(end))));
	refused(string(format("payload: %s", name)), REFUSED("payload"), "json/plain",
			token_with_payload(join(slice(p, 0, p.len - 1), text(end))));
}

/* Writes each byte as two or four. */
static Bytes
widened(Bytes b, size_t width, bool big_endian)
{
	Bytes		result = NOTHING;

	for (size_t i = 0; i < b.len; i++)
	{
		Bytes		one = slice(b, i, 1);
		Bytes		zeros = fill(0, width - 1);

		result = join(result, big_endian ? join(zeros, one) : join(one, zeros));
	}
	return result;
}

static void
wide(const char *name, size_t width, bool big_endian, Bytes mark)
{
	refused(string(format("header: %s", name)), REFUSED("header"), "json/plain",
			token_with_header(join(mark, widened(header(KID, ""), width, big_endian))));
	refused(string(format("payload: %s", name)), REFUSED("payload"), "json/plain",
			token_with_payload(join(mark, widened(payload(""), width, big_endian))));
}

/* A member "x" that is nested so deep, with the object around it. */
static Bytes
nested(const char *open, const char *close, size_t depth)
{
	return join3(B("\"x\":"), repeat(open, depth - 1),
				 join(B("0"), repeat(close, depth - 1)));
}

static void
nesting(const char *name, const char *open, const char *close, size_t depth)
{
	const char *members = string(nested(open, close, depth));
	bool		fits = depth <= 16;
	const char *of_header = string(format("header: %s, %zu deep", name, depth));
	const char *of_payload = string(format("payload: %s, %zu deep", name, depth));

	if (fits)
	{
		accepted(of_header, token_with_header(header(KID, members)));
		accepted(of_payload, token_with_payload(payload(members)));
	}
	else
	{
		bool		too_long = depth > 5000;

		refused(of_header, too_long ? REFUSED("shape") : REFUSED("header"),
				string(format("json/header: %s, 16 deep", name)),
				token_with_header(header(KID, members)));
		refused(of_payload, too_long ? REFUSED("shape") : REFUSED("payload"),
				string(format("json/payload: %s, 16 deep", name)),
				token_with_payload(payload(members)));
	}
}

void
make_json(void)
{
	static const char *const values[] = {
		"{}x", "[]", "\"\"", "\"{}\"", "0", "1", "true", "false", "null", "{", "}", "[", "]",
		"{]", "[}", "{{}}", "{[]}", "{\"a\"}", "{\"a\":}", "{:1}", "{1:1}", "{null:1}",
		"{a:1}", "{'a':1}", "{\"a\":1,}", "{,\"a\":1}", "{\"a\" 1}", "{\"a\"::1}",
		"{\"a\":1 \"b\":2}", "{\"a\":1;\"b\":2}", "{\"a\"=1}", "{\"a\":[1,]}", "{\"a\":[,1]}",
		"{\"a\":[1 2]}", "{\"a\":[1,,2]}", "{\"a\":[1}", "{\"a\":{\"b\":1]}",
		"{\"a\":tru}", "{\"a\":True}", "{\"a\":TRUE}", "{\"a\":nul}", "{\"a\":None}",
		"{\"a\":undefined}", "{\"a\":'b'}", "{\"a\":b}", "{\"a\":\"b}", "{\"a:1}",
		"{\"a\":1}{\"b\":2}", "{\"a\":1} {\"b\":2}", "{\"a\":1}\n{\"b\":2}", "[{\"a\":1}]",
		"({\"a\":1})", ")]}',\n{\"a\":1}", "<a>1</a>", "--- a: 1", "a=1&b=2"
	};

	accepted("plain", good_token());
	accepted("an empty header member",
			 token_with_header(header(KID, "\"\":\"\",\" \":{},\"x\":[]")));
	refused("header: {}", REFUSED("alg"), "json/plain", token_with_header(B("{}")));
	refused("payload: {}", REFUSED("claims"), "json/plain", token_with_payload(B("{}")));
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		both(values[i], values[i], values[i]);
	both("one space", " ", " ");

	around("a byte order mark", B("\xEF\xBB\xBF"), NOTHING);
	around("half of one", B("\xEF\xBB"), NOTHING);
	around("a NUL before", B("\0"), NOTHING);
	around("a NUL behind", NOTHING, B("\0"));
	around("a NUL and a second object behind", NOTHING, B("\0{}"));
	around("a comma behind", NOTHING, B(","));
	around("a brace behind", NOTHING, B("}"));
	around("a second object behind", NOTHING, B("{}"));
	around("a word behind", NOTHING, B("null"));
	around("a vertical tab before", B("\v"), NOTHING);
	around("a form feed behind", NOTHING, B("\f"));
	around("a no-break space behind", NOTHING, B("\xC2\xA0"));
	around("a line separator before", B("\xE2\x80\xA8"), NOTHING);
	around("a comment before", B("/* */"), NOTHING);
	around("a comment behind", NOTHING, B(" // x"));
	around("in an array", B("["), B("]"));
	around("in a string", B("\""), B("\""));
	refused("header: in an object", REFUSED("alg"), "json/plain",
			token_with_header(join3(B("{\"x\":"), header(KID, ""), B("}"))));
	refused("payload: in an object", REFUSED("claims"), "json/plain",
			token_with_payload(join3(B("{\"x\":"), payload(""), B("}"))));

	ending("no last brace", "");
	ending("a bracket at the end", "]");
	ending("a comma at the end", ",}");
	ending("a comment inside", "/**/}");
	ending("a NUL inside a name", ",\"a\\u0000\":1}");
	ending("a name without value", ",\"a\"}");
	ending("a bare name", ",a:1}");
	ending("a tab in a string", ",\"a\":\"\t\"}");
	ending("a newline in a string", ",\"a\":\"\n\"}");
	ending("a newline in a name", ",\"a\n\":1}");
	ending("a control character in a string", ",\"a\":\"\x1f\"}");
	ending("escape x", ",\"a\":\"\\x41\"}");
	ending("escape 0", ",\"a\":\"\\0\"}");
	ending("escape a", ",\"a\":\"\\a\"}");
	ending("escape '", ",\"a\":\"\\'\"}");
	ending("escape U", ",\"a\":\"\\U0041\"}");
	ending("escape of three digits", ",\"a\":\"\\u041\"}");
	ending("escape of no digits", ",\"a\":\"\\u\"}");
	ending("escape with a brace", ",\"a\":\"\\u{41}\"}");
	ending("escape with a sign", ",\"a\":\"\\u+041\"}");
	ending("escape with a space", ",\"a\":\"\\u 041\"}");
	ending("escape of a newline", ",\"a\":\"\\\n\"}");
	ending("a backslash at the end", ",\"a\":\"\\}");
	ending("an escaped quote at the end", ",\"a\":\"\\\"}");

	wide("UTF-16BE", 2, true, NOTHING);
	wide("UTF-16LE", 2, false, NOTHING);
	wide("UTF-16BE with its mark", 2, true, B("\xFE\xFF"));
	wide("UTF-16LE with its mark", 2, false, B("\xFF\xFE"));
	wide("UTF-32BE", 4, true, NOTHING);
	wide("UTF-32LE with its mark", 4, false, B("\xFF\xFE\0\0"));

	nesting("arrays", "[", "]", 16);
	nesting("arrays", "[", "]", 17);
	nesting("arrays", "[", "]", 33);
	nesting("arrays", "[", "]", 65);
	nesting("arrays", "[", "]", 5000);
	nesting("arrays", "[", "]", 100000);
	nesting("objects", "{\"a\":", "}", 16);
	nesting("objects", "{\"a\":", "}", 17);
	nesting("objects", "{\"a\":", "}", 1500);
	nesting("objects", "{\"a\":", "}", 100000);
	refused("payload: arrays never closed", REFUSED("payload"), "json/payload: arrays, 16 deep",
			token_with_payload(repeat("{\"a\":[", 1500)));
}
