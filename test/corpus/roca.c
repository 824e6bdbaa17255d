/*-------------------------------------------------------------------------
 *
 * roca.c
 *		A key whose primes are k * M + (65537^a mod M), M a product of small
 *		primes: CVE-2017-15361.
 *
 *-------------------------------------------------------------------------
 */
#include "keys.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>

/* M has all primes up to this. */
#define LAST_PRIME		167

static BIGNUM *
product_of_primes(BN_CTX *ctx)
{
	BIGNUM	   *m = BN_new();
	BIGNUM	   *prime = BN_new();

	must(m != NULL && prime != NULL && BN_one(m), "out of memory");
	for (unsigned i = 2; i <= LAST_PRIME; i++)
		must(BN_set_word(prime, i) &&
			 (BN_check_prime(prime, ctx, NULL) != 1 || BN_mul(m, m, prime, ctx)),
			 "cannot multiply primes");
	BN_free(prime);
	return m;
}

/* A prime of 1024 bits. */
static BIGNUM *
faulty_prime(const BIGNUM *m, BN_CTX *ctx)
{
	BIGNUM	   *p = BN_new();
	BIGNUM	   *a = BN_new();
	BIGNUM	   *g = BN_new();

	must(p != NULL && a != NULL && g != NULL && BN_set_word(g, 65537), "out of memory");
	do
	{
		must(BN_rand(p, 1024, BN_RAND_TOP_TWO, BN_RAND_BOTTOM_ANY) &&
			 BN_div(p, NULL, p, m, ctx) && BN_mul(p, p, m, ctx) &&
			 BN_rand_range(a, m) && BN_mod_exp(a, g, a, m, ctx) &&
			 BN_add(p, p, a), "cannot make a number");
	} while (BN_num_bits(p) != 1024 || BN_check_prime(p, ctx, NULL) != 1);
	BN_free(a);
	BN_free(g);
	return p;
}

/* x mod (prime - 1) */
static BIGNUM *
exponent(const BIGNUM *x, const BIGNUM *prime, BN_CTX *ctx)
{
	BIGNUM	   *less = BN_dup(prime);
	BIGNUM	   *result = BN_new();

	must(less != NULL && result != NULL && BN_sub_word(less, 1) &&
		 BN_mod(result, x, less, ctx), "cannot compute an exponent");
	BN_free(less);
	return result;
}

EVP_PKEY *
make_roca(void)
{
	BN_CTX	   *ctx = BN_CTX_new();
	BIGNUM	   *m = product_of_primes(ctx);
	BIGNUM	   *p = faulty_prime(m, ctx);
	BIGNUM	   *q = faulty_prime(m, ctx);
	BIGNUM	   *n = BN_new();
	BIGNUM	   *e = BN_new();
	BIGNUM	   *phi = BN_new();
	BIGNUM	   *d;
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *pctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	EVP_PKEY   *pkey = NULL;

	/* phi = n - p - q + 1 */
	must(BN_mul(n, p, q, ctx) && BN_sub(phi, n, p) && BN_sub(phi, phi, q) &&
		 BN_add_word(phi, 1) && BN_set_word(e, 65537) &&
		 (d = BN_mod_inverse(NULL, e, phi, ctx)) != NULL,
		 "cannot make an RSA key of these primes");
	must(OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n) &&
		 OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e) &&
		 OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_D, d) &&
		 OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_FACTOR1, p) &&
		 OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_FACTOR2, q) &&
		 OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_EXPONENT1, exponent(d, p, ctx)) &&
		 OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_EXPONENT2, exponent(d, q, ctx)) &&
		 OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_COEFFICIENT1,
								BN_mod_inverse(NULL, q, p, ctx)) &&
		 EVP_PKEY_fromdata_init(pctx) > 0 &&
		 EVP_PKEY_fromdata(pctx, &pkey, EVP_PKEY_KEYPAIR,
						   OSSL_PARAM_BLD_to_param(build)) > 0,
		 "OpenSSL does not take an RSA key of these primes");
	return pkey;
}
