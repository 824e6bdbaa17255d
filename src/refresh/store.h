/*-------------------------------------------------------------------------
 *
 * store.h
 *		The store pass: one short transaction for each answer that waits.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_STORE_H
#define HCJWT_STORE_H

/* Stores the answers that wait, or as many as there is time for. */
extern void store_answers(void);

#endif							/* HCJWT_STORE_H */
