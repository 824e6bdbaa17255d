/*-------------------------------------------------------------------------
 *
 * reason.c
 *		Why a token is refused, and what its bearer is told.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "verify/reason.h"

#define ERRCODE_INVALID_TOKEN		MAKE_SQLSTATE('2', '8', 'J', '0', '0')
#define ERRCODE_TOKEN_EXPIRED		MAKE_SQLSTATE('2', '8', 'J', '0', '1')
#define ERRCODE_TOKEN_NOT_YET_VALID MAKE_SQLSTATE('2', '8', 'J', '0', '2')
#define ERRCODE_UNKNOWN_KEY			MAKE_SQLSTATE('2', '8', 'J', '0', '3')
#define ERRCODE_TOKEN_NOT_FOR_USE	MAKE_SQLSTATE('2', '8', 'J', '0', '4')
#define ERRCODE_TOKEN_CHANGED		MAKE_SQLSTATE('2', '8', 'J', '0', '5')

static const struct
{
	const char *name;
	int			sqlstate;
}			reasons[NUM_REASONS] = {
	[REASON_NONE] = {"none", ERRCODE_SUCCESSFUL_COMPLETION},
	[REASON_BOUNDARY_IN_DOUBT] = {"boundary_in_doubt", ERRCODE_TOKEN_NOT_FOR_USE},
	[REASON_LEFT_BEHIND] = {"left_behind", ERRCODE_INVALID_TOKEN},
	[REASON_CHANGED] = {"changed", ERRCODE_TOKEN_CHANGED},
	[REASON_SHAPE] = {"shape", ERRCODE_INVALID_TOKEN},
	[REASON_HEADER] = {"header", ERRCODE_INVALID_TOKEN},
	[REASON_ALG] = {"alg", ERRCODE_INVALID_TOKEN},
	[REASON_TYP] = {"typ", ERRCODE_INVALID_TOKEN},
	[REASON_CRIT] = {"crit", ERRCODE_INVALID_TOKEN},
	[REASON_KID] = {"kid", ERRCODE_INVALID_TOKEN},
	[REASON_UNKNOWN_KEY] = {"unknown_key", ERRCODE_UNKNOWN_KEY},
	[REASON_SIGNATURE] = {"signature", ERRCODE_INVALID_TOKEN},
	[REASON_PAYLOAD] = {"payload", ERRCODE_INVALID_TOKEN},
	[REASON_CLAIMS] = {"claims", ERRCODE_INVALID_TOKEN},
	[REASON_HELP_CENTER] = {"help_center", ERRCODE_TOKEN_NOT_FOR_USE},
	[REASON_ORIGIN] = {"origin", ERRCODE_TOKEN_NOT_FOR_USE},
	[REASON_AMBIGUOUS] = {"ambiguous", ERRCODE_TOKEN_NOT_FOR_USE},
	[REASON_EXPIRED] = {"expired", ERRCODE_TOKEN_EXPIRED},
	[REASON_NOT_YET_VALID] = {"not_yet_valid", ERRCODE_TOKEN_NOT_YET_VALID},
	[REASON_AUDIENCE] = {"audience", ERRCODE_TOKEN_NOT_FOR_USE},
	[REASON_ISSUER] = {"issuer", ERRCODE_TOKEN_NOT_FOR_USE},
};

int
reason_sqlstate(Reason reason)
{
	Assert(reason < NUM_REASONS);
	return reasons[reason].sqlstate;
}

const char *
reason_name(Reason reason)
{
	return reasons[reason].name;
}

const char *
reason_message(Reason reason)
{
	switch (reasons[reason].sqlstate)
	{
		case ERRCODE_TOKEN_EXPIRED:
			return "help center token has expired";
		case ERRCODE_TOKEN_NOT_YET_VALID:
			return "help center token is not yet valid";
		case ERRCODE_UNKNOWN_KEY:
			return "help center token is signed by an unknown key";
		case ERRCODE_TOKEN_NOT_FOR_USE:
			return "help center token is not for this use";
		case ERRCODE_TOKEN_CHANGED:
			return "help center token changed while a query was reading by it";
		default:
			return "invalid help center token";
	}
}
