/*-------------------------------------------------------------------------
 *
 * roca.c
 *		Proof: the remainders are those of the whole number, and the search for
 *		a power ends.
 *
 * entries: remainders powers
 * cbmc: --unwind 160 --conversion-check --unsigned-overflow-check
 *
 *-------------------------------------------------------------------------
 */
#include "proof.h"

#include "jose/roca.c"

/* A modulus of two bytes; this is the first. */
static void
remainder_from(uint8_t first)
{
	uint8_t		n[2] = {first, (uint8_t) any_size_to(255)};
	unsigned	value = first * 256u + n[1];
	size_t		i = nondet_bool() ? 0 : sizeof(marker_primes) - 1;

	PROVE(remainder_of(n, 2, marker_primes[i]) == value % marker_primes[i]);
}

void
remainders(void)
{
	if (nondet_bool())
		remainder_from(1);
	else
		remainder_from(255);
}

/* Each power is found; and for each prime, some remainder is no power. */
void
powers(void)
{
	for (size_t i = 0; i < sizeof(marker_primes); i++)
	{
		unsigned	prime = marker_primes[i];
		unsigned	power = 1;
		size_t		n = 0;
		size_t		found = 0;

		do
		{
			PROVE(is_power_of_generator(power, prime));
			power = (unsigned) ((unsigned long) power * 65537 % prime);
			n++;
		} while (power != 1);
		for (unsigned r = 0; r < prime; r++)
			found += is_power_of_generator(r, prime);
		PROVE(found == n && n < prime - 1);
	}
}
