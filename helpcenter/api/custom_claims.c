/*-------------------------------------------------------------------------
 *
 * custom_claims.c
 *	  /api/v2/help_center/integration/account_custom_claims: Account Custom
 *	  Claims
 *
 * For admins only.  The claims are those of the brand that is asked.
 *
 *-------------------------------------------------------------------------
 */
#include "api/custom_claims.h"
#include "http/auth.h"

/* "2012-04-04T09:14:57Z" */
static json_t *
timestamp(time_t when)
{
	struct tm	tm;
	char		text[32];

	gmtime_r(&when, &tm);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
	return json_string(text);
}

/* The members in the order of the vendor's example. */
static json_t *
describe(const Request *request, const CustomClaim *claim)
{
	return json_pack("{s:I, s:I, s:s?, s:s, s:s, s:o, s:s, s:o}",
					 "account_id", (json_int_t) request->center->account_id,
					 "brand_id", (json_int_t) request->brand->id,
					 "claim_description", claim->description,
					 "claim_identifier", claim->identifier,
					 "claim_value", claim->value,
					 "created_at", timestamp(claim->created),
					 "id", claim->id,
					 "updated_at", timestamp(claim->updated));
}

static void
reply_claim(const Request *request, Reply *reply, int status,
			const CustomClaim *claim)
{
	reply_json(reply, status, json_pack("{s:o}", "custom_claim",
										describe(request, claim)));
}

static bool
is_admin(Request *request, Reply *reply)
{
	const User *user;

	reply_header(reply, "Cache-Control", "no-store");
	if (request->center->seen[SEEN_CLAIMS_BARE_404])
	{
		reply->status = 404;
		return false;
	}
	switch (authenticate(request, &user))
	{
		case AUTH_ANONYMOUS:
			reply_error(reply, 401);
			return false;
		case AUTH_REFUSED:
			reply_refusal(request, reply);
			return false;
		case AUTH_USER:
			break;
	}
	if (user->role != ROLE_ADMIN)
		reply_error(reply, 403);
	return user->role == ROLE_ADMIN;
}

/* NULL when the reply is an error: no admin asks, or there is no such claim. */
static CustomClaim *
find_claim(Request *request, Reply *reply)
{
	CustomClaim *claim;

	if (!is_admin(request, reply))
		return NULL;
	claim = claims_by_id(&request->center->users.claims,
						 request->brand->host, request->item);
	if (claim == NULL)
		reply_json(reply, 404, json_pack("{s:s, s:s}",
										 "error", "RecordNotFound",
										 "description", "Not found"));
	return claim;
}

/* Makes a claim, or changes this one, by the request's body. */
static void
write_claim(Request *request, Reply *reply, CustomClaim *claim)
{
	int			status = claim ? 200 : 201;
	json_t	   *body = json_loadb(request->body.data ? request->body.data : "",
								  request->body.len, 0, NULL);
	json_t	   *members = json_object_get(body, "custom_claim");
	json_t	   *errors;

	if (!json_is_object(members))
	{
		reply_json(reply, 400, json_pack("{s:{s:s, s:s}}", "error",
										 "title", "Bad Request", "message",
										 "The body must be JSON, with an "
										 "object \"custom_claim\""));
		json_decref(body);
		return;
	}
	errors = claims_write(&request->center->users.claims,
						  request->brand->host, members, &claim);
	json_decref(body);
	if (errors)
		reply_json(reply, 400, json_pack("{s:o}", "errors", errors));
	else
		reply_claim(request, reply, status, claim);
}

void
endpoint_claims(Request *request, Reply *reply)
{
	const CustomClaim *claim;
	json_t	   *list;
	int			pos = 0;

	if (!is_admin(request, reply))
		return;
	list = json_array();
	while ((claim = claims_next(&request->center->users.claims,
								request->brand->host, &pos)) != NULL)
		json_array_append_new(list, describe(request, claim));
	reply_json(reply, 200, json_pack("{s:o}", "custom_claims", list));
}

void
endpoint_claims_post(Request *request, Reply *reply)
{
	if (is_admin(request, reply))
		write_claim(request, reply, NULL);
}

void
endpoint_claim(Request *request, Reply *reply)
{
	const CustomClaim *claim = find_claim(request, reply);

	if (claim)
		reply_claim(request, reply, 200, claim);
}

void
endpoint_claim_put(Request *request, Reply *reply)
{
	CustomClaim *claim = find_claim(request, reply);

	if (claim)
		write_claim(request, reply, claim);
}

void
endpoint_claim_delete(Request *request, Reply *reply)
{
	CustomClaim *claim = find_claim(request, reply);

	if (claim == NULL)
		return;
	claims_remove(&request->center->users.claims, claim);
	reply->status = 204;
}
