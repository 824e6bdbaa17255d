/*-------------------------------------------------------------------------
 *
 * jwks.c
 *		Proof: keys of one kid are used only if they have the same material, and
 *		then one of them is; a set of too many keys is not read.
 *
 * Other proofs cover the functions that judge a key, the guard, and walks of
 * arrays; here stand-ins keep their contracts.
 *
 * sources: jose/jwks.c
 * entries: twins endless
 * cbmc: --unwind 5
 * cbmc endless: --unwind 103
 *
 *-------------------------------------------------------------------------
 */
#include "proof.h"

#include "jose/jwks.h"
#include "json/guard.h"
#include "json/walk.h"

static size_t total;
static bool is_array;
static bool is_object[4];

JsonStatus
json_guard_object(const char *text, size_t len, JsonWanted *wanted, int nwanted)
{
	PROVE(nwanted == 1 && strcmp(wanted->name, "keys") == 0);
	wanted->type = is_array ? JSON_ARRAY : JSON_STRING;
	wanted->value = text;
	wanted->value_len = len;
	return JSON_OK;
}

bool
json_array_next(const char *array, size_t len, size_t *pos, JsonWanted *element)
{
	if (*pos >= total)
		return false;
	if (*pos < 4)
		is_object[*pos] = nondet_bool();
	element->type = *pos < 4 && is_object[*pos] ? JSON_OBJECT : JSON_STRING;
	(*pos)++;
	element->value = array;
	element->value_len = len;
	return true;
}

/* A key whose kid and material are one byte each, or no key. */
JwkStatus
jwk_parse(const char *json, size_t len, Jwk *jwk)
{
	jwk->kid_len = any_size_to(1);
	jwk->kid[0] = (char) any_size_to(127);
	jwk->n_len = 1;
	jwk->n[0] = (uint8_t) any_size_to(1);
	jwk->e_len = 1;
	jwk->e[0] = (uint8_t) any_size_to(1);
	return nondet_bool() ? JWK_OK : JWK_BAD_KTY;
}

static JwksElement elements[4];

static bool
same_kid(int a, int b)
{
	const Jwk  *x = &elements[a].jwk;
	const Jwk  *y = &elements[b].jwk;

	return elements[a].status == JWK_OK && elements[b].status == JWK_OK &&
		x->kid_len == y->kid_len && (x->kid_len == 0 || x->kid[0] == y->kid[0]);
}

static bool
same_material(int a, int b)
{
	return elements[a].jwk.n[0] == elements[b].jwk.n[0] &&
		elements[a].jwk.e[0] == elements[b].jwk.e[0];
}

void
twins(void)
{
	int			n;
	int			nusable;
	int			expected = 0;
	JwksStatus	status;

	total = any_size_to(3);
	is_array = nondet_bool();
	status = jwks_parse("", 0, elements, &n, &nusable);
	if (!is_array || total == 0)
	{
		PROVE(status == (is_array ? JWKS_EMPTY : JWKS_NO_KEYS_ARRAY));
		PROVE(n == 0 && nusable == 0);
		return;
	}
	PROVE(n == (int) total);
	for (int i = 0; i < n; i++)
	{
		bool		ambiguous = false;
		bool		repeat = false;

		PROVE(is_object[i] || elements[i].status == JWK_BAD_JSON);
		for (int j = 0; j < n; j++)
		{
			if (j == i || !same_kid(i, j))
				continue;
			if (!same_material(i, j))
				ambiguous = true;
			else if (j < i)
				repeat = true;
		}
		expected += elements[i].status == JWK_OK && !ambiguous && !repeat;
		PROVE(IMPLIES(ambiguous, elements[i].ambiguous));
		PROVE(IMPLIES(repeat, elements[i].repeat));
	}
	PROVE(nusable == expected);
	PROVE(status == (nusable > 0 ? JWKS_OK : JWKS_NO_USABLE_KEY));
}

void
endless(void)
{
	int			n;
	int			nusable;

	is_array = true;
	total = JWKS_MAX_KEYS + 1;
	PROVE(jwks_parse("", 0, NULL, &n, &nusable) == JWKS_TOO_MANY);
	PROVE(n == 0 && nusable == 0);
	PROVE(jwks_parse(NULL, JWKS_MAX_LEN + 1, NULL, &n, &nusable) == JWKS_TOO_LONG);
	PROVE(n == 0 && nusable == 0);
}
