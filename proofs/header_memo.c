/*-------------------------------------------------------------------------
 *
 * header_memo.c
 *		Proof: a header is recalled only if it is equal byte for byte, with the
 *		kid that it had; and what is read from a header fits its buffers.
 *
 * stands in for: memcmp memcpy pg_ascii_tolower
 * entries: memo kids types
 * cbmc: --unwind 16
 *
 *-------------------------------------------------------------------------
 */
#include "verify/header.c"

#include "proof.h"

/* Gives any kid, because the conversion is the server's. */
const char *
utf8_to_server(const char *text, size_t len, size_t *outlen)
{
	PROVE(__CPROVER_r_ok(text, len));
	*outlen = len;
	return text;
}

/*
 * json_string_decode() as json_strings.c proves it: the result is not longer
 * than the input, and inside dst.  Its bytes need not be set: memory that was
 * never set has every value.
 */
size_t
json_string_decode(const char *src, size_t len, char *dst)
{
	PROVE(len == 0 || (__CPROVER_r_ok(src, len) && __CPROVER_w_ok(dst, len)));
	return any_size_to(len);
}

/*
 * The index of the one byte that the proof looks at.  It can be any index, so
 * what holds for this byte holds for all.
 */
static size_t looked_at;

int
stand_in_memcmp(const void *a, const void *b, size_t n)
{
	int			result = nondet_int();

	PROVE(__CPROVER_r_ok(a, n) && __CPROVER_r_ok(b, n));
	if (result == 0 && looked_at < n)
		ASSUME(((const char *) a)[looked_at] == ((const char *) b)[looked_at]);
	return result;
}

void *
stand_in_memcpy(void *to, const void *from, size_t n)
{
	PROVE(__CPROVER_w_ok(to, n) && __CPROVER_r_ok(from, n));
	if (looked_at < n)
		((char *) to)[looked_at] = ((const char *) from)[looked_at];
	return to;
}

static Verification first;
static Verification second;

/* For any state that an earlier token has left. */
void
memo(void)
{
	size_t		i = nondet_size();
	size_t		old_len;
	size_t		old_kid_len;

	looked_at = i;
	__CPROVER_havoc_object(&last_header);
	ASSUME(last_header.len <= sizeof(last_header.text));
	ASSUME(last_header.kid_len <= sizeof(last_header.kid));
	old_len = last_header.len;
	old_kid_len = last_header.kid_len;

	first.parts.header_len = any_size_to(JWS_MAX_LEN);
	ASSUME(first.parts.header_len > 0);
	first.parts.header = any_bytes(first.parts.header_len);
	first.kid_utf8_len = any_size_to(JWK_MAX_KID_LEN);
	remember_header(&first);
	PROVE(last_header.len <= sizeof(last_header.text));
	PROVE(last_header.kid_len <= sizeof(last_header.kid));
	/* it has copied all of it, or nothing */
	PROVE((last_header.len == first.parts.header_len &&
		   last_header.kid_len == first.kid_utf8_len) ||
		  (last_header.len == old_len && last_header.kid_len == old_kid_len));

	second.parts.header_len = any_size_to(300);
	ASSUME(second.parts.header_len > 0);
	second.parts.header = any_bytes(second.parts.header_len);
	if (!recall_header(&second))
		return;
	PROVE(second.parts.header_len == last_header.len);
	PROVE(IMPLIES(i < last_header.len, second.parts.header[i] == last_header.text[i]));
	PROVE(second.kid_utf8_len == last_header.kid_len);
	PROVE(IMPLIES(i < last_header.kid_len, second.kid_utf8[i] == last_header.kid[i]));
	PROVE(second.kid == second.kid_utf8 && second.kid_len == second.kid_utf8_len);
}

/* A header's member of any length and type. */
static JsonWanted
any_member(Verification *v)
{
	JsonWanted	member;

	v->header_len = any_size_to(sizeof(v->header));
	member.type = (JsonType) any_size_to(JSON_OBJECT);
	member.value_len = any_size_to(v->header_len);
	member.value = v->header + any_size_to(v->header_len - member.value_len);
	return member;
}

void
kids(void)
{
	first.kid_member = any_member(&first);
	if (check_kid(&first) == REASON_NONE)
		PROVE(first.kid_utf8_len > 0 && first.kid_utf8_len <= JWK_MAX_KID_LEN &&
			  first.kid_len == first.kid_utf8_len && first.kid_member.type == JSON_STRING);
	else
		PROVE(first.kid_utf8_len == 0);
}

unsigned char
stand_in_pg_ascii_tolower(unsigned char c)
{
	return c >= 'A' && c <= 'Z' ? (unsigned char) (c | 0x20) : c;
}

void
types(void)
{
	first.typ = any_member(&first);
	if (check_typ(&first) == REASON_NONE)
		PROVE(first.typ.type == JSON_ABSENT ||
			  (first.typ.type == JSON_STRING && first.typ.value_len >= 3));
}
