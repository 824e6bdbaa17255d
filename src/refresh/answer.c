/*-------------------------------------------------------------------------
 *
 * answer.c
 *		Packs judged answers for their way through shared memory.
 *
 * A packed answer is the struct, then the strings one after the other, each with
 * its NUL.  The pointers in the packed struct mean nothing.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "refresh/answer.h"
#include "refresh/schedule.h"

static char *
pack_text(char *place, const char *text)
{
	size_t		size = strlen(text) + 1;

	memcpy(place, text, size);
	return place + size;
}

dsa_pointer
pack_answer(const Answer *answer, size_t *size)
{
	dsa_pointer chunk;
	char	   *place;

	*size = sizeof(Answer) + strlen(answer->url) + strlen(answer->sent_etag) +
		strlen(answer->etag) + strlen(answer->error) + 4;
	for (int i = 0; i < answer->nkeys; i++)
		*size += strlen(answer->keys[i].kid) + strlen(answer->keys[i].jwk) +
			strlen(answer->keys[i].thumbprint) + 3;

	chunk = dsa_allocate_extended(schedule_area, *size, DSA_ALLOC_NO_OOM);
	if (!DsaPointerIsValid(chunk))
		return chunk;

	place = dsa_get_address(schedule_area, chunk);
	memcpy(place, answer, sizeof(Answer));
	place += sizeof(Answer);
	place = pack_text(place, answer->url);
	place = pack_text(place, answer->sent_etag);
	place = pack_text(place, answer->etag);
	place = pack_text(place, answer->error);
	for (int i = 0; i < answer->nkeys; i++)
	{
		place = pack_text(place, answer->keys[i].kid);
		place = pack_text(place, answer->keys[i].jwk);
		place = pack_text(place, answer->keys[i].thumbprint);
	}
	return chunk;
}

static const char *
unpack_text(const char **place)
{
	const char *text = *place;

	*place += strlen(text) + 1;
	return text;
}

Answer *
unpack_answer(const void *packed, size_t size)
{
	Answer	   *answer = palloc(size);
	const char *place = (const char *) (answer + 1);

	memcpy(answer, packed, size);
	answer->url = unpack_text(&place);
	answer->sent_etag = unpack_text(&place);
	answer->etag = unpack_text(&place);
	answer->error = unpack_text(&place);
	answer->keys = palloc(sizeof(AnswerKey) * answer->nkeys);
	for (int i = 0; i < answer->nkeys; i++)
	{
		answer->keys[i].kid = unpack_text(&place);
		answer->keys[i].jwk = unpack_text(&place);
		answer->keys[i].thumbprint = unpack_text(&place);
	}
	return answer;
}
