/*-------------------------------------------------------------------------
 *
 * statement.h
 *		SQL statements on the extension's tables, with their owner's rights.
 *
 * IDENTIFICATION
 *	  src/keys/statement.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_STATEMENT_H
#define HCJWT_STATEMENT_H

/*
 * Runs a statement by SPI, which must be connected, and returns how many rows it
 * concerned.  Raises an error unless SPI returns the result that is expected.
 *
 * We may be called by a superuser, a worker is one, and others may have put code
 * of theirs on these tables: a foreign key, whose triggers run as the owner of the
 * table that has it; where the owner is no superuser, a default, a constraint, an
 * index expression, a rule.  All of it runs as its owner, and can leave nothing
 * behind that would run later with more rights.
 */
extern uint64 run_statement(const char *sql, int expected, int nargs,
							const Oid *types, const Datum *values, const char *nulls);

/* The same for arguments that are all text, and none NULL. */
extern uint64 run_statement_on_text(const char *sql, int expected, int nargs,
									const Datum *values);

/* Does work with those rights; for statements that need another call of SPI. */
extern int	with_owners_rights(int (*work) (void *arg), void *arg);

/* The owner, while a statement is run with those rights; else InvalidOid. */
extern Oid	rights_in_use(void);

extern Oid	table_owner(Oid relid);

#endif							/* HCJWT_STATEMENT_H */
