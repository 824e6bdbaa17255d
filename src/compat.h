/*-------------------------------------------------------------------------
 *
 * compat.h
 *		The differences between PostgreSQL versions, all of them.
 *
 * IDENTIFICATION
 *	  src/compat.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_COMPAT_H
#define HCJWT_COMPAT_H

#if PG_VERSION_NUM < 150000
#error "hcjwt needs PostgreSQL 15 or later"
#endif

#include "postmaster/bgworker.h"
#include "storage/proc.h"
#include "utils/guc.h"

/* The local transaction id moved into a struct in 17. */
#if PG_VERSION_NUM >= 170000
#define PROC_LXID(proc)		((proc)->vxid.lxid)
#else
#define PROC_LXID(proc)		((proc)->lxid)
#endif

/* Memory of a setting's value and extra: GUC's own context since 16. */
#if PG_VERSION_NUM >= 160000
#define setting_alloc(size)	guc_malloc(LOG, (size))
#define setting_free(ptr)	guc_free(ptr)
#else
#define setting_alloc(size)	malloc(size)
#define setting_free(ptr)	free(ptr)
#endif

/*-- refresh part --*/

/* Tables in dynamic shared memory are told how to copy a key since 17. */
#if PG_VERSION_NUM >= 170000
#define DSHASH_COPY_FUNCTION	.copy_function = dshash_memcpy,
#else
#define DSHASH_COPY_FUNCTION
#endif

/* Lets DROP DATABASE and the like end a worker at once since 19. */
#ifndef BGWORKER_INTERRUPTIBLE
#define BGWORKER_INTERRUPTIBLE	0
#endif

#endif							/* HCJWT_COMPAT_H */
