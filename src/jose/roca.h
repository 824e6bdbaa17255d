/*-------------------------------------------------------------------------
 *
 * roca.h
 *		RSA moduli that can be factored: those of the ROCA fault.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_ROCA_H
#define HCJWT_ROCA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Was the modulus (big-endian) made by a device with the fault of
 * CVE-2017-15361?  One in 2^27 other moduli is taken for such a one, too.
 */
extern bool modulus_is_roca(const uint8_t *n, size_t len);

#endif							/* HCJWT_ROCA_H */
