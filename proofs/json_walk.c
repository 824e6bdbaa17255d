/*-------------------------------------------------------------------------
 *
 * json_walk.c
 *		Proof: a walk of any text stays inside the text and comes to an end.
 *
 * sources: json/walk.c
 * cbmc: --unwind 6
 *
 *-------------------------------------------------------------------------
 */
#include "proof.h"

#include "json/walk.h"

#define MAX_LEN		4

static void
prove_inside(const char *text, size_t len, const JsonWanted *value)
{
	PROVE(value->value >= text && value->value <= text + len);
	PROVE(value->value_len <= (size_t) (text + len - value->value));
}

static void
walk_array(size_t len)
{
	char	   *text = any_bytes(len);
	JsonWanted	element;
	size_t		pos = nondet_size();
	size_t		before = pos;

	/* from any place where an earlier step may have ended */
	ASSUME(pos <= len + 1);
	if (!json_array_next(text, len, &pos, &element))
		return;
	PROVE(pos > before && pos <= len + 1);
	prove_inside(text, len, &element);
}

static void
walk_object(size_t len)
{
	char	   *text = any_bytes(len);
	JsonMember	member;
	size_t		pos = nondet_size();
	size_t		before = pos;

	ASSUME(pos <= len + 1);
	if (!json_object_next(text, len, &pos, &member))
		return;
	PROVE(pos > before && pos <= len + 1);
	PROVE(member.name > text && member.name + member.name_len <= text + len);
	prove_inside(text, len, &member.value);
}

void
proof(void)
{
	if (nondet_bool())
	{
		ANY_LENGTH(len, 0, MAX_LEN)
			walk_array(len);
	}
	else
	{
		ANY_LENGTH(len, 0, MAX_LEN)
			walk_object(len);
	}
}
