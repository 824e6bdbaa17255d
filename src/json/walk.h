/*-------------------------------------------------------------------------
 *
 * walk.h
 *		Walks a guarded JSON array's elements, and an object's members.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_JSON_WALK_H
#define HCJWT_JSON_WALK_H

#include "json/json.h"

/*
 * Walks a guarded array's or string array's elements: *pos starts as 0 and is
 * kept by the caller.  False at the end.  Elements come as wanted members do (name
 * is not touched); the array is the whole value, brackets and all.
 */
extern bool json_array_next(const char *array, size_t len, size_t *pos,
							JsonWanted *element);

/*
 * Walks a guarded object's members in the same way, in their order; the object
 * is the whole text, with the white space around it.  A name is what stands
 * between its quotes; value's own name is not touched.
 */
typedef struct JsonMember
{
	const char *name;
	size_t		name_len;
	bool		name_escaped;
	JsonWanted	value;
} JsonMember;

extern bool json_object_next(const char *object, size_t len, size_t *pos,
							 JsonMember *member);

#endif							/* HCJWT_JSON_WALK_H */
