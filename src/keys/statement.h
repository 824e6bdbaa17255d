/*-------------------------------------------------------------------------
 *
 * statement.h
 *		SQL statements on the extension's tables, with their owner's rights.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_STATEMENT_H
#define HCJWT_STATEMENT_H

/* SPI_connect(), which raises where that fails. */
extern void connect_spi(void);

/*
 * Runs a statement by SPI, which must be connected, and returns how many rows it
 * concerned.  Raises an error unless SPI returns the result that is expected.
 *
 * The caller may be a superuser, as a worker is, and other people may have put code of
 * their own on these tables: a foreign key, whose triggers run as the owner of the
 * table that has it; where the owner of our tables is no superuser, a default, a
 * constraint, an index expression, a rule.  So the statement runs as the owner of our
 * tables, in a security-restricted operation: such code gets no more rights than that
 * owner has, and can leave nothing behind that would run later with more.
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

/* The owner of the table; raises when it is gone. */
extern Oid	table_owner(Oid relid);

/*
 * Locks the help center's row, so that transactions that change a help center or its
 * keys do so one after the other.  False when there is no row of that name.  to_drop:
 * the lock is one against foreign keys that refer to the row, too.
 */
extern bool lock_help_center(Datum name, bool to_drop);

#endif							/* HCJWT_STATEMENT_H */
