/*-------------------------------------------------------------------------
 *
 * names.c
 *		The set of member names in which the guard finds a duplicate.
 *
 * Open addressing with linear probing, on the stack.  A slot holds where in
 * the text a name begins and a few more bits of its hash, so names themselves
 * are hardly ever compared.  The hash is keyed, so nobody can choose names
 * that make it slow.
 *
 *-------------------------------------------------------------------------
 */
#include "json/names.h"

#include <string.h>

#include "json/strings.h"

/* A slot: 18 bits of offset, never 0 as a brace stands before, and 14 of tag. */
#define OFFSET_BITS			18
#define OFFSET_MASK			((UINT32_C(1) << OFFSET_BITS) - 1)

_Static_assert(JSON_MAX_LEN <= UINT32_C(1) << OFFSET_BITS,
			   "a slot must hold every offset");
_Static_assert(JSON_MAX_MEMBERS < JSON_NAME_SLOTS,
			   "a probe must end at a free slot");

uint64_t	json_names_seed = UINT64_C(0x9E3779B97F4A7C15);

/* A bijection of 64 bits in which each input bit reaches each output bit. */
static uint64_t
mix(uint64_t x)
{
	x ^= x >> 33;
	x *= UINT64_C(0xFF51AFD7ED558CCD);
	x ^= x >> 33;
	x *= UINT64_C(0xC4CEB9FE1A85EC53);
	x ^= x >> 33;
	return x;
}

static uint64_t
hash_eight(uint64_t hash, const char *p)
{
	uint64_t	chunk;

	memcpy(&chunk, p, 8);
	return mix(hash ^ chunk);
}

/* Hashes the last n bytes, fewer than eight, with n in the top byte. */
static uint64_t
hash_tail(uint64_t hash, const char *p, size_t n)
{
	uint64_t	chunk = (uint64_t) n << 56;
	size_t		i;

	for (i = 0; i < n; i++)
		chunk |= (uint64_t) (uint8_t) p[i] << 8 * i;
	return mix(hash ^ chunk);
}

/* Hashes the bytes that the name decodes to, eight at a time. */
static uint64_t
hash_name(const char *name, size_t len, bool escaped)
{
	uint64_t	hash = json_names_seed;
	JsonBytes	bytes;
	char		buf[8];
	size_t		n = 0;
	int			c;

	if (!escaped)
	{
		for (; len >= 8; len -= 8, name += 8)
			hash = hash_eight(hash, name);
		return hash_tail(hash, name, len);
	}

	json_bytes_start(&bytes, name, len);
	while ((c = json_bytes_next(&bytes)) >= 0)
	{
		buf[n++] = (char) c;
		if (n == 8)
		{
			hash = hash_eight(hash, buf);
			n = 0;
		}
	}
	return hash_tail(hash, buf, n);
}

/* The length of the name that begins here; the guard has judged its quotes. */
static size_t
name_length(const char *name)
{
	const char *p = name;

	while (*p != '"')
		p += *p == '\\' ? 2 : 1;
	return (size_t) (p - name);
}

static bool
same_name(const char *a, size_t alen, const char *b, size_t blen)
{
	JsonBytes	abytes;
	JsonBytes	bbytes;
	int			c;

	json_bytes_start(&abytes, a, alen);
	json_bytes_start(&bbytes, b, blen);
	do
	{
		c = json_bytes_next(&abytes);
		if (c != json_bytes_next(&bbytes))
			return false;
	} while (c >= 0);
	return true;
}

void
json_names_start(JsonNames *names, const char *text, size_t len)
{
	/* a member takes at least five characters: "":0, */
	size_t		nslots = len / 4 + 8;

	if (nslots > JSON_NAME_SLOTS)
		nslots = JSON_NAME_SLOTS;
	names->text = text;
	names->nslots = (uint32_t) nslots;
	names->nnames = 0;
	memset(names->slots, 0, nslots * sizeof(names->slots[0]));
}

JsonStatus
json_names_add(JsonNames *names, const char *name, size_t len, bool escaped)
{
	uint64_t	hash;
	uint32_t	tag;
	uint32_t	i;

	if (names->nnames >= JSON_MAX_MEMBERS || names->nnames + 1 >= names->nslots)
		return JSON_SYNTAX;

	hash = hash_name(name, len, escaped);
	tag = (uint32_t) hash & ~OFFSET_MASK;
	i = (uint32_t) ((hash >> 32) * names->nslots >> 32);

	while (names->slots[i] != 0)
	{
		uint32_t	slot = names->slots[i];

		if ((slot & ~OFFSET_MASK) == tag)
		{
			const char *other = names->text + (slot & OFFSET_MASK);

			if (same_name(name, len, other, name_length(other)))
				return JSON_DUPLICATE_MEMBER;
		}
		if (++i == names->nslots)
			i = 0;
	}
	names->slots[i] = tag | (uint32_t) (name - names->text);
	names->nnames++;
	return JSON_OK;
}
