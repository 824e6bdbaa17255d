/*-------------------------------------------------------------------------
 *
 * proof.h
 *		What the proofs have in common.
 *
 * Each proof is a function that CBMC runs with every possible value of what
 * nondet_...() returns.  Memory that was never set has every value, too.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_PROOF_H
#define HCJWT_PROOF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

extern void __CPROVER_assume(_Bool condition);
extern void __CPROVER_assert(_Bool condition, const char *text);
extern void __CPROVER_havoc_object(void *object);
extern void __CPROVER_havoc_slice(void *at, __CPROVER_size_t len);

/* CBMC's own functions: each returns any value. */
extern size_t nondet_size(void);
extern bool nondet_bool(void);
extern int	nondet_int(void);
extern int64_t nondet_int64(void);
extern uint32_t nondet_uint32(void);

extern void proof(void);

#define ASSUME(condition)	__CPROVER_assume(condition)
#define PROVE(condition)	__CPROVER_assert(condition, #condition)

#define IMPLIES(a, b)		(!(a) || (b))

static inline size_t
any_size_to(size_t max)
{
	size_t		size = nondet_size();

	ASSUME(size <= max);
	return size;
}

/*
 * Runs the following statement for each length from min to max.  In each round
 * of the loop the length is a constant, which makes CBMC fast.
 */
#define ANY_LENGTH(n, min, max) \
	for (size_t n = (min), wanted_ = any_size_to(max); n <= (max); n++) \
		if (n == wanted_)

/* Memory of exactly so many bytes, with any content. */
static inline void *
any_bytes(size_t len)
{
	void	   *bytes = malloc(len);

	ASSUME(bytes != NULL);
	return bytes;
}

#endif							/* HCJWT_PROOF_H */
