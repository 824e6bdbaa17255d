/*-------------------------------------------------------------------------
 *
 * names.h
 *		The set of member names in which the guard finds a duplicate.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_JSON_NAMES_H
#define HCJWT_JSON_NAMES_H

#include <stdint.h>

#include "json/json.h"

/*
 * Mixed into the hash that finds duplicate members, so that nobody can make
 * them collide on purpose.  Set once, at start; any value is correct.
 */
extern uint64_t json_names_seed;

/*
 * The names of the outermost object's members, to find one that stands twice.
 * A token of JWS_MAX_LEN cannot hold more members than JSON_MAX_MEMBERS.
 */
#define JSON_NAME_SLOTS		3072

typedef struct JsonNames
{
	const char *text;			/* what offsets count from */
	uint32_t	nslots;			/* how many slots are in use, fewer for less
								 * text */
	uint32_t	nnames;
	uint32_t	slots[JSON_NAME_SLOTS];
} JsonNames;

extern void json_names_start(JsonNames *names, const char *text, size_t len);

/*
 * Adds what stands between a name's quotes.  JSON_DUPLICATE_MEMBER when it is
 * there already, JSON_SYNTAX when there are too many.
 */
extern JsonStatus json_names_add(JsonNames *names, const char *name,
								 size_t len, bool escaped);

#endif							/* HCJWT_JSON_NAMES_H */
