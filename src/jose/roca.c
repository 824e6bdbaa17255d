/*-------------------------------------------------------------------------
 *
 * roca.c
 *		RSA moduli that can be factored: those of the ROCA fault.
 *
 * Certain smart cards and TPMs made only primes that are, modulo each small
 * prime, a power of 65537.  So the modulus, the product of two of them, is such
 * a power as well.  For most small primes every remainder is a power of 65537;
 * for the primes listed here only one remainder in a few is.
 *
 *-------------------------------------------------------------------------
 */
#include "jose/roca.h"

#define GENERATOR		65537

static const uint8_t marker_primes[] = {
	11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157
};

static unsigned
remainder_of(const uint8_t *n, size_t len, unsigned prime)
{
	unsigned	r = 0;

	for (size_t i = 0; i < len; i++)
		r = (r << 8 | n[i]) % prime;
	return r;
}

static bool
is_power_of_generator(unsigned r, unsigned prime)
{
	unsigned	power = 1;

	do
	{
		if (power == r)
			return true;
		power = power * (GENERATOR % prime) % prime;
	} while (power != 1);
	return false;
}

bool
modulus_is_roca(const uint8_t *n, size_t len)
{
	for (size_t i = 0; i < sizeof(marker_primes); i++)
		if (!is_power_of_generator(remainder_of(n, len, marker_primes[i]),
								   marker_primes[i]))
			return false;
	return true;
}
