/*-------------------------------------------------------------------------
 *
 * unit_json_guard.c
 *		Unit tests of json/guard.c: syntax, strings, depth, duplicates.
 *
 *-------------------------------------------------------------------------
 */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json/guard.h"
#include "json/names.h"

typedef struct Case
{
	const char *text;
	JsonStatus	expected;
} Case;

static const Case cases[] = {
	/* objects */
	{"{}", JSON_OK},
	{" \t\r\n{ \t\r\n} \t\r\n", JSON_OK},
	{"{\"a\":1}", JSON_OK},
	{"{\"\":0}", JSON_OK},
	{"{\"a\" : [ ] , \"b\" : { } }", JSON_OK},
	{"{\"a\":[1,\"x\",null,true,false,{\"b\":[]}]}", JSON_OK},
	{"{\"a\":{\"x\":1,\"x\":2}}", JSON_OK}, /* only the top level counts */
	{"{", JSON_SYNTAX},
	{"{\"a\"", JSON_SYNTAX},
	{"{\"a\":", JSON_SYNTAX},
	{"{\"a\":1", JSON_SYNTAX},
	{"{\"a\":1,", JSON_SYNTAX},
	{"{\"a\":1,}", JSON_SYNTAX},
	{"{,\"a\":1}", JSON_SYNTAX},
	{"{,}", JSON_SYNTAX},
	{"{\"a\":1,,\"b\":2}", JSON_SYNTAX},
	{"{\"a\":1 \"b\":2}", JSON_SYNTAX},
	{"{\"a\" 1}", JSON_SYNTAX},
	{"{\"a\"::1}", JSON_SYNTAX},
	{"{\"a\":}", JSON_SYNTAX},
	{"{\"a\"}", JSON_SYNTAX},
	{"{:1}", JSON_SYNTAX},
	{"{a:1}", JSON_SYNTAX},
	{"{'a':1}", JSON_SYNTAX},
	{"{1:1}", JSON_SYNTAX},
	{"{null:1}", JSON_SYNTAX},
	{"{[]:1}", JSON_SYNTAX},
	{"{\"a\":1]", JSON_SYNTAX},
	{"{\"a\":[1}", JSON_SYNTAX},
	{"{\"a\":[1}]", JSON_SYNTAX},
	{"{]", JSON_SYNTAX},
	{"}", JSON_SYNTAX},
	{"{\"a\":[}", JSON_SYNTAX},

	/* arrays */
	{"{\"a\":[,]}", JSON_SYNTAX},
	{"{\"a\":[1,]}", JSON_SYNTAX},
	{"{\"a\":[,1]}", JSON_SYNTAX},
	{"{\"a\":[1,,2]}", JSON_SYNTAX},
	{"{\"a\":[1 2]}", JSON_SYNTAX},
	{"{\"a\":[1:2]}", JSON_SYNTAX},
	{"{\"a\":\"\\uD834\\uDD1E\",}", JSON_SYNTAX},
	{"{\"\\uD834\\uDD1E\"}", JSON_SYNTAX},
	{"{\"a\":[\"x\"", JSON_SYNTAX},
	{"{\"a\":[\"x\"}", JSON_SYNTAX},
	{"{\"a\":[[]", JSON_SYNTAX},

	/* not an object, or more than one */
	{"", JSON_SYNTAX},
	{" ", JSON_SYNTAX},
	{"[]", JSON_NOT_OBJECT},
	{"[{\"a\":1}]", JSON_NOT_OBJECT},
	{"[[1,\"a\",{}],2]", JSON_NOT_OBJECT},
	{"\"a\"", JSON_NOT_OBJECT},
	{" null ", JSON_NOT_OBJECT},
	{"1", JSON_NOT_OBJECT},
	{"true", JSON_NOT_OBJECT},
	{"false", JSON_NOT_OBJECT},
	{"[] []", JSON_SYNTAX},
	{"1 2", JSON_SYNTAX},
	{"nulll", JSON_SYNTAX},
	{"[", JSON_SYNTAX},
	{"]", JSON_SYNTAX},
	{",", JSON_SYNTAX},
	{":", JSON_SYNTAX},
	{"{}{}", JSON_TRAILING},
	{"{} x", JSON_TRAILING},
	{"{},", JSON_TRAILING},
	{"{}}", JSON_TRAILING},
	{"{}\f", JSON_TRAILING},
	{"{}/**/", JSON_TRAILING},
	{"{}#", JSON_TRAILING},
	{"{}\xC2\xA0", JSON_TRAILING},
	{"\xEF\xBB\xBF{}", JSON_SYNTAX},	/* a byte order mark */
	{"\xFF\xFE{}", JSON_SYNTAX},
	{"\f{}", JSON_SYNTAX},
	{"\v{}", JSON_SYNTAX},
	{"\xC2\xA0{}", JSON_SYNTAX},
	{"\xE2\x80\xA8{}", JSON_SYNTAX},
	{"/**/{}", JSON_SYNTAX},
	{"{/**/}", JSON_SYNTAX},
	{"{\"a\":1//x\n}", JSON_SYNTAX},

	/* words */
	{"{\"a\":true,\"b\":false,\"c\":null}", JSON_OK},
	{"{\"a\":True}", JSON_SYNTAX},
	{"{\"a\":TRUE}", JSON_SYNTAX},
	{"{\"a\":tru}", JSON_SYNTAX},
	{"{\"a\":truex}", JSON_SYNTAX},
	{"{\"a\":nul", JSON_SYNTAX},
	{"{\"a\":nil}", JSON_SYNTAX},
	{"{\"a\":undefined}", JSON_SYNTAX},
	{"{\"a\":fals}", JSON_SYNTAX},

	/* strings */
	{"{\"a\":\"\"}", JSON_OK},
	{"{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0001\\uFfFd\"}", JSON_OK},
	{"{\"a\":\"\x7F\"}", JSON_OK},
	{"{\"a\":\"\xC2\x80\xDF\xBF\xE0\xA0\x80\xEF\xBF\xBF\"}", JSON_OK},
	{"{\"a\":\"\xED\x9F\xBF\xEE\x80\x80\"}", JSON_OK},
	{"{\"a\":\"\xF0\x90\x80\x80\xF4\x8F\xBF\xBF\"}", JSON_OK},
	{"{\"a\":\"\\uD83D\\uDE00\"}", JSON_OK},
	{"{\"a\":\"\\ud800\\udc00\\udbff\\udfff\"}", JSON_OK},
	{"{\"\\u00e9\":\"\\u2028\"}", JSON_OK},
	{"{\"a\":\"\xE2\x80\xA8\"}", JSON_OK},
	{"{\"a\":\"", JSON_SYNTAX},
	{"{\"a\":\"x", JSON_SYNTAX},
	{"{\"a\":\"\\\"}", JSON_SYNTAX},
	{"{\"a\":\"\\", JSON_SYNTAX},
	{"{\"a\":'x'}", JSON_SYNTAX},
	{"{\"a\":\"\\x41\"}", JSON_SYNTAX},
	{"{\"a\":\"\\a\"}", JSON_SYNTAX},
	{"{\"a\":\"\\'\"}", JSON_SYNTAX},
	{"{\"a\":\"\\0\"}", JSON_SYNTAX},
	{"{\"a\":\"\\U0041\"}", JSON_SYNTAX},
	{"{\"a\":\"\\\n\"}", JSON_SYNTAX},
	{"{\"a\":\"\\u\"}", JSON_SYNTAX},
	{"{\"a\":\"\\u004\"}", JSON_SYNTAX},
	{"{\"a\":\"\\u004g\"}", JSON_SYNTAX},
	{"{\"a\":\"\\u004G\"}", JSON_SYNTAX},
	{"{\"a\":\"\\u00@0\"}", JSON_SYNTAX},
	{"{\"a\":\"\\u 041\"}", JSON_SYNTAX},
	{"{\"a\":\"\\u+041\"}", JSON_SYNTAX},
	{"{\"a\":\"\\u004", JSON_SYNTAX},
	{"{\"a\":\"\t\"}", JSON_CONTROL_CHARACTER},
	{"{\"a\":\"\n\"}", JSON_CONTROL_CHARACTER},
	{"{\"a\":\"\x1F\"}", JSON_CONTROL_CHARACTER},
	{"{\"a\":\"abcdefghijklmnop\x01\"}", JSON_CONTROL_CHARACTER},
	{"{\"a\tb\":1}", JSON_CONTROL_CHARACTER},
	{"{\"a\":\"\\u0000\"}", JSON_NUL},
	{"{\"\\u0000\":1}", JSON_NUL},
	{"{\"a\":{\"b\":[\"x\\u0000\"]}}", JSON_NUL},
	{"{\"a\":\"\\uD800\"}", JSON_LONE_SURROGATE},
	{"{\"a\":\"\\uDBFFx\"}", JSON_LONE_SURROGATE},
	{"{\"a\":\"\\uDC00\"}", JSON_LONE_SURROGATE},
	{"{\"a\":\"\\uDFFF\"}", JSON_LONE_SURROGATE},
	{"{\"a\":\"\\uDFFF\\uD800\"}", JSON_LONE_SURROGATE},
	{"{\"a\":\"\\uD800\\uD800\\uDC00\"}", JSON_LONE_SURROGATE},
	{"{\"a\":\"\\uDC00\\uDC00\"}", JSON_LONE_SURROGATE},
	{"{\"a\":\"\\uD800\\u0041\"}", JSON_LONE_SURROGATE},
	{"{\"a\":\"\\uD800\\n\"}", JSON_LONE_SURROGATE},
	{"{\"a\":\"\\uD800\\uDC0\"}", JSON_LONE_SURROGATE},
	{"{\"a\":\"\\uD800\\uDC0", JSON_LONE_SURROGATE},
	{"{\"\\uDEAD\":1}", JSON_LONE_SURROGATE},
	{"{\"a\":\"\x80\"}", JSON_BAD_UTF8},
	{"{\"a\":\"\xBF\"}", JSON_BAD_UTF8},
	{"{\"a\":\"\xC0\x80\"}", JSON_BAD_UTF8},
	{"{\"a\":\"\xC1\xBF\"}", JSON_BAD_UTF8},
	{"{\"a\":\"\xC3\"}", JSON_BAD_UTF8},
	{"{\"a\":\"\xC3", JSON_BAD_UTF8},
	{"{\"a\":\"\xC3(\"}", JSON_BAD_UTF8},
	{"{\"a\":\"\xE0\x9F\xBF\"}", JSON_BAD_UTF8},
	{"{\"a\":\"\xE2\x82\"}", JSON_BAD_UTF8},
	{"{\"a\":\"\xE2\x28\xA1\"}", JSON_BAD_UTF8},
	{"{\"a\":\"\xE2\x82\xC0\"}", JSON_BAD_UTF8},
	{"{\"a\":\"\xF0\x9F\xC0\x80\"}", JSON_BAD_UTF8},
	{"{\"a\":\"\xF0\x9F\x98\xC0\"}", JSON_BAD_UTF8},
	{"{\"a\":\"bcdefgh\x80\"}", JSON_BAD_UTF8},
	{"{\"a\":\"bcdefg\x9Fh\"}", JSON_BAD_UTF8},
	{"{\"a\":\"\xED\xA0\x80\"}", JSON_BAD_UTF8},	/* a surrogate */
	{"{\"a\":\"\xED\xBF\xBF\"}", JSON_BAD_UTF8},
	{"{\"a\":\"\xED\xA0\xBD\xED\xB8\x80\"}", JSON_BAD_UTF8},	/* CESU-8 */
	{"{\"a\":\"\xF0\x8F\xBF\xBF\"}", JSON_BAD_UTF8},
	{"{\"a\":\"\xF0\x9F\x98\"}", JSON_BAD_UTF8},
	{"{\"a\":\"\xF4\x90\x80\x80\"}", JSON_BAD_UTF8},
	{"{\"a\":\"\xF5\x80\x80\x80\"}", JSON_BAD_UTF8},
	{"{\"a\":\"\xF8\x88\x80\x80\x80\"}", JSON_BAD_UTF8},
	{"{\"a\":\"\xFE\"}", JSON_BAD_UTF8},
	{"{\"a\":\"\xFF\"}", JSON_BAD_UTF8},
	{"{\"\xE9\":1}", JSON_BAD_UTF8},	/* LATIN1 */

	/* names that stand twice, however they are spelt */
	{"{\"a\":1,\"b\":2,\"A\":3}", JSON_OK},
	{"{\"a\":1,\"a\\u0020\":2}", JSON_OK},
	{"{\"abcdefgh\":1,\"abcdefghi\":2,\"abcdefg\":3}", JSON_OK},
	{"{\"\xC3\xA9\":1,\"e\\u0301\":2}", JSON_OK},	/* not normalised */
	{"{\"a\":1,\"a\":1}", JSON_DUPLICATE_MEMBER},
	{"{\"\":1,\"\":1}", JSON_DUPLICATE_MEMBER},
	{"{\"a\":1,\"\\u0061\":1}", JSON_DUPLICATE_MEMBER},
	{"{\"\\u0061\":1,\"a\":1}", JSON_DUPLICATE_MEMBER},
	{"{\"\\u0061\":1,\"\\u0061\":1}", JSON_DUPLICATE_MEMBER},
	{"{\"/\":1,\"\\/\":1}", JSON_DUPLICATE_MEMBER},
	{"{\"\\n\":1,\"\\u000a\":1}", JSON_DUPLICATE_MEMBER},
	{"{\"\\\"\":1,\"\\u0022\":1}", JSON_DUPLICATE_MEMBER},
	{"{\"\\\\\":1,\"\\u005C\":1}", JSON_DUPLICATE_MEMBER},
	{"{\"\xC3\xA9\":1,\"\\u00E9\":1}", JSON_DUPLICATE_MEMBER},
	{"{\"\xF0\x9F\x98\x80\":1,\"\\uD83D\\ude00\":1}", JSON_DUPLICATE_MEMBER},
	{"{\"alg\":\"RS256\",\"x\":{},\"al\\u0067\":\"none\"}",
	JSON_DUPLICATE_MEMBER},
	{"{\"abcdefghijk\":1,\"\\u0061bcdefghijk\":1}", JSON_DUPLICATE_MEMBER},
	{"{\"a\":{\"a\":[{\"a\":1}]},\"b\":1,\"a\":2}", JSON_DUPLICATE_MEMBER}
};

static JsonStatus
judge(const char *text, size_t len)
{
	return json_guard_object(exact(text, len), len, NULL, 0);
}

static void
all_cases(void)
{
	size_t		i;

	for (i = 0; i < LENGTH_OF(cases); i++)
	{
		const char *text = cases[i].text;
		JsonStatus	got = judge(text, strlen(text));

		ok(got == cases[i].expected, "guard: case %zu %s%s%s", i,
		   json_status_text(cases[i].expected),
		   got == cases[i].expected ? "" : ", got: ",
		   got == cases[i].expected ? "" : json_status_text(got));
	}
	ok(judge("{}\0", 3) == JSON_TRAILING, "guard: a NUL behind");
	ok(judge("{\0}", 3) == JSON_SYNTAX, "guard: a NUL inside");
	ok(judge("{\"a\":\"\0\"}", 9) == JSON_CONTROL_CHARACTER,
	   "guard: a NUL in a string");
}

/* Every part of a text that ends early is refused, and not read beyond its end. */
static void
all_prefixes(void)
{
	static const char text[] =
		"{\"a\\u00e9\":[true,false,null,-1.5e+3,\"\\uD83D\\uDE00\\n\"],"
		"\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\":{\"x\":\"0123456789\"}}";
	size_t		len = sizeof(text) - 1;
	size_t		i;
	int			passed = 0;

	for (i = 0; i < len; i++)
	{
		if (judge(text, i) == JSON_OK)
			passed++;
	}
	ok(passed == 0, "guard: no prefix of a text passes");
	ok(judge(text, len) == JSON_OK, "guard: the whole of it does");
}

/* Each byte at each place of a string, whether judged alone or with seven others. */
static void
every_byte(void)
{
	int			wrong = 0;
	size_t		place;
	int			c;

	for (place = 0; place < 24; place++)
	{
		for (c = 0; c < 256; c++)
		{
			char		text[] = "{\"a\":\"xxxxxxxxxxxxxxxxxxxxxxxx\"}";
			JsonStatus	expected = JSON_OK;

			text[6 + place] = (char) c;
			if (c < 0x20)
				expected = JSON_CONTROL_CHARACTER;
			else if (c >= 0x80)
				expected = JSON_BAD_UTF8;
			else if (c == '"' || c == '\\')
				expected = JSON_SYNTAX; /* ends it, or escapes what follows */
			if (json_guard_object(text, sizeof(text) - 1, NULL, 0) != expected)
				wrong++;
		}
	}
	ok(wrong == 0, "guard: each byte at each place of a string");
}

static JsonStatus
nested(size_t depth, const char *opening, const char *closing)
{
	size_t		len = strlen(opening);
	size_t		room = 5 + depth * (len + 1) + 2;
	char	   *text = malloc(room);
	char	   *p = text;
	size_t		i;
	JsonStatus	status;

	if (text == NULL)
		abort();
	p += sprintf(p, "{\"a\":");
	for (i = 0; i < depth; i++)
	{
		memcpy(p, opening, len);
		p += len;
	}
	*p++ = '0';
	for (i = 0; i < depth; i++)
		*p++ = *closing;
	*p++ = '}';
	status = judge(text, (size_t) (p - text));
	free(text);
	return status;
}

static void
depths(void)
{
	ok(nested(15, "[", "]") == JSON_OK, "guard: 16 deep by arrays");
	ok(nested(16, "[", "]") == JSON_TOO_DEEP, "guard: 17 deep by arrays");
	ok(nested(15, "{\"a\":", "}") == JSON_OK, "guard: 16 deep by objects");
	ok(nested(16, "{\"a\":", "}") == JSON_TOO_DEEP,
	   "guard: 17 deep by objects");
	ok(nested(100000, "[", "]") == JSON_TOO_DEEP, "guard: 100000 deep");
	ok(nested(33, "[", "]") == JSON_TOO_DEEP, "guard: 34 deep");
	ok(nested(15, "[", "}") == JSON_SYNTAX, "guard: 16 deep, closed wrongly");
}

/* {"m0":0,"m1":0,...}, and perhaps the first name once more */
static JsonStatus
many_members(int n, bool duplicate)
{
	size_t		room = (size_t) n * 16 + 32;
	char	   *text = malloc(room);
	char	   *p = text;
	int			i;
	JsonStatus	status;

	if (text == NULL)
		abort();
	*p++ = '{';
	for (i = 0; i < n; i++)
		p += sprintf(p, "%s\"m%d\":0", i > 0 ? "," : "", i);
	if (duplicate)
		p += sprintf(p, ",\"\\u006D0\":0");
	*p++ = '}';
	status = judge(text, (size_t) (p - text));
	free(text);
	return status;
}

static void
members(void)
{
	uint64_t	seed = json_names_seed;

	ok(many_members(JSON_MAX_MEMBERS, false) == JSON_OK,
	   "guard: as many members as can be");
	ok(many_members(JSON_MAX_MEMBERS + 1, false) == JSON_SYNTAX,
	   "guard: one member more");
	ok(many_members(20000, false) == JSON_SYNTAX, "guard: 20000 members");
	ok(many_members(1, true) == JSON_DUPLICATE_MEMBER,
	   "guard: a duplicate among 2");
	ok(many_members(JSON_MAX_MEMBERS - 1, true) == JSON_DUPLICATE_MEMBER,
	   "guard: a duplicate among all");
	for (json_names_seed = 0; json_names_seed < 3; json_names_seed++)
		ok(many_members(300, true) == JSON_DUPLICATE_MEMBER &&
		   many_members(300, false) == JSON_OK,
		   "guard: any seed is correct");
	json_names_seed = seed;
}

static void
lengths(void)
{
	size_t		len = JSON_MAX_LEN + 1;
	char	   *text = malloc(len);

	if (text == NULL)
		abort();
	memset(text, ' ', len);
	text[0] = '{';
	text[1] = '}';
	ok(judge(text, len - 1) == JSON_OK, "guard: the longest text");
	ok(judge(text, len) == JSON_SYNTAX, "guard: one byte more");
	free(text);
}

static bool
is(const JsonWanted *w, JsonType type, const char *value, bool escaped)
{
	return w->type == type && w->escaped == escaped &&
		w->value_len == strlen(value) &&
		memcmp(w->value, value, w->value_len) == 0;
}

static void
wanted_members(void)
{
	static const char text[] =
		"{ \"s\" : \"x\\n\" ,\"e\":\"\",\"n\":-1.5e3 ,\"t\":true,\"f\":false,"
		"\"z\":null,\"a\":[1, {\"s\":2}] ,\"o\": {\"n\":[]}, \"\\u006b\":\"v\"}";
	JsonWanted	w[] = {
		{.name = "s"}, {.name = "e"}, {.name = "n"}, {.name = "t"},
		{.name = "f"}, {.name = "z"}, {.name = "a"}, {.name = "o"},
		{.name = "k"}, {.name = "S"}, {.name = ""}, {.name = "ss"}
	};
	JsonWanted	empty = {.name = ""};
	JsonWanted	none = {.name = "a",.type = JSON_NULL};
	JsonWanted	longer = {.name = "x-help-center-token"};
	const char *copy = exact(text, sizeof(text) - 1);

	/* what an earlier text has left there does not count */
	for (size_t i = 0; i < LENGTH_OF(w); i++)
	{
		w[i].type = JSON_STRING;
		w[i].escaped = true;
	}
	ok(json_guard_object(copy, sizeof(text) - 1, w, LENGTH_OF(w)) == JSON_OK,
	   "wanted: the text passes");
	ok(is(&w[0], JSON_STRING, "x\\n", true), "wanted: a string with an escape");
	ok(is(&w[1], JSON_STRING, "", false), "wanted: an empty string");
	ok(is(&w[2], JSON_NUMBER, "-1.5e3", false), "wanted: a number");
	ok(is(&w[3], JSON_TRUE, "true", false), "wanted: true");
	ok(is(&w[4], JSON_FALSE, "false", false), "wanted: false");
	ok(is(&w[5], JSON_NULL, "null", false), "wanted: null");
	ok(is(&w[6], JSON_ARRAY, "[1, {\"s\":2}]", false), "wanted: an array");
	ok(is(&w[7], JSON_OBJECT, "{\"n\":[]}", false), "wanted: an object");
	ok(is(&w[8], JSON_STRING, "v", false), "wanted: by a name with an escape");
	ok(w[9].type == JSON_ABSENT && w[9].value == NULL && w[9].value_len == 0,
	   "wanted: not by another case");
	ok(w[10].type == JSON_ABSENT, "wanted: not by an empty name");
	ok(w[11].type == JSON_ABSENT, "wanted: not by a prefix of the name");

	ok(json_guard_object("{\"\":7}", 6, &empty, 1) == JSON_OK &&
	   is(&empty, JSON_NUMBER, "7", false), "wanted: an empty name");
	ok(json_guard_object("{\"x-help-center-tokem\":7}", 25, &longer, 1) == JSON_OK &&
	   longer.type == JSON_ABSENT, "wanted: not by a name that ends otherwise");
	ok(json_guard_object("{\"x-help-center-token-\":7}", 26, &longer, 1) == JSON_OK &&
	   longer.type == JSON_ABSENT, "wanted: not by a name that goes on");
	ok(json_guard_object("{\"x-help-center-toke\\u006e-\":7}", 31, &longer, 1) == JSON_OK &&
	   longer.type == JSON_ABSENT, "wanted: nor by one with an escape");
	ok(json_guard_object("{\"x-help-center-token\":7}", 25, &longer, 1) == JSON_OK &&
	   is(&longer, JSON_NUMBER, "7", false), "wanted: by a longer name");
	ok(json_guard_object("{\"a\":7} x", 9, &none, 1) == JSON_TRAILING &&
	   none.type == JSON_ABSENT && none.value == NULL && none.value_len == 0,
	   "wanted: nothing in a text that does not pass");
	ok(json_guard_object("[{\"a\":7}]", 9, &none, 1) == JSON_NOT_OBJECT &&
	   none.type == JSON_ABSENT, "wanted: nothing in an array");
	ok(json_guard_object("{\"b\":{\"a\":7}}", 13, &none, 1) == JSON_OK &&
	   none.type == JSON_ABSENT, "wanted: nothing further down");
}

void
test_json_guard(void)
{
	all_cases();
	all_prefixes();
	every_byte();
	depths();
	members();
	lengths();
	wanted_members();
}
