/*-------------------------------------------------------------------------
 *
 * unit_json_string.c
 *		Unit tests of json/strings.c and json/walk.c.
 *
 *-------------------------------------------------------------------------
 */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "json/strings.h"
#include "json/walk.h"

static void
decodes(const char *src, const char *expected)
{
	size_t		len = strlen(src);
	size_t		expected_len = strlen(expected);
	const char *copy = exact(src, len);
	char	   *dst = exact(src, len);
	char	   *place = exact(src, len);

	ok(json_string_decode(copy, len, dst) == expected_len &&
	   memcmp(dst, expected, expected_len) == 0 &&
	   json_string_decode(place, len, place) == expected_len &&
	   memcmp(place, expected, expected_len) == 0,
	   "string: %s decodes, in place too", src);
	ok(json_string_equals(copy, len, exact(expected, expected_len),
						  expected_len), "string: %s equals it", src);
	ok(!json_string_equals(copy, len, "no such text at all", 19) &&
	   (expected_len == 0 ||
		!json_string_equals(copy, len, expected, expected_len - 1)),
	   "string: %s equals neither less nor else", src);
}

/* The guard never accepts these; nevertheless they must do no harm. */
static void
harmless(const char *src)
{
	size_t		len = strlen(src);
	char	   *dst = exact(src, len);

	ok(json_string_decode(exact(src, len), len, dst) <= len &&
	   json_unescape_non_ascii(exact(src, len), len) <= len,
	   "string: %s does no harm", src);
}

static void
unescapes(const char *text, const char *expected)
{
	size_t		len = strlen(text);
	char	   *copy = exact(text, len);
	size_t		got = json_unescape_non_ascii(copy, len);

	ok(got == strlen(expected) && memcmp(copy, expected, got) == 0,
	   "string: unescapes %s", text);
}

static void
differs(const char *src, const char *text)
{
	ok(!json_string_equals(exact(src, strlen(src)), strlen(src),
						   exact(text, strlen(text)), strlen(text)),
	   "string: %s is not %s", src, text);
}

static void
walks(const char *array, int n, const JsonWanted *expected)
{
	size_t		len = strlen(array);
	const char *copy = exact(array, len);
	size_t		pos = 0;
	JsonWanted	element;
	int			i = 0;
	bool		same = true;

	while (json_array_next(copy, len, &pos, &element))
	{
		same = same && i < n && element.type == expected[i].type &&
			element.escaped == expected[i].escaped &&
			element.value_len == strlen(expected[i].value) &&
			memcmp(element.value, expected[i].value, element.value_len) == 0;
		i++;
	}
	ok(same && i == n && !json_array_next(copy, len, &pos, &element),
	   "array: %s has %d elements", array, n);
}

static void
arrays(void)
{
	static const JsonWanted mixed[] = {
		{.type = JSON_NUMBER,.value = "1"},
		{.type = JSON_STRING,.value = "a,]\\\"b",.escaped = true},
		{.type = JSON_TRUE,.value = "true"},
		{.type = JSON_FALSE,.value = "false"},
		{.type = JSON_NULL,.value = "null"},
		{.type = JSON_ARRAY,.value = "[2,[\"]\"],{}]"},
		{.type = JSON_OBJECT,.value = "{\"}\":[\"\\\\\"]}"},
		{.type = JSON_STRING,.value = ""},
		{.type = JSON_NUMBER,.value = "-1.5e3"}
	};
	static const char *const broken[] = {
		"", "[", "[\"", "[\"\\", "[{", "[[[", "[{\"a\":\"}", "[1", "[tru",
		"[\"a\" \"b", "{}", "[}]", "[,,,"
	};
	size_t		i;

	walks("[]", 0, NULL);
	walks("[ \n]", 0, NULL);
	walks("[1,\"a,]\\\"b\",true,false,null,[2,[\"]\"],{}],{\"}\":[\"\\\\\"]},"
		  "\"\",-1.5e3]", 9, mixed);
	walks("[ 1 , \"a,]\\\"b\" ,\ttrue,\n false , null , [2,[\"]\"],{}] , "
		  "{\"}\":[\"\\\\\"]} , \"\" , -1.5e3 ]", 9, mixed);

	/*
	 * the guard refuses these, so they mean nothing; but the walk must end
	 * inside
	 */
	for (i = 0; i < LENGTH_OF(broken); i++)
	{
		size_t		len = strlen(broken[i]);
		const char *copy = exact(broken[i], len);
		size_t		pos = 0;
		size_t		n = 0;
		JsonWanted	element;
		bool		inside = true;

		while (n <= len && json_array_next(copy, len, &pos, &element))
		{
			inside = inside && element.value >= copy &&
				element.value + element.value_len <= copy + len;
			n++;
		}
		ok(inside && n <= len, "array: %s comes to an end", broken[i]);
	}
}

/* The members of an object, written one behind the other. */
static void
members(const char *object, const char *expected)
{
	size_t		len = strlen(object);
	const char *copy = exact(object, len);
	char		got[256] = "";
	size_t		pos = 0;
	JsonMember	member;

	while (json_object_next(copy, len, &pos, &member))
		snprintf(got + strlen(got), sizeof(got) - strlen(got), "%.*s%s=%.*s%s;",
				 (int) member.name_len, member.name, member.name_escaped ? "*" : "",
				 (int) member.value.value_len, member.value.value,
				 member.value.escaped ? "*" : "");
	ok(strcmp(got, expected) == 0 &&
	   !json_object_next(copy, len, &pos, &member),
	   "object: %s has the members %s", object, expected);
}

static void
objects(void)
{
	static const char *const broken[] = {
		"", "{", "{\"", "{\"\\", "{\"a", "{\"a\"", "{\"a\":", "{\"a\" :  ",
		"{\"a\":{", "{\"a\":}", "{\"a\":]", "{\"a\":1", "{\"a\":tru",
		"{\"a\":\"", "{\"a\":\"\\", "{{{{", "[1]", "{:::", "{,,,", "{\"a\"\"b\""
	};
	size_t		i;

	members("{}", "");
	members(" {\n} ", "");
	members("{\"\":\"\"}", "=;");
	members("{\"a\":1,\"b\":\"x\",\"c\":true,\"d\":null}",
			"a=1;b=x;c=true;d=null;");
	members("\t{ \"a\" :\r\n-1.5e3 , \"b\": false } ", "a=-1.5e3;b=false;");
	members("{\"a\":{\"b\":[1,\"}\"]},\"c\":[{\"d\":2},\"]\"]}",
			"a={\"b\":[1,\"}\"]};c=[{\"d\":2},\"]\"];");
	members("{\"\\\"a\":\"\\\\\",\":\":\",\"}", "\\\"a*=\\\\*;:=,;");
	for (i = 0; i < LENGTH_OF(broken); i++)
	{
		size_t		len = strlen(broken[i]);
		const char *copy = exact(broken[i], len);
		size_t		pos = 0;
		size_t		n = 0;
		JsonMember	member;
		bool		inside = true;

		while (n <= len && json_object_next(copy, len, &pos, &member))
		{
			inside = inside && member.name >= copy &&
				member.name + member.name_len <= copy + len &&
				member.value.value >= copy &&
				member.value.value + member.value.value_len <= copy + len;
			n++;
		}
		ok(inside && n <= len, "object: %s comes to an end", broken[i]);
	}
}

void
test_json_string(void)
{
	decodes("", "");
	decodes("abc", "abc");
	decodes("\\u0061bc", "abc");
	decodes("ab\\u0063", "abc");
	decodes("\\\"\\\\\\/\\b\\f\\n\\r\\t", "\"\\/\b\f\n\r\t");
	decodes("\\\\u0061", "\\u0061");
	decodes("\\u00e9\\u20AC\\uD83D\\uDE00",
			"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80");
	decodes("\xC3\xA9x\\n", "\xC3\xA9x\n");
	decodes("\\u007f\\u0080\\u07ff\\u0800\\uffff",
			"\x7F\xC2\x80\xDF\xBF\xE0\xA0\x80\xEF\xBF\xBF");
	decodes("\\uD800\\uDC00\\uDBFF\\uDFFF",
			"\xF0\x90\x80\x80\xF4\x8F\xBF\xBF");

	/* half a pair is no escape */
	decodes("\\uD800", "\\uD800");
	decodes("\\uDBFFx", "\\uDBFFx");
	decodes("\\uDC00", "\\uDC00");
	decodes("\\uDFFF\\u0041", "\\uDFFFA");

	differs("abc", "abcd");
	differs("abc", "ab");
	differs("abc", "abC");
	differs("\\u0061", "b");
	differs("\\u0061", "ab");
	differs("\\u0061b", "a");
	differs("\\u0061", "");
	differs("", "a");

	harmless("\\");
	harmless("abc\\");
	harmless("\\u");
	harmless("\\u12");
	harmless("\\u123g");
	harmless("\\uD800");
	harmless("\\uD800\\uD800");
	harmless("\\uD800\\uDC0");
	harmless("\\uDC00\\u0041");
	harmless("\\x\\y\\");

	unescapes("{\"a\":\"b\"}", "{\"a\":\"b\"}");
	unescapes("{\"\\u00e9\":\"\\u20ac\\uD83D\\uDE00\"}",
			  "{\"\xC3\xA9\":\"\xE2\x82\xAC\xF0\x9F\x98\x80\"}");
	unescapes("{\"a\":\"\\u0041\\n\\u007f\\u0080\"}",
			  "{\"a\":\"\\u0041\\n\\u007f\xC2\x80\"}");
	unescapes("{\"a\":\"\\\\u00e9\"}", "{\"a\":\"\\\\u00e9\"}");
	unescapes("{\"a\":\"\\\\\\u00e9\"}", "{\"a\":\"\\\\\xC3\xA9\"}");
	unescapes("{\"a\":\"\\\"\\u0022\\u005c\\u00e9\"}",
			  "{\"a\":\"\\\"\\u0022\\u005c\xC3\xA9\"}");

	arrays();
	objects();
}
