/*-------------------------------------------------------------------------
 *
 * claims.h
 *	  the account custom claims, which an admin adds to the tokens of a brand
 *
 *-------------------------------------------------------------------------
 */
#ifndef HC_CLAIMS_H
#define HC_CLAIMS_H

#include <jansson.h>

#include "base/text.h"

#define CLAIMS_MAX 5			/* for each account and brand: the vendor's
								 * limit */
#define ULID_LEN 26

typedef struct CustomClaim
{
	char		id[ULID_LEN + 1];
	char	   *brand;			/* its host; NULL: the account's first brand */
	char	   *identifier;		/* the member's name in the payload */
	char	   *value;
	char	   *description;	/* NULL: none */
	time_t		created;
	time_t		updated;
} CustomClaim;

typedef struct Claims
{
	CustomClaim *list;			/* of all brands, the oldest first */
	int			count;
} Claims;

extern void claims_free(Claims *claims);

/* The brand's next claim after *pos, which begins as 0; NULL at the end. */
extern CustomClaim *claims_next(const Claims *claims, const char *brand,
								int *pos);
extern CustomClaim *claims_by_id(const Claims *claims, const char *brand,
								 const char *id);
extern CustomClaim *claims_by_identifier(const Claims *claims,
										 const char *brand,
										 const char *identifier);

/*
 * Makes a claim of the brand and sets *claim to it; or changes *claim, unless
 * that is NULL. members is a JSON object with claim_identifier, claim_value and
 * claim_description; other members are ignored.  A change does not touch what
 * members lacks.  Returns NULL, or, when nothing was changed, the vendor's
 * object of errors: {"claim_value":["can't be blank"]}.
 */
extern json_t *claims_write(Claims *claims, const char *brand,
							const json_t *members, CustomClaim **claim);
extern void claims_remove(Claims *claims, CustomClaim *claim);

/* Turns the first of claims_write()'s errors into a text, and frees errors. */
extern bool claims_fail(json_t *errors, Error *err);

/* Moves a brand's claims to its new host; removes them when to is NULL. */
extern void claims_move(Claims *claims, const char *brand, const char *to);

#endif							/* HC_CLAIMS_H */
