/*-------------------------------------------------------------------------
 *
 * answer.c
 *		Proof: a packed answer fills its memory exactly, and unpacked it is what was
 *		packed.
 *
 * The texts are as they stand here, because the code copies them whole: no two of one
 * answer are alike, and one may be empty.
 *
 * stands in for: dsa_allocate_extended dsa_get_address palloc memcpy
 * entries: answers
 * cbmc: --unwind 80
 *
 *-------------------------------------------------------------------------
 */
#include "refresh/answer.c"

#include "proof.h"

#define KEYS		3

/* The chunk of shared memory, and the copy that a database worker has. */
typedef struct Packed
{
	Answer		answer;
	char		texts[64];
} Packed;

dsa_area   *schedule_area;
static Packed chunk;
static size_t chunk_size;		/* of what was asked for; 0: there is no room */
static size_t filled;			/* of the texts */
static bool has_room;
static Packed copied;
static AnswerKey copied_keys[KEYS];

dsa_pointer
stand_in_dsa_allocate_extended(dsa_area *area, size_t size, int flags)
{
	PROVE((flags & DSA_ALLOC_NO_OOM) != 0);
	PROVE(size <= sizeof(Packed));
	chunk_size = size;
	filled = 0;
	return has_room ? 1 : InvalidDsaPointer;
}

void *
stand_in_dsa_get_address(dsa_area *area, dsa_pointer pointer)
{
	PROVE(has_room);
	return &chunk;
}

void *
stand_in_palloc(Size size)
{
	if (size == chunk_size)
		return &copied;
	PROVE(size <= sizeof(copied_keys));
	return copied_keys;
}

/* Copies the answer by its members, and texts by their bytes. */
void *
stand_in_memcpy(void *to, const void *from, size_t n)
{
	if (to == (void *) &copied)
	{
		PROVE(from == (const void *) &chunk && n == chunk_size);
		copied.answer = chunk.answer;
		for (size_t i = 0; i < sizeof(copied.texts); i++)
			copied.texts[i] = chunk.texts[i];
	}
	else if (to == (void *) &chunk)
	{
		PROVE(n == sizeof(Answer));
		chunk.answer = *(const Answer *) from;
	}
	else
	{
		PROVE(to == (void *) (chunk.texts + filled));
		PROVE(sizeof(Answer) + filled + n <= chunk_size);
		for (size_t i = 0; i < n; i++)
			chunk.texts[filled++] = ((const char *) from)[i];
	}
	return to;
}

static AnswerKey keys[KEYS] = {
	{"k1", "j1-", "t1--"},
	{"k2-", "j2", "t2"},
	{"k3", "j3", "t3-"}
};

static bool
same(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

static void
pack_and_unpack(const Answer *answer)
{
	size_t		size;
	Answer	   *copy;

	PROVE(DsaPointerIsValid(pack_answer(answer, &size)));
	PROVE(size == chunk_size && size == sizeof(Answer) + filled);

	copy = unpack_answer(&chunk, size);
	PROVE(copy->outcome == answer->outcome && copy->http_status == answer->http_status);
	PROVE(copy->began == answer->began && copy->ended == answer->ended);
	PROVE(copy->forget_etag == answer->forget_etag && copy->nkeys == answer->nkeys);
	PROVE(same(copy->url, answer->url) && same(copy->sent_etag, answer->sent_etag));
	PROVE(same(copy->etag, answer->etag) && same(copy->error, answer->error));
	for (int i = 0; i < answer->nkeys; i++)
	{
		PROVE(same(copy->keys[i].kid, keys[i].kid));
		PROVE(same(copy->keys[i].jwk, keys[i].jwk));
		PROVE(same(copy->keys[i].thumbprint, keys[i].thumbprint));
	}
}

void
answers(void)
{
	Answer		answer = {.url = "url",.sent_etag = "sent",.etag = "came",.error = ""};
	size_t		size;

	answer.keys = keys;
	PROVE(!DsaPointerIsValid(pack_answer(&answer, &size)));

	has_room = true;
	answer.outcome = (FetchOutcome) nondet_int();
	answer.http_status = nondet_int();
	answer.began = nondet_int64();
	answer.ended = nondet_int64();
	answer.forget_etag = nondet_bool();
	pack_and_unpack(&answer);
	answer.error = "error";
	answer.nkeys = KEYS;
	pack_and_unpack(&answer);
}
