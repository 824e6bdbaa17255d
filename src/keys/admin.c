/*-------------------------------------------------------------------------
 *
 * admin.c
 *		What administrators do with help centers and keys.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

#include "encoding.h"
#include "jose/jwk.h"
#include "jose/jwks.h"
#include "keys/changes.h"
#include "keys/help_center.h"
#include "keys/registration_advice.h"
#include "keys/statement.h"
#include "keys/stored_jwk.h"
#include "url/host.h"
#include "url/url.h"

/*
 * All of these are SECURITY DEFINER with search_path pinned, so SPI needs no
 * more than schema-qualified names.
 */
PG_FUNCTION_INFO_V1(hcjwt_add_help_center);
PG_FUNCTION_INFO_V1(hcjwt_drop_help_center);
PG_FUNCTION_INFO_V1(hcjwt_import_keys);
PG_FUNCTION_INFO_V1(hcjwt_revoke_key);
PG_FUNCTION_INFO_V1(hcjwt_unrevoke_key);

/* Locks the row against other changes of the help center and of its keys. */
static void
lock_existing(Datum name)
{
	if (!lock_help_center(name, true))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("help center \"%s\" does not exist", TextDatumGetCString(name))));
}

static Datum
argument(FunctionCallInfo fcinfo, int n)
{
	return PointerGetDatum(PG_GETARG_TEXT_PP(n));
}

/*
 * add_help_center(name text, base_url text, keys_url text, origins text[],
 * audience text, issuer text, leeway interval) → void
 */
Datum
hcjwt_add_help_center(PG_FUNCTION_ARGS)
{
	static const char query[] =
		"INSERT INTO hcjwt.help_centers"
		" (name, base_url, keys_url, origins, audience, issuer, leeway)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7)"
		" ON CONFLICT (name) DO NOTHING";
	Oid			types[7] = {TEXTOID, TEXTOID, TEXTOID, TEXTARRAYOID, TEXTOID,
	TEXTOID, INTERVALOID};
	Datum		values[7];
	char		nulls[7];
	char	   *name;
	char	   *base_url;
	char	   *keys_url = NULL;
	Url			url;

	for (int i = 0; i < 7; i++)
	{
		values[i] = PG_GETARG_DATUM(i);
		nulls[i] = PG_ARGISNULL(i) ? 'n' : ' ';
	}
	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("name of a help center must not be null")));
	name = text_to_cstring(PG_GETARG_TEXT_PP(0));
	/* without base_url, the name is a subdomain of zendesk.com */
	if (PG_ARGISNULL(1))
	{
		if (!url_is_dns_label(name, strlen(name)))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("\"%s\" cannot be a Zendesk subdomain", name),
					 errhint("%s", right_registration(name))));
		base_url = psprintf("https://%s.zendesk.com", name);
		values[1] = CStringGetTextDatum(base_url);
		nulls[1] = ' ';
	}
	else
		base_url = text_to_cstring(PG_GETARG_TEXT_PP(1));

	/* the trigger judges the rest, as it does for an INSERT */
	parse_help_center_url("base_url", base_url, &url);
	check_base_path(base_url, &url);
	if (!PG_ARGISNULL(2))
		keys_url = text_to_cstring(PG_GETARG_TEXT_PP(2));
	/* what the settings forbid to fetch is refused here, not by the trigger */
	if (!is_never_fetched(keys_url))
	{
		check_url_allowed("base_url", &url);
		if (keys_url != NULL)
		{
			parse_help_center_url("keys_url", keys_url, &url);
			check_url_allowed("keys_url", &url);
		}
	}

	connect_spi();
	if (run_statement(query, SPI_OK_INSERT, 7, types, values, nulls) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_DUPLICATE_OBJECT),
				 errmsg("help center \"%s\" already exists", name)));
	tell_of_shared_keys(values[0]);
	SPI_finish();
	PG_RETURN_VOID();
}

/* drop_help_center(name text) → void */
Datum
hcjwt_drop_help_center(PG_FUNCTION_ARGS)
{
	Datum		name = argument(fcinfo, 0);

	connect_spi();
	lock_existing(name);
	(void) run_statement_on_text("DELETE FROM hcjwt.help_centers WHERE name = $1",
								 SPI_OK_DELETE, 1, &name);
	SPI_finish();
	PG_RETURN_VOID();
}

/*
 * Why a key of the set cannot be imported, as a sentence; NULL when it can.  Then
 * *kid and *jwk are what its row is to have.
 */
static const char *
why_unusable(const JwksElement *element, Datum *kid, Datum *jwk)
{
	const char *server;
	size_t		len;

	if (element->status != JWK_OK)
		return psprintf("The JWK %s.", jwk_status_text(element->status));
	if (element->ambiguous)
		return "The set has its \"kid\" twice, with different keys.";
	server = utf8_to_server(element->jwk.kid, element->jwk.kid_len, &len);
	if (server == NULL || !jwk_to_row(&element->jwk, jwk))
		return "Its \"kid\" has a character that the encoding of the database lacks.";
	*kid = PointerGetDatum(cstring_to_text_with_len(server, len));
	return NULL;
}

/*
 * Imports one key; the trigger merges it with what is there.  Returns NULL, or
 * why the key is not trusted nevertheless.
 */
static const char *
import_key(Datum help_center, Datum kid, Datum jwk, const char *thumbprint)
{
	static const char query[] =
		"INSERT INTO hcjwt.keys (help_center, kid, jwk, thumbprint, source)"
		" VALUES ($1, $2, $3, '', 'imported')";
	Oid			types[3] = {TEXTOID, TEXTOID, JSONBOID};
	Datum		values[3] = {help_center, kid, jwk};

	(void) run_statement(query, SPI_OK_INSERT, 3, types, values, NULL);

	values[2] = CStringGetTextDatum(thumbprint);
	if (run_statement_on_text("SELECT FROM hcjwt.keys WHERE help_center = $1"
							  " AND (kid = $2 OR thumbprint = $3) AND revoked_at IS NOT NULL",
							  SPI_OK_SELECT, 3, values) > 0)
		return "It, or its \"kid\", is revoked: see hcjwt.unrevoke_key().";
	return NULL;
}

/* Deletes the imported keys that are not among these; a revoked one stays. */
static void
prune_keys(Datum help_center, Datum *kids, int nkids)
{
	static const char query[] =
		"DELETE FROM hcjwt.keys WHERE help_center = $1 AND source = 'imported'"
		" AND revoked_at IS NULL AND kid <> ALL ($2)";
	Oid			types[2] = {TEXTOID, TEXTARRAYOID};
	Datum		values[2];
	uint64		pruned;

	values[0] = help_center;
	values[1] = PointerGetDatum(construct_array(kids, nkids, TEXTOID, -1, false,
												TYPALIGN_INT));
	pruned = run_statement(query, SPI_OK_DELETE, 2, types, values, NULL);
	if (pruned > 0)
		ereport(NOTICE,
				(errmsg("imported keys that the set lacks were deleted: %d", (int) pruned)));
}

/* import_keys(help_center text, jwks jsonb, prune boolean) → int; 1.0 has no prune */
Datum
hcjwt_import_keys(PG_FUNCTION_ARGS)
{
	Jsonb	   *jwks = PG_GETARG_JSONB_P(1);
	char	   *json;
	const char *utf8;
	size_t		len;
	JwksElement *elements = palloc(JWKS_MAX_KEYS * sizeof(JwksElement));
	int			n = 0;
	int			nusable = 0;
	int			nimported = 0;
	JwksStatus	status;
	Datum	   *kids = palloc(JWKS_MAX_KEYS * sizeof(Datum));
	int			nkids = 0;

	/* a set that cannot be read, or has no usable key, is an error */
	json = JsonbToCString(NULL, &jwks->root, VARSIZE(jwks));
	utf8 = server_to_utf8(json, strlen(json), &len);
	status = utf8 ? jwks_parse(utf8, len, elements, &n, &nusable) : JWKS_BAD_JSON;
	if (status != JWKS_OK)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("JWK Set cannot be used"),
				 errdetail("The set %s%s%s.", jwks_status_text(status),
						   n > 0 && elements[0].status != JWK_OK ? "; the first " : "",
						   n > 0 && elements[0].status != JWK_OK
						   ? jwk_status_text(elements[0].status) : "")));

	connect_spi();
	lock_existing(argument(fcinfo, 0));
	for (int i = 0; i < n; i++)
	{
		Datum		kid = (Datum) 0;
		Datum		jwk = (Datum) 0;
		const char *problem = why_unusable(&elements[i], &kid, &jwk);

		/* one key that stands twice is imported once */
		if (problem == NULL && elements[i].repeat)
			continue;
		if (problem == NULL)
			kids[nkids++] = kid;
		if (problem == NULL)
			problem = import_key(argument(fcinfo, 0), kid, jwk,
								 elements[i].jwk.thumbprint);
		if (problem == NULL)
			nimported++;
		else
			ereport(WARNING,
					(errmsg("key %d of the set is not used", i + 1),
					 errdetail_internal("%s", problem)));
	}
	/* a set without a usable key does not tell which keys are to go */
	if (nimported > 0 && PG_NARGS() > 2 && PG_GETARG_BOOL(2))
		prune_keys(argument(fcinfo, 0), kids, nkids);
	tell_of_shared_keys(argument(fcinfo, 0));
	SPI_finish();
	PG_RETURN_INT32(nimported);
}

/* Runs a query that revokes or unrevokes; an unknown kid is an error. */
static void
change_revocation(FunctionCallInfo fcinfo, const char *query)
{
	Datum		values[2];

	values[0] = argument(fcinfo, 0);
	values[1] = argument(fcinfo, 1);
	connect_spi();
	lock_existing(values[0]);
	if (run_statement_on_text(query, SPI_OK_UPDATE, 2, values) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("help center \"%s\" has no such key",
						TextDatumGetCString(values[0])),
				 errhint("Look up its kids in hcjwt.keys.")));
	SPI_finish();
}

/* revoke_key(help_center text, kid text) → void */
Datum
hcjwt_revoke_key(PG_FUNCTION_ARGS)
{
	change_revocation(fcinfo,
					  "UPDATE hcjwt.keys SET revoked_at = COALESCE(revoked_at, pg_catalog.now())"
					  " WHERE help_center = $1 AND kid = $2");
	PG_RETURN_VOID();
}

/*
 * Takes back the revocation of the material: other kids may have been revoked
 * along with this one.
 */
Datum
hcjwt_unrevoke_key(PG_FUNCTION_ARGS)
{
	keys_unrevoked_here = true;
	PG_TRY();
	{
		change_revocation(fcinfo,
						  "UPDATE hcjwt.keys SET revoked_at = NULL"
						  " WHERE help_center = $1 AND thumbprint IN"
						  " (SELECT thumbprint FROM hcjwt.keys WHERE help_center = $1 AND kid = $2)");
	}
	PG_FINALLY();
	{
		keys_unrevoked_here = false;
	}
	PG_END_TRY();
	PG_RETURN_VOID();
}
