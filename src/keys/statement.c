/*-------------------------------------------------------------------------
 *
 * statement.c
 *		SQL statements on the extension's tables, with their owner's rights.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/guc.h"
#include "utils/syscache.h"

#include "keys/catalog.h"
#include "keys/statement.h"

/* The most arguments of text that a statement here has. */
#define MAX_TEXTS			4

static Oid	in_use = InvalidOid;

void
connect_spi(void)
{
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
}

Oid
table_owner(Oid relid)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	Oid			owner;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for relation %u", relid);
	owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
	ReleaseSysCache(tuple);
	return owner;
}

/* A statement may write all three, so one owner must not get another's rights. */
static Oid
tables_owner(void)
{
	const HcjwtCatalog *catalog = hcjwt_catalog();
	Oid			owner;

	if (catalog == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("extension \"hcjwt\" is not installed in this database, or is incomplete"),
				 errhint("Use DROP EXTENSION and CREATE EXTENSION.")));
	owner = table_owner(catalog->keys);
	if (table_owner(catalog->help_centers) != owner || table_owner(catalog->fetch_state) != owner)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("tables hcjwt.keys, hcjwt.help_centers and hcjwt.fetch_state have different owners"),
				 errhint("Give them one, by ALTER TABLE ... OWNER TO.")));
	return owner;
}

Oid
rights_in_use(void)
{
	return in_use;
}

int
with_owners_rights(int (*work) (void *arg), void *arg)
{
	Oid			owner = tables_owner();
	Oid			before = in_use;
	Oid			user;
	int			security_context;
	int			nest_level;
	int			result;

	/* an error gives the rights back by itself, with its transaction's end */
	GetUserIdAndSecContext(&user, &security_context);
	SetUserIdAndSecContext(owner, security_context |
						   SECURITY_LOCAL_USERID_CHANGE |
						   SECURITY_RESTRICTED_OPERATION |
						   SECURITY_NOFORCE_RLS);
	in_use = owner;

	/*
	 * a setting that other people's code changes in between gets our value
	 * back
	 */
	nest_level = NewGUCNestLevel();
	PG_TRY();
	{
		result = work(arg);
	}
	PG_FINALLY();
	{
		in_use = before;
	}
	PG_END_TRY();
	AtEOXact_GUC(false, nest_level);
	SetUserIdAndSecContext(user, security_context);
	return result;
}

/* The arguments of SPI_execute_with_args() that we use. */
typedef struct Statement
{
	const char *sql;
	int			nargs;
	const Oid  *types;
	const Datum *values;
	const char *nulls;
} Statement;

static int
execute(void *arg)
{
	const Statement *statement = arg;

	return SPI_execute_with_args(statement->sql, statement->nargs,
								 (Oid *) statement->types,
								 (Datum *) statement->values,
								 statement->nulls, false, 0);
}

uint64
run_statement(const char *sql, int expected, int nargs,
			  const Oid *types, const Datum *values, const char *nulls)
{
	Statement	statement = {sql, nargs, types, values, nulls};
	int			result = with_owners_rights(execute, &statement);

	if (result != expected)
		elog(ERROR, "unexpected result %d of \"%s\"", result, sql);
	return SPI_processed;
}

uint64
run_statement_on_text(const char *sql, int expected, int nargs, const Datum *values)
{
	static const Oid types[MAX_TEXTS] = {TEXTOID, TEXTOID, TEXTOID, TEXTOID};

	Assert(nargs <= MAX_TEXTS);
	return run_statement(sql, expected, nargs, types, values, NULL);
}

bool
lock_help_center(Datum name, bool to_drop)
{
	return run_statement_on_text(to_drop ?
								 "SELECT FROM hcjwt.help_centers WHERE name = $1 FOR UPDATE" :
								 "SELECT FROM hcjwt.help_centers WHERE name = $1 FOR NO KEY UPDATE",
								 SPI_OK_SELECT, 1, &name) > 0;
}
