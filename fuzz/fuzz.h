/*-------------------------------------------------------------------------
 *
 * fuzz.h
 *		What the fuzz targets share.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_FUZZ_H
#define HCJWT_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

extern int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A property that no input may break. */
#define CHECK(condition) \
	do { \
		if (!(condition)) \
			broken(__FILE__, __LINE__, #condition); \
	} while (0)

extern void broken(const char *file, int line, const char *condition)
			__attribute__((noreturn));

/* Room of exactly this length, so that nothing beyond it can be touched. */
extern void *room_of(size_t len);

/* The same, filled with these bytes. */
extern void *copy_of(const void *bytes, size_t len);

/*
 * Reads a file that the program seeds has put into the directory that
 * HCJWT_FUZZ_SEEDS names; ends the program when there is none.
 */
extern size_t read_seed_file(const char *name, void *dst, size_t room);

#endif							/* HCJWT_FUZZ_H */
