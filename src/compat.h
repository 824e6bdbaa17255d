/*-------------------------------------------------------------------------
 *
 * compat.h
 *		The differences between PostgreSQL versions, all of them.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_COMPAT_H
#define HCJWT_COMPAT_H

#if PG_VERSION_NUM < 150000
#error "hcjwt needs PostgreSQL 15 or later"
#endif

#include "executor/spi.h"
#include "postmaster/bgworker.h"
#include "storage/proc.h"
#include "utils/guc.h"
#include "utils/guc_tables.h"
#include "utils/wait_event.h"

/* A library tells its name and version since 18. */
#ifdef PG_MODULE_MAGIC_EXT
#define MODULE_MAGIC(its_name) \
	PG_MODULE_MAGIC_EXT(.name = its_name, .version = HCJWT_VERSION)
#else
#define MODULE_MAGIC(its_name)	PG_MODULE_MAGIC
#endif

/* Functions that do not return are marked in front since 18. */
#ifndef pg_noreturn
#define pg_noreturn			_Noreturn
#endif

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

/* The record of a setting or of its placeholder, NULL when nobody named it. */
static inline struct config_generic *
find_setting(const char *name)
{
#if PG_VERSION_NUM >= 160000
	return find_option(name, false, true, 0);
#else
	struct config_generic **all = get_guc_variables();
	int			n = GetNumConfigOptions();

	for (int i = 0; i < n; i++)
		if (pg_strcasecmp(all[i]->name, name) == 0)
			return all[i];
	return NULL;
#endif
}

/* Wait events of extensions have names since 17; *event is 0 at first. */
static inline uint32
named_wait_event(uint32 *event, const char *name)
{
#if PG_VERSION_NUM >= 170000
	if (*event == 0)
		*event = WaitEventExtensionNew(name);
	return *event;
#else
	return PG_WAIT_EXTENSION;
#endif
}

/* ExecutorRun() is no longer told whether it is called once since 18. */
#if PG_VERSION_NUM >= 180000
#define EXECUTOR_RUN_PARAMETERS \
	QueryDesc *desc, ScanDirection direction, uint64 count
#define EXECUTOR_RUN_ARGUMENTS	desc, direction, count
#define EXECUTOR_RUNS_WHOLE		(count == 0 && !desc->already_executed)
#else
#define EXECUTOR_RUN_PARAMETERS \
	QueryDesc *desc, ScanDirection direction, uint64 count, bool execute_once
#define EXECUTOR_RUN_ARGUMENTS	desc, direction, count, execute_once
#define EXECUTOR_RUNS_WHOLE		(count == 0 && execute_once)
#endif

/* Only a plan that is run as a whole, and once, has workers. */
#define EXECUTOR_MAY_USE_WORKERS \
	(EXECUTOR_RUNS_WHOLE && desc->plannedstmt->parallelModeNeeded)

#define PROCESS_UTILITY_PARAMETERS \
	PlannedStmt *pstmt, const char *queryString, bool readOnlyTree, \
	ProcessUtilityContext context_of_command, ParamListInfo params, \
	QueryEnvironment *queryEnv, DestReceiver *dest, QueryCompletion *qc
#define PROCESS_UTILITY_ARGUMENTS \
	pstmt, queryString, readOnlyTree, context_of_command, params, queryEnv, dest, qc

/*
 * A column of a row, as heap_getattr() finds it.  That function is inline in
 * the server's headers, and in later minor releases it calls a function that
 * earlier releases lack.  A library that is built with a later release would
 * not load in an earlier one.
 */
#define tuple_column(tuple, attno, desc, isnull) \
	SPI_getbinval(tuple, desc, attno, isnull)

/* Connections that are reserved, for two kinds of roles since 16. */
#if PG_VERSION_NUM >= 160000
#define RESERVED_CONNECTIONS	(SuperuserReservedConnections + ReservedConnections)
#else
#define RESERVED_CONNECTIONS	ReservedBackends
#endif

/* Settings that some versions lack. */
#if PG_VERSION_NUM >= 170000
#define HAVE_TRANSACTION_TIMEOUT
#endif

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
