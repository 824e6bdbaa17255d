/*-------------------------------------------------------------------------
 *
 * stored_jwk.c
 *		JWKs as hcjwt.keys has them: jsonb, in the encoding of the database.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/jsonb.h"

#include "encoding.h"
#include "keys/stored_jwk.h"

JwkStatus
jwk_from_row(Datum jsonb, const char *kid, Jwk *jwk)
{
	Jsonb	   *stored = DatumGetJsonbP(jsonb);
	char	   *text = JsonbToCString(NULL, &stored->root, VARSIZE(stored));
	size_t		len;
	const char *utf8 = server_to_utf8(text, strlen(text), &len);
	JwkStatus	status = utf8 ? jwk_parse(utf8, len, jwk) : JWK_BAD_JSON;

	if (status != JWK_OK)
		return status;
	utf8 = server_to_utf8(kid, strlen(kid), &len);
	return utf8 != NULL && len == jwk->kid_len && memcmp(utf8, jwk->kid, len) == 0 ?
		JWK_OK : JWK_OTHER_KID;
}

bool
jwk_to_row(const Jwk *jwk, Datum *jsonb)
{
	char	   *text = palloc(JWK_JSON_MAX_LEN);
	size_t		len = jwk_write(jwk, text);
	const char *server = utf8_to_server(text, len, &len);

	if (server == NULL)
		return false;
	*jsonb = DirectFunctionCall1(jsonb_in, CStringGetDatum(server));
	return true;
}
