/*-------------------------------------------------------------------------
 *
 * endpoint_claims.c
 *	  GET /api/v2/help_center/integration/account_custom_claims
 *
 * IDENTIFICATION
 *	  helpcenter/endpoint_claims.c
 *
 *-------------------------------------------------------------------------
 */
#include <stdlib.h>

#include "auth.h"
#include "encode.h"
#include "endpoints.h"
#include "server.h"

/* Reading only, and for admins only, as with the vendor. */
void
endpoint_claims(Request *request, Reply *reply)
{
	const Users *users = &request->server->users;
	const User *user;
	json_t	   *list;

	reply_header(reply, "Cache-Control", "no-store");
	if (authenticate(request, &user) != AUTH_USER)
	{
		reply_error(reply, 401);
		return;
	}
	if (user->role != ROLE_ADMIN)
	{
		reply_error(reply, 403);
		return;
	}
	list = json_array();
	for (int i = 0; i < users->nclaims; i++)
	{
		const CustomClaim *claim = &users->claims[i];
		Digest		digest = sha256_str(claim->name);
		char	   *id = hex_encode(digest.bytes, 13);

		json_array_append_new(list, json_pack("{s:s, s:s, s:s}",
											  "id", id,
											  "claim_identifier", claim->name,
											  "claim_value", claim->value));
		free(id);
	}
	reply_json(reply, 200, json_pack("{s:o}", "account_custom_claims", list));
}
