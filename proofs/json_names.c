/*-------------------------------------------------------------------------
 *
 * json_names.c
 *		Proof: a name that stands twice is found, in any spelling, and no other
 *		name is.
 *
 * sources: json/strings.c
 * stands in for: memset
 * entries: twice others spellings any_state full
 * cbmc: --unwind 18 --max-field-sensitivity-array-size 3072
 * cbmc twice: --unwindset same_name.0:4,name_length.0:4,json_names_add.0:3
 * cbmc others: --unwindset same_name.0:4,name_length.0:4,json_names_add.0:3
 * cbmc any_state: --unwindset same_name.0:3,name_length.0:3,json_names_add.0:9
 * cbmc full: --unwindset json_names_add.0:2
 *
 *-------------------------------------------------------------------------
 */
#include "proof.h"

#include "json/strings.h"

/*
 * Here the hash multiplies by 1, because CBMC is slow at products.  The set
 * needs only that equal names have equal hashes.
 */
#undef UINT64_C
#define UINT64_C(c)	((uint64_t) 1)

#include "json/names.c"

/* Two names of any characters except quotes and backslashes. */
#define ANY_NAME(text, at) \
	ASSUME((text)[at] != '"' && (text)[at] != '\\' && \
		   (text)[(at) + 1] != '"' && (text)[(at) + 1] != '\\')

static JsonNames names;

/*
 * As many slots as the proofs look at.  Of more slots they prove only that
 * there is room.
 */
void *
stand_in_memset(void *to, int byte, size_t n)
{
	uint32_t   *slots = to;

	PROVE(byte == 0 && n % 4 == 0 && __CPROVER_w_ok(to, n));
	for (size_t i = 0; i < 16 && i < n / 4; i++)
		slots[i] = 0;
	return to;
}

void
twice(void)
{
	char		text[] = "{\"..\":0,\"..\":0}";

	text[2] = (char) nondet_int();
	text[3] = (char) nondet_int();
	ANY_NAME(text, 2);
	text[9] = text[2];
	text[10] = text[3];
	json_names_start(&names, text, sizeof(text) - 1);
	PROVE(json_names_add(&names, text + 2, 2, false) == JSON_OK);
	PROVE(json_names_add(&names, text + 9, 2, false) == JSON_DUPLICATE_MEMBER);
}

void
others(void)
{
	char		text[] = "{\"..\":0,\"..\":0}";
	size_t		len = nondet_bool() ? 2 : 1;

	text[2] = (char) nondet_int();
	text[3] = (char) nondet_int();
	text[9] = (char) nondet_int();
	text[10] = (char) nondet_int();
	ANY_NAME(text, 2);
	ANY_NAME(text, 9);
	if (len == 1)
		text[10] = '"';
	else
		ASSUME(text[2] != text[9] || text[3] != text[10]);
	json_names_start(&names, text, sizeof(text) - 1);
	PROVE(json_names_add(&names, text + 2, 2, false) == JSON_OK);
	PROVE(json_names_add(&names, text + 9, len, false) == JSON_OK);
}

/* One name in two spellings; the last spellings have more than eight bytes. */
void
spellings(void)
{
	static const char *const pairs[][2] = {
		{"a\"", "\\u0061\""}, {"/\"", "\\/\""}, {"\\n\"", "\\u000A\""},
		{"\xC3\xA9\"", "\\u00e9\""}, {"\xF0\x9D\x84\x9E\"", "\\uD834\\uDD1E\""},
		{"abcdefgh\"", "abcdefg\\u0068\""}, {"abcdefghi\"", "\\u0061bcdefghi\""}
	};

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
	{
		char		text[28] = "{";
		size_t		a = name_length(pairs[i][0]);
		size_t		b = name_length(pairs[i][1]);

		memcpy(text + 2, pairs[i][0], a + 1);
		memcpy(text + 12, pairs[i][1], b + 1);
		json_names_start(&names, text, sizeof(text));
		PROVE(json_names_add(&names, text + 2, a, i == 2) == JSON_OK);
		PROVE(json_names_add(&names, text + 12, b, true) == JSON_DUPLICATE_MEMBER);
	}
}

/* With any names in any slots, the search ends and stays inside the slots. */
void
any_state(void)
{
	char		text[] = "{\"a\":0,\"b";

	json_names_seed = (uint64_t) nondet_int64();	/* any hash */
	names.text = text;
	names.nslots = 8;
	names.nnames = (uint32_t) any_size_to(8);
	for (size_t i = 0; i < 8; i++)
		names.slots[i] = nondet_bool() ? 0 : (nondet_uint32() & ~OFFSET_MASK) | 2;
	/* as many slots are in use as names were added, and never the last two */
	ASSUME(names.slots[0] == 0 || names.slots[3] == 0 || names.slots[7] == 0);
	text[8] = (char) nondet_int();
	text[9] = '"';
	ASSUME(text[8] != '"' && text[8] != '\\' && text[8] != 'a');
	(void) json_names_add(&names, text + 8, 1, false);
	PROVE(names.nnames <= 8 && names.slots[8] == 0);
}

/* There is room for as many names as a text can have, and one slot stays free. */
void
full(void)
{
	size_t		len = any_size_to(JSON_MAX_LEN);
	JsonNames  *set = any_bytes(sizeof(JsonNames));

	names.nslots = (uint32_t) nondet_uint32();
	names.nnames = nondet_uint32();
	ASSUME(names.nnames >= JSON_MAX_MEMBERS || names.nnames + 1 == names.nslots);
	PROVE(json_names_add(&names, "", 0, false) == JSON_SYNTAX);

	json_names_start(set, "", len);
	PROVE(set->nslots <= JSON_NAME_SLOTS && set->nnames == 0);
	/* a member has at least five characters, the braces two */
	PROVE(set->nslots > len / 5 + 2 || set->nslots > JSON_MAX_MEMBERS + 1);
}
