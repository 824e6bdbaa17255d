/*-------------------------------------------------------------------------
 *
 * claims.c
 *	  the account custom claims, which an admin adds to the tokens of a brand
 *
 *-------------------------------------------------------------------------
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "account/claims.h"
#include "base/encode.h"

static void
claim_free(CustomClaim *claim)
{
	free(claim->brand);
	free(claim->identifier);
	free(claim->value);
	free(claim->description);
}

void
claims_free(Claims *claims)
{
	for (int i = 0; i < claims->count; i++)
		claim_free(&claims->list[i]);
	free(claims->list);
	memset(claims, 0, sizeof(*claims));
}

static bool
same_brand(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcasecmp(a, b) == 0;
}

CustomClaim *
claims_next(const Claims *claims, const char *brand, int *pos)
{
	while (*pos < claims->count)
	{
		CustomClaim *claim = &claims->list[(*pos)++];

		if (same_brand(claim->brand, brand))
			return claim;
	}
	return NULL;
}

CustomClaim *
claims_by_id(const Claims *claims, const char *brand, const char *id)
{
	CustomClaim *claim;
	int			pos = 0;

	while ((claim = claims_next(claims, brand, &pos)) != NULL)
		if (strcasecmp(claim->id, id) == 0)
			return claim;
	return NULL;
}

CustomClaim *
claims_by_identifier(const Claims *claims, const char *brand,
					 const char *identifier)
{
	CustomClaim *claim;
	int			pos = 0;

	while ((claim = claims_next(claims, brand, &pos)) != NULL)
		if (strcmp(claim->identifier, identifier) == 0)
			return claim;
	return NULL;
}

/* A ULID: 48 bits of time in ms and 80 random ones, in Crockford's base 32. */
static void
make_ulid(char *id)
{
	static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	struct timespec now;
	uint64_t	ms;
	unsigned char random[16];

	clock_gettime(CLOCK_REALTIME, &now);
	ms = (uint64_t) now.tv_sec * 1000 + now.tv_nsec / 1000000;
	for (int i = 9; i >= 0; i--, ms >>= 5)
		id[i] = digits[ms & 31];
	random_bytes(random, sizeof(random));
	for (int i = 0; i < 16; i++)
		id[10 + i] = digits[random[i] & 31];
	id[ULID_LEN] = '\0';
}

static void
add_error(json_t **errors, const char *member, const char *what)
{
	if (*errors == NULL)
		*errors = json_object();
	if (json_object_get(*errors, member) == NULL)
		json_object_set_new(*errors, member, json_array());
	json_array_append_new(json_object_get(*errors, member),
						  json_string(what));
}

/* The new value of a required member: the text in members, or else the old text. */
static const char *
judge_text(const json_t *members, const char *member, const char *old,
		   json_t **errors)
{
	const json_t *item = json_object_get(members, member);
	const char *text = item == NULL ? old : json_string_value(item);

	if (item && !json_is_string(item) && !json_is_null(item))
		add_error(errors, member, "must be a string");
	else if (text == NULL || text[strspn(text, " \t\r\n\f\v")] == '\0')
		add_error(errors, member, "can't be blank");
	return text;
}

static void
set_text(char **place, const char *text)
{
	char	   *copy = text ? xstrdup(text) : NULL;

	free(*place);
	*place = copy;
}

static CustomClaim *
append_claim(Claims *claims, const char *brand)
{
	CustomClaim *claim;

	claims->list = xrealloc(claims->list,
							(claims->count + 1) * sizeof(CustomClaim));
	claim = &claims->list[claims->count++];
	memset(claim, 0, sizeof(*claim));
	make_ulid(claim->id);
	claim->brand = brand ? xstrdup(brand) : NULL;
	claim->created = time(NULL);
	return claim;
}

json_t *
claims_write(Claims *claims, const char *brand, const json_t *members,
			 CustomClaim **claim)
{
	CustomClaim *old = *claim;
	json_t	   *errors = NULL;
	const char *identifier = judge_text(members, "claim_identifier",
										old ? old->identifier : NULL,
										&errors);
	const char *value = judge_text(members, "claim_value",
								   old ? old->value : NULL, &errors);
	const json_t *description = json_object_get(members, "claim_description");
	int			count = 0;
	int			pos = 0;

	if (description && !json_is_string(description) &&
		!json_is_null(description))
		add_error(&errors, "claim_description", "must be a string");

	/* one object cannot have two members with the same name */
	if (errors == NULL)
	{
		CustomClaim *twin = claims_by_identifier(claims, brand, identifier);

		if (twin && twin != old)
			add_error(&errors, "claim_identifier", "has already been taken");
	}
	while (claims_next(claims, brand, &pos))
		count++;
	if (errors == NULL && old == NULL && count >= CLAIMS_MAX)
		add_error(&errors, "base",
				  "an account and brand can have at most 5 custom claims");
	if (errors)
		return errors;

	if (old == NULL)
		old = *claim = append_claim(claims, brand);
	set_text(&old->identifier, identifier);
	set_text(&old->value, value);
	if (description)
		set_text(&old->description, json_string_value(description));
	old->updated = time(NULL);
	return NULL;
}

void
claims_remove(Claims *claims, CustomClaim *claim)
{
	size_t		behind = &claims->list[--claims->count] - claim;

	claim_free(claim);
	memmove(claim, claim + 1, behind * sizeof(CustomClaim));
}

bool
claims_fail(json_t *errors, Error *err)
{
	const char *member = json_object_iter_key(json_object_iter(errors));
	const char *what = json_string_value(json_array_get(
														json_object_get(errors, member), 0));

	if (strcmp(member, "base") == 0)
		fail(err, "%s", what);
	else
		fail(err, "\"%s\" %s", member, what);
	json_decref(errors);
	return false;
}

void
claims_move(Claims *claims, const char *brand, const char *to)
{
	CustomClaim *claim;
	int			pos = 0;

	while ((claim = claims_next(claims, brand, &pos)) != NULL)
	{
		if (to)
			set_text(&claim->brand, to);
		else
		{
			claims_remove(claims, claim);
			pos--;
		}
	}
}
