/*-------------------------------------------------------------------------
 *
 * signature.c
 *		The rules for the key and the signature of a token.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/inval.h"

#include "jose/base64url.h"
#include "keys/key_cache.h"
#include "refresh/ask.h"
#include "verify/pins.h"
#include "verify/signature.h"
#include "verify/verdict_cache.h"

/* Looks the kid up; true when it is trusted under some help center now. */
static bool
look_up_kid(Verification *v)
{
	if (v->kid == NULL)
		return false;
	Assert(v->kid_len > 0);
	v->keys = key_cache_look_up(v->kid, v->kid_len, v->now);
	for (int i = 0; i < v->keys->ncenters; i++)
		if (within_max_stale(v->keys->centers[i].trusted_since, v->now))
			return true;
	return false;
}

Reason
find_key(Verification *v)
{
	bool		found = look_up_kid(v);

	/*
	 * Perhaps the help center has a new key.  Where a rule would refuse the
	 * token even with that key, nobody asks for it.
	 */
	while (!found && v->may_wait && v->kid != NULL && !v->keys->unguarded &&
		   !pins_contradict(v) &&
		   ask_for_unknown_kid(pinned_help_center(v), &v->fetch_hint))
	{
		AcceptInvalidationMessages();
		found = look_up_kid(v);
	}
	if (found)
		return REASON_NONE;
	v->detail = v->kid != NULL && v->keys->unguarded
		? "the triggers of hcjwt's tables are not in force, so no key is trusted; see hcjwt.status"
		: "no trusted key has this kid";
	return REASON_UNKNOWN_KEY;
}

/* Is this key trusted now, under any help center? */
static bool
material_in_use(const Verification *v, int material)
{
	for (int i = 0; i < v->keys->ncenters; i++)
	{
		const TrustingCenter *center = &v->keys->centers[i];

		if (center->material == material &&
			within_max_stale(center->trusted_since, v->now))
			return true;
	}
	return false;
}

/*
 * Which keys to try, at most MAX_KEYS_TRIED.  The key of the help center that is asked
 * for comes first, so that others cannot push it out by using its kid.
 */
static int
keys_to_try(const Verification *v, int *materials)
{
	const char *pinned = pinned_help_center(v);
	const TrustingCenter *center = pinned ? find_trusting_center(v->keys, pinned) : NULL;
	int			first = -1;
	int			n = 0;

	if (center != NULL && within_max_stale(center->trusted_since, v->now))
		materials[n++] = first = center->material;
	for (int i = 0; i < v->keys->nmaterials && n < MAX_KEYS_TRIED; i++)
		if (i != first && material_in_use(v, i))
			materials[n++] = i;
	return n;
}

/*
 * Perhaps a help center has given its kid to a new key.  A fetch will tell, in time for
 * the next token.
 */
static void
ask_for_new_material(const Verification *v)
{
	const char *pinned = pinned_help_center(v);

	if (!v->may_wait || pins_contradict(v) ||
		(pinned == NULL && v->keys->ncenters > MAX_KEYS_TRIED))
		return;
	for (int i = 0; i < v->keys->ncenters; i++)
		if (pinned == NULL || strcmp(v->keys->centers[i].name, pinned) == 0)
			ask_after_bad_signature(v->keys->centers[i].name);
}

/*
 * Is it remembered that the token verifies under one of these keys?  If so, its
 * signature need not be decoded: no other base64url text stands for the same
 * bytes.
 */
static bool
signature_is_known(Verification *v, const int *materials, int n,
				   const uint8_t digest[SHA256_LEN])
{
	for (int i = 0; i < n; i++)
	{
		if (verdict_cache_has(digest, v->keys->materials[materials[i]].thumbprint))
		{
			v->material = materials[i];
			v->from_cache = true;
			return true;
		}
	}
	return false;
}

static void
digest_of(const char *data, size_t len, uint8_t digest[SHA256_LEN])
{
	if (!sha256(data, len, digest))
		elog(ERROR, "OpenSSL could not compute a SHA-256 digest");
}

Reason
check_signature(Verification *v)
{
	size_t		len = BASE64URL_DECODED_LEN(v->parts.signature_len);
	int			materials[MAX_KEYS_TRIED];
	int			n = keys_to_try(v, materials);
	uint8_t		token_digest[SHA256_LEN];
	uint8_t		digest[SHA256_LEN];

	v->detail = "the signature is not that of any trusted key of this kid";
	if (len > sizeof(v->signature))
		return REASON_SIGNATURE;

	/* a token that was verified before needs no arithmetic */
	if (verdict_cache_is_on())
	{
		digest_of(v->token, v->token_len, token_digest);
		if (signature_is_known(v, materials, n, token_digest))
			return REASON_NONE;
	}

	if (!base64url_decode(v->parts.signature, v->parts.signature_len, v->signature))
	{
		v->detail = "the signature is not base64url";
		return REASON_SIGNATURE;
	}
	/* try each key on the digest of header and payload */
	digest_of(v->parts.header, v->parts.signing_input_len, digest);
	for (int i = 0; i < n; i++)
	{
		KeyMaterial *material = &v->keys->materials[materials[i]];
		Rs256Key   *key = key_of_material(material);

		if (key == NULL || !rs256_verify_digest(key, digest, v->signature, len))
		{
			/* lack of memory is no verdict on the token, so the query fails */
			if (rs256_ran_out_of_memory())
				ereport(ERROR,
						(errcode(ERRCODE_OUT_OF_MEMORY),
						 errmsg("out of memory"),
						 errdetail("OpenSSL could not allocate memory.")));
			continue;
		}
		v->material = materials[i];
		if (verdict_cache_is_on())
			verdict_cache_add(token_digest, material->thumbprint);
		return REASON_NONE;
	}
	ask_for_new_material(v);
	return REASON_SIGNATURE;
}
