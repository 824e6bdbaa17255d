/*-------------------------------------------------------------------------
 *
 * json_guard_fuzzer.c
 *		Fuzzes the JSON guard and what reads the text behind it.
 *
 *-------------------------------------------------------------------------
 */
#include "fuzz.h"

#include <string.h>

#include "json/guard.h"
#include "json/names.h"
#include "json/strings.h"
#include "json/walk.h"

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
	JsonMember	member;
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
			while (json_object_next(value->value, value->value_len, &pos, &member))
			{
				CHECK(member.name > value->value);
				CHECK(member.name + member.name_len < member.value.value);
				CHECK(member.value.value + member.value.value_len < end);
				CHECK(pos < value->value_len);
				check_value(&member.value, depth + 1);
			}
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

/* What walks the members meets those that the guard has found, and no other. */
static void
check_members(const char *text, size_t len, const Members *m)
{
	int			found = 0;
	int			wanted = 0;
	size_t		pos = 0;
	JsonMember	member;
	int			i;

	for (i = 0; i < NWANTED; i++)
		wanted += m->wanted[i].type != JSON_ABSENT;
	while (json_object_next(text, len, &pos, &member))
	{
		check_value(&member.value, 2);
		for (i = 0; i < NWANTED; i++)
		{
			const JsonWanted *value = &m->wanted[i];

			if (!json_string_equals(member.name, member.name_len,
									value->name, strlen(value->name)))
				continue;
			found++;
			CHECK(value->type == member.value.type);
			CHECK(value->value == member.value.value);
			CHECK(value->value_len == member.value.value_len);
			CHECK(value->escaped == member.value.escaped);
		}
	}
	CHECK(found == wanted);
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
	json_names_seed++;
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
		check_members(text, size, &m);
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
