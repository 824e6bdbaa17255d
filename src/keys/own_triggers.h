/*-------------------------------------------------------------------------
 *
 * own_triggers.h
 *		The triggers of the extension's tables: only these fire, and all of them
 *		must.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_OWN_TRIGGERS_H
#define HCJWT_OWN_TRIGGERS_H

#include "utils/relcache.h"

/*
 * Are all triggers that the extension made on the table there, and ENABLE ALWAYS?
 * They are what refuses bad keys, keeps revocations, and tells other sessions of
 * changes; so where one is not in force, no key may be trusted.
 *
 * They also prove that the table is the extension's own.  Their functions are
 * in C, in the table's schema and of our names: only a superuser can make such
 * functions.
 */
extern bool own_triggers_in_force(Relation table);

/*
 * Called by _PG_init().  From then on only the extension's triggers fire on its
 * tables.
 */
extern void own_triggers_init(void);

#endif							/* HCJWT_OWN_TRIGGERS_H */
