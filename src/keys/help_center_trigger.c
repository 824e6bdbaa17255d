/*-------------------------------------------------------------------------
 *
 * help_center_trigger.c
 *		The rules of hcjwt.help_centers, kept by its triggers.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "compat.h"
#include "keys/catalog.h"
#include "keys/changes.h"
#include "keys/columns.h"
#include "keys/help_center.h"
#include "keys/statement.h"
#include "keys/trigger.h"
#include "keys_url.h"
#include "url/origin.h"
#include "url/url.h"

PG_FUNCTION_INFO_V1(hcjwt_check_help_center);
PG_FUNCTION_INFO_V1(hcjwt_help_center_changed);

#define DEFAULT_LEEWAY		(30 * USECS_PER_SEC)

static void
check_name(const char *name)
{
	size_t		len = strlen(name);

	if (len < 1 || len > MAX_NAME_LEN)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("name of a help center must have 1 to %d bytes", MAX_NAME_LEN)));
	for (size_t i = 0; i < len; i++)
		if ((unsigned char) name[i] < 0x20 || name[i] == 0x7f)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("name of a help center must not have control characters")));
}

/* Judges base_url, and takes away the slashes that people leave at its end. */
static char *
check_base_url(char *base_url)
{
	Url			url;
	size_t		len = strlen(base_url);

	while (len > 0 && base_url[len - 1] == '/')
		base_url[--len] = '\0';
	parse_help_center_url("base_url", base_url, &url);
	return base_url;
}

/* The origin of a URL, as RFC 6454, section 6.2, writes it. */
static char *
origin_of(const char *base_url)
{
	const char *scheme;
	const char *host;
	Url			url;

	parse_help_center_url("base_url", base_url, &url);
	scheme = url.https ? "https" : "http";
	host = url.host_is_ipv6 ? psprintf("[%s]", url.host) : url.host;
	if (url.port == (url.https ? 443 : 80))
		return psprintf("%s://%s", scheme, host);
	return psprintf("%s://%s:%d", scheme, host, url.port);
}

static Datum
default_origins(const char *base_url)
{
	Datum		origin = CStringGetTextDatum(origin_of(base_url));

	return PointerGetDatum(construct_array(&origin, 1, TEXTOID, -1, false,
										   TYPALIGN_INT));
}

static void
check_origins(Datum value)
{
	Datum	   *elements;
	bool	   *nulls;
	int			n;

	deconstruct_array(DatumGetArrayTypeP(value), TEXTOID, -1, false, TYPALIGN_INT,
					  &elements, &nulls, &n);
	if (n == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("origins of a help center must not be empty"),
				 errhint("Use {*} to accept any origin.")));
	for (int i = 0; i < n; i++)
	{
		char	   *origin = nulls[i] ? NULL : TextDatumGetCString(elements[i]);
		Url			url;

		if (origin != NULL && strcmp(origin, "*") == 0)
			continue;
		if (origin == NULL || !origin_parse(origin, strlen(origin), &url))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("invalid origin of a help center: \"%s\"",
							origin ? origin : "NULL"),
					 errhint("An origin is a scheme, a host and perhaps a port, such as https://support.example.com.")));
	}
}

static void
check_not_empty(const char *name, const char *value)
{
	if (value != NULL && value[0] == '\0')
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s of a help center must not be empty", name),
				 errhint("Use NULL to leave it out.")));
}

static void
check_leeway(HeapTuple tuple, TupleDesc desc)
{
	if (!is_null(tuple, desc, Anum_help_centers_leeway) &&
		leeway_of(DatumGetIntervalP(get_column(tuple, desc, Anum_help_centers_leeway))) < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("leeway of a help center must be 0 to 5 minutes")));
}

static bool
same_array(Datum a, Datum b)
{
	return DatumGetBool(OidFunctionCall2Coll(F_ARRAY_EQ, C_COLLATION_OID, a, b));
}

/*
 * The origins that the help center is to have.  By default they follow from the base
 * URL, and change with it; origins that somebody has chosen stay.
 */
static Datum
wanted_origins(const RowChange *change, const char *base_url)
{
	const AttrNumber attno = Anum_help_centers_origins;
	Datum		origins = get_column(change->new, change->desc, attno);

	if (is_null(change->new, change->desc, attno))
		return default_origins(base_url);
	if (change->old != NULL)
	{
		Datum		before = get_column(change->old, change->desc, attno);
		const char *old_url = get_text(change->old, change->desc, Anum_help_centers_base_url);

		if (same_array(before, default_origins(old_url)) && same_array(origins, before))
			return default_origins(base_url);
	}
	return origins;
}

/* A change of other tables that a help center's change causes; see cascade(). */
typedef struct Cascade
{
	SPIPlanPtr	plan;
	Datum		values[2];
} Cascade;

static int
execute_cascade(void *arg)
{
	Cascade    *cascaded = arg;
	Snapshot	crosscheck = InvalidSnapshot;

	if (IsolationUsesXactSnapshot())
	{
		CommandCounterIncrement();
		crosscheck = GetTransactionSnapshot();
	}
	return SPI_execute_snapshot(cascaded->plan, cascaded->values, NULL,
								IsolationUsesXactSnapshot() ?
								GetLatestSnapshot() : InvalidSnapshot,
								crosscheck, false, true, 0);
}

/*
 * Makes a change of other tables that a help center's change causes.  As for a
 * foreign key, the change also finds rows that others have committed since this
 * transaction's snapshot was taken.  It fails where the isolation level forbids
 * to see them.
 */
static void
cascade(const char *query, int nargs, Datum name, Datum new_name)
{
	Oid			types[2] = {TEXTOID, TEXTOID};
	Cascade		cascaded = {.values = {name, new_name}};
	int			result;

	connect_spi();
	cascaded.plan = SPI_prepare(query, nargs, types);
	if (cascaded.plan == NULL)
		elog(ERROR, "could not prepare a cascaded change");
	result = with_owners_rights(execute_cascade, &cascaded);
	if (result != SPI_OK_DELETE && result != SPI_OK_UPDATE)
		elog(ERROR, "could not make a cascaded change");
	SPI_finish();
}

/*
 * In a replica the foreign key of fetch_state does nothing, so this does its
 * work, too.
 */
static void
cascade_drop(Datum name)
{
	cascade("DELETE FROM hcjwt.keys WHERE help_center = $1", 1, name, (Datum) 0);
	cascade("DELETE FROM hcjwt.fetch_state WHERE help_center = $1", 1, name, (Datum) 0);
}

static void
cascade_rename(Datum name, Datum new_name)
{
	cascade("UPDATE hcjwt.keys SET help_center = $2 WHERE help_center = $1",
			2, name, new_name);
	cascade("UPDATE hcjwt.fetch_state SET help_center = $2 WHERE help_center = $1",
			2, name, new_name);
}

/*
 * Keys without a help center are left from a restore or a replication that was not
 * completed.  A help center that is registered in any other way does not get them.
 */
static void
delete_stray_keys(Datum name)
{
	if (!rows_come_in_any_order())
		cascade("DELETE FROM hcjwt.keys WHERE help_center = $1 AND NOT EXISTS"
				" (SELECT FROM hcjwt.help_centers WHERE name = $1)",
				1, name, (Datum) 0);
}

/*
 * Updates a help center that is registered here already, when a subscription or a
 * restore brings one of the same name; its keys stay.  False when there is none.  One
 * that is disabled here stays disabled, and one that is not fetched here stays so.
 */
static bool
replace_help_center(HeapTuple tuple, TupleDesc desc)
{
	static const char query[] =
		"UPDATE hcjwt.help_centers SET base_url = $2,"
		" keys_url = CASE WHEN keys_url = '" KEYS_URL_NONE "' THEN keys_url ELSE $3 END,"
		" origins = $4, audience = $5, issuer = $6, leeway = $7,"
		" enabled = enabled AND $8 WHERE name = $1";
	Oid			types[Natts_help_centers];
	Datum		values[Natts_help_centers];
	char		nulls[Natts_help_centers];
	bool		isnull;

	for (int i = 0; i < Natts_help_centers; i++)
	{
		types[i] = SPI_gettypeid(desc, i + 1);
		values[i] = tuple_column(tuple, i + 1, desc, &isnull);
		nulls[i] = isnull ? 'n' : ' ';
	}
	return run_statement(query, SPI_OK_UPDATE, Natts_help_centers, types, values, nulls) > 0;
}

/*
 * May an inserted row change one that is here?  A restore needs the privilege UPDATE
 * for that: a role that may only insert must not change rows by inserting.
 */
static bool
may_replace(Relation help_centers)
{
	return row_is_replicated() ||
		(rows_come_in_any_order() &&
		 pg_class_aclcheck(RelationGetRelid(help_centers), GetOuterUserId(),
						   ACL_UPDATE) == ACLCHECK_OK);
}

/*
 * Merges a row that comes from elsewhere with the one that is here; true when
 * nothing else is to be done with it.
 */
static bool
merge_help_center(const RowChange *change, HeapTuple new)
{
	static const char move[] =
		"INSERT INTO hcjwt.keys SELECT $2, kid, jwk, thumbprint, source, first_seen,"
		" last_seen, retired_at, revoked_at FROM hcjwt.keys WHERE help_center = $1";
	static const char drop[] = "DELETE FROM hcjwt.help_centers WHERE name = $1";
	Datum		values[2];
	bool		merged;

	connect_spi();
	merged = replace_help_center(new, change->desc);
	if (merged && change->old != NULL)
	{
		values[0] = get_column(change->old, change->desc, Anum_help_centers_name);
		values[1] = get_column(new, change->desc, Anum_help_centers_name);
		(void) run_statement_on_text(move, SPI_OK_INSERT, 2, values);
		(void) run_statement_on_text(drop, SPI_OK_DELETE, 1, values);
	}
	SPI_finish();
	return merged;
}

/* Judges keys_url and returns its new value; NULL for that of the base URL. */
static const char *
check_keys_url(const RowChange *change)
{
	const char *keys_url = get_text(change->new, change->desc, Anum_help_centers_keys_url);
	Url			url;

	if (change->old != NULL && row_is_replicated() &&
		is_never_fetched(get_text(change->old, change->desc, Anum_help_centers_keys_url)))
		return KEYS_URL_NONE;
	if (keys_url != NULL && !is_never_fetched(keys_url))
		parse_help_center_url("keys_url", keys_url, &url);
	return keys_url;
}

static HeapTuple
fill_in_help_center(HeapTuple tuple, TupleDesc desc)
{
	Interval   *leeway = palloc0(sizeof(Interval));

	leeway->time = DEFAULT_LEEWAY;
	tuple = fill_in(tuple, desc, Anum_help_centers_leeway, IntervalPGetDatum(leeway));
	return fill_in(tuple, desc, Anum_help_centers_enabled, BoolGetDatum(true));
}

/*
 * BEFORE INSERT OR UPDATE OR DELETE, FOR EACH ROW.  A row that is deleted is not
 * judged.  The trigger fires nevertheless, so that the library with its hooks is
 * loaded before foreign keys act.
 */
Datum
hcjwt_check_help_center(PG_FUNCTION_ARGS)
{
	RowChange	change = row_change(fcinfo, "help_centers", TRIGGER_EVENT_BEFORE);
	HeapTuple	new = change.new;
	char	   *name;
	char	   *base_url;
	const char *keys_url;
	int			columns[3] = {Anum_help_centers_base_url, Anum_help_centers_origins,
	Anum_help_centers_keys_url};
	Datum		values[3];
	bool		nulls[3] = {false, false, false};
	bool		renamed;

	if (new == NULL)
		return PointerGetDatum(change.old);
	name = get_text(new, change.desc, Anum_help_centers_name);
	base_url = get_text(new, change.desc, Anum_help_centers_base_url);
	if (name == NULL || base_url == NULL)
		return PointerGetDatum(new);	/* NOT NULL will say so */

	/* judge the columns, and compute those that follow from others */
	check_name(name);
	base_url = check_base_url(base_url);
	keys_url = check_keys_url(&change);
	check_not_empty("audience", get_text(new, change.desc, Anum_help_centers_audience));
	check_not_empty("issuer", get_text(new, change.desc, Anum_help_centers_issuer));
	check_leeway(new, change.desc);
	values[1] = wanted_origins(&change, base_url);
	check_origins(values[1]);

	renamed = change.old != NULL && !same_text_column(&change, Anum_help_centers_name);
	if (change.old == NULL || renamed)
		delete_stray_keys(CStringGetTextDatum(name));

	/* put the computed columns into the row */
	values[0] = CStringGetTextDatum(base_url);
	values[2] = keys_url ? CStringGetTextDatum(keys_url) : (Datum) 0;
	nulls[2] = keys_url == NULL;
	new = heap_modify_tuple_by_cols(new, change.desc, 3, columns, values, nulls);
	if (change.old == NULL)
		new = fill_in_help_center(new, change.desc);
	/* a row that replication or a restore brings may be here already */
	if ((renamed && row_is_replicated()) ||
		(change.old == NULL && may_replace(change.table)))
	{
		if (merge_help_center(&change, new))
			return PointerGetDatum(NULL);
	}
	return PointerGetDatum(new);
}

/* The URL has changed, so the fetched keys are those of another. */
static void
retire_fetched_keys(Datum name)
{
	connect_spi();
	(void) run_statement_on_text("UPDATE hcjwt.keys SET retired_at = pg_catalog.now()"
								 " WHERE help_center = $1 AND source = 'fetched'"
								 " AND retired_at IS NULL",
								 SPI_OK_UPDATE, 1, &name);
	(void) run_statement_on_text("UPDATE hcjwt.fetch_state SET etag = NULL"
								 " WHERE help_center = $1",
								 SPI_OK_UPDATE, 1, &name);
	SPI_finish();
}

/* AFTER INSERT OR UPDATE OR DELETE, FOR EACH ROW */
Datum
hcjwt_help_center_changed(PG_FUNCTION_ARGS)
{
	RowChange	change = row_change(fcinfo, "help_centers", TRIGGER_EVENT_AFTER);
	const AttrNumber attno = Anum_help_centers_name;

	if (change.new == NULL)
		cascade_drop(get_column(change.old, change.desc, attno));
	else if (change.old != NULL)
	{
		if (!same_text_column(&change, attno))
			cascade_rename(get_column(change.old, change.desc, attno),
						   get_column(change.new, change.desc, attno));
		if (!same_text_column(&change, Anum_help_centers_base_url) ||
			!same_text_column(&change, Anum_help_centers_keys_url))
			retire_fetched_keys(get_column(change.new, change.desc, attno));
	}

	note_help_centers_changed();
	invalidate_keys();
	return PointerGetDatum(NULL);
}
