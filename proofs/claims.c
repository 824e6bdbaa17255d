/*-------------------------------------------------------------------------
 *
 * claims.c
 *		Proof: numbers of a payload are read without overflow, however many digits; a token
 *		is good from nbf on and before exp; an origin is recalled to the letter only.
 *
 * stands in for: memcmp memcpy
 * entries: milliseconds times origins
 * cbmc: --unwind 22 --conversion-check --unsigned-overflow-check
 * cbmc origins: --unwind 2
 *
 *-------------------------------------------------------------------------
 */
#include "verify/claims.c"

#include "proof.h"

static bool
is_so(const char *text)
{
	JsonWanted	claim = {.type = JSON_NUMBER,.value = text,.value_len = strlen(text)};

	return is_in_milliseconds(&claim);
}

/*
 * True only for a number that is in range after a division by 1000, and not
 * before it.
 */
void
milliseconds(void)
{
	char	   *text = any_bytes(20);
	JsonWanted	claim = {.type = JSON_NUMBER,.value = text,.value_len = 20};
	bool		digits = true;

	for (size_t i = 0; i < 20 && text[i] != '.'; i++)
		digits = digits && text[i] >= '0' && text[i] <= '9';
	PROVE(IMPLIES(is_in_milliseconds(&claim), digits));
	claim.type = JSON_STRING;
	PROVE(!is_in_milliseconds(&claim));
	PROVE(!is_so("253402300799"));
	PROVE(is_so("253402300800"));
	PROVE(is_so("253402300799999.5"));
	PROVE(!is_so("253402300800000"));
	PROVE(!is_so("-253402300800"));
}

/*
 * A token is good from nbf less leeway until exp plus leeway, to the
 * microsecond.
 */
void
times(void)
{
	Verification v;

	v.now = nondet_int64();
	v.valid_from = nondet_int64();
	v.valid_until = nondet_int64();
	PROVE((check_exp(&v) == REASON_NONE) == (v.now < v.valid_until));
	PROVE((check_nbf(&v) == REASON_NONE) == (v.now >= v.valid_from));
}

/*
 * The index of the one byte that the proof looks at.  It can be any index, so
 * what holds for this byte holds for all.
 */
static size_t looked_at;
static bool was_parsed;
static bool is_origin;

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

/* json_string_decode() as json_strings.c proves it. */
size_t
json_string_decode(const char *src, size_t len, char *dst)
{
	PROVE(len == 0 || (__CPROVER_r_ok(src, len) && __CPROVER_w_ok(dst, len)));
	return any_size_to(len);
}

/* Writes its result even when the text is no origin. */
bool
origin_parse(const char *text, size_t len, Url *origin)
{
	was_parsed = true;
	is_origin = nondet_bool();
	return is_origin;
}

/* For any text that was remembered before. */
void
origins(void)
{
	size_t		i = any_size_to(URL_MAX_LEN);
	size_t		len = any_size_to(URL_MAX_LEN + 1);
	char	   *text = any_bytes(len);
	char		before;
	const Url  *origin;

	looked_at = i;
	__CPROVER_havoc_object(&last_origin);
	ASSUME(last_origin.len <= sizeof(last_origin.text));
	before = last_origin.text[i % sizeof(last_origin.text)];
	origin = parse_origin(text, len);
	if (was_parsed)
		PROVE((origin != NULL) == is_origin && IMPLIES(!is_origin, last_origin.len == 0));
	if (origin == NULL)
		return;
	PROVE(origin == &last_origin.origin && len > 0 && len <= URL_MAX_LEN);
	PROVE(last_origin.len == len || (was_parsed && last_origin.len == 0));
	PROVE(last_origin.len <= sizeof(last_origin.text));
	PROVE(IMPLIES(i < last_origin.len, last_origin.text[i] == text[i]));
	PROVE(was_parsed || last_origin.text[i % sizeof(last_origin.text)] == before);
}
