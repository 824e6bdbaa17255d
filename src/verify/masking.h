/*-------------------------------------------------------------------------
 *
 * masking.h
 *		Makes tokens asterisks where the server shows statements.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_MASKING_H
#define HCJWT_MASKING_H

/* Overwrites what looks like a token.  text may be NULL. */
extern void mask_tokens(char *text);

/* The same in the client's statement, as log entries and pg_stat_activity show it. */
extern void mask_statement(void);

#endif							/* HCJWT_MASKING_H */
