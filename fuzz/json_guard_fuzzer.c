/*-------------------------------------------------------------------------
 *
 * json_guard_fuzzer.c
 *		Fuzzes the JSON guard and what reads the text behind it.
 *
 * IDENTIFICATION
 *	  fuzz/json_guard_fuzzer.c
 *
 *-------------------------------------------------------------------------
 */
#include "fuzz.h"

#include <string.h>

#include "jose/json_guard.h"

#define NWANTED		6

typedef struct Members
{
	JsonStatus	status;
	JsonWanted	wanted[NWANTED];
} Members;

static Members
judge(const char *text, size_t len)
{
	Members		m = {
		.wanted = {{.name = "a"}, {.name = "alg"}, {.name = "kid"},
		{.name = "keys"}, {.name = "exp"}, {.name = ""}}
	};

	m.status = json_guard_object(text, len, m.wanted, NWANTED);
	return m;
}

static void
check_string(const JsonWanted *value)
{
	char	   *decoded = copy_of(value->value, value->value_len);
	char	   *in_place = copy_of(value->value, value->value_len);
	size_t		len = json_string_decode(value->value, value->value_len, decoded);

	CHECK(len <= value->value_len);
	CHECK(value->escaped ||
		  (len == value->value_len && memcmp(decoded, value->value, len) == 0));
	CHECK(json_string_decode(in_place, value->value_len, in_place) == len);
	CHECK(memcmp(in_place, decoded, len) == 0);
	CHECK(json_string_equals(value->value, value->value_len, decoded, len));
	CHECK(len == 0 || memchr(decoded, 0, len) == NULL);
	CHECK(len == 0 ||
		  !json_string_equals(value->value, value->value_len, decoded, len - 1));
	free(decoded);
	free(in_place);
}

/* Elements are inside the array, in order, and values themselves. */
static void
check_value(const JsonWanted *value, int depth)
{
	const char *end;
	JsonWanted	element;
	size_t		pos = 0;

	CHECK(depth <= JSON_MAX_DEPTH + 1);
	if (value->type == JSON_ABSENT)
	{
		CHECK(value->value == NULL && value->value_len == 0);
		return;
	}
	end = value->value + value->value_len;
	switch (value->type)
	{
		case JSON_STRING:
			check_string(value);
			break;
		case JSON_ARRAY:
			CHECK(value->value[0] == '[' && end[-1] == ']');
			while (json_array_next(value->value, value->value_len, &pos, &element))
			{
				CHECK(element.value > value->value);
				CHECK(element.value + element.value_len < end);
				CHECK(pos < value->value_len);
				check_value(&element, depth + 1);
			}
			break;
		case JSON_OBJECT:
			CHECK(value->value[0] == '{' && end[-1] == '}');
			break;
		case JSON_TRUE:
			CHECK(value->value_len == 4 && memcmp(value->value, "true", 4) == 0);
			break;
		case JSON_FALSE:
			CHECK(value->value_len == 5 && memcmp(value->value, "false", 5) == 0);
			break;
		case JSON_NULL:
			CHECK(value->value_len == 4 && memcmp(value->value, "null", 4) == 0);
			break;
		case JSON_NUMBER:
			CHECK(value->value_len > 0 &&
				  strchr("-0123456789", value->value[0]) != NULL);
			break;
		case JSON_ABSENT:
			break;
	}
}

/* Two spellings of one text mean the same. */
static void
check_same(const Members *a, const Members *b)
{
	int			i;

	CHECK(a->status == b->status);
	for (i = 0; i < NWANTED; i++)
	{
		const JsonWanted *x = &a->wanted[i];
		const JsonWanted *y = &b->wanted[i];

		CHECK(x->type == y->type);
		if (x->type == JSON_STRING)
		{
			char	   *decoded = copy_of(x->value, x->value_len);
			size_t		len = json_string_decode(x->value, x->value_len, decoded);

			CHECK(json_string_equals(y->value, y->value_len, decoded, len));
			free(decoded);
		}
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *) data;
	Members		m = judge(text, size);
	Members		again;
	char	   *copy = copy_of(data, size);
	char	   *unescaped;
	size_t		len;
	int			i;

	/* whatever the hash */
	json_guard_seed++;
	again = judge(text, size);
	check_same(&m, &again);

	/* never beyond the end, and never longer, of any bytes */
	len = json_unescape_non_ascii(copy, size);
	CHECK(len <= size);
	if (m.status == JSON_OK)
	{
		for (i = 0; i < NWANTED; i++)
		{
			const JsonWanted *value = &m.wanted[i];

			CHECK(value->type == JSON_ABSENT ||
				  (value->value > text &&
				   value->value + value->value_len < text + size));
			check_value(value, 2);
		}
		unescaped = copy_of(copy, len);
		again = judge(unescaped, len);
		check_same(&m, &again);
		CHECK(json_unescape_non_ascii(unescaped, len) == len);
		free(unescaped);
	}
	else
	{
		for (i = 0; i < NWANTED; i++)
			CHECK(m.wanted[i].type == JSON_ABSENT);
	}
	free(copy);
	return 0;
}
