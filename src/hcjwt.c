/*-------------------------------------------------------------------------
 *
 * hcjwt.c
 *		Module entry: settings, hooks, shared memory, the launcher.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/parallel.h"
#include "access/xact.h"
#include "common/pg_prng.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "storage/ipc.h"
#include "storage/lwlock.h"
#include "utils/guc.h"

#include "compat.h"
#include "jose/rs256.h"
#include "json/names.h"
#include "keys/catalog.h"
#include "keys/changes.h"
#include "keys/notify.h"
#include "keys/own_triggers.h"
#include "refresh/processes.h"
#include "refresh/schedule.h"
#include "session/log_visitor.h"
#include "session/nodes.h"
#include "session/query_hooks.h"
#include "session/token.h"
#include "settings.h"
#include "verify/counters.h"
#include "verify/refusal_log.h"
#include "verify/verdict_cache.h"

MODULE_MAGIC("hcjwt");

extern PGDLLEXPORT void _PG_init(void);

static shmem_request_hook_type previous_shmem_request_hook = NULL;
static shmem_startup_hook_type previous_shmem_startup_hook = NULL;

static void
request_shmem(void)
{
	if (previous_shmem_request_hook)
		previous_shmem_request_hook();
	counters_shmem_request();
	refusal_log_shmem_request();
	verdict_cache_shmem_request();
	schedule_shmem_request();
}

static void
startup_shmem(void)
{
	if (previous_shmem_startup_hook)
		previous_shmem_startup_hook();
	LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
	counters_shmem_startup();
	refusal_log_shmem_startup();
	verdict_cache_shmem_startup();
	schedule_shmem_startup();
	LWLockRelease(AddinShmemInitLock);
}

void
_PG_init(void)
{
	/*
	 * A setting that is defined takes over the value of its placeholder,
	 * except during a parallel operation.  There the server drops that value
	 * with a warning, which would lift hcjwt.required_help_center.
	 */
	if (IsInParallelMode() && !InitializingParallelWorker)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TRANSACTION_STATE),
				 errmsg("hcjwt cannot be loaded during a parallel operation"),
				 errhint("Add hcjwt to shared_preload_libraries.")));

	/* differs from server to server; any value is correct */
	if (!pg_strong_random(&json_names_seed, sizeof(json_names_seed)))
		json_names_seed = (uint64) MyProcPid;

	settings_init();
	token_init();
	MarkGUCPrefixReserved("hcjwt");

	catalog_init();
	changes_init();
	notify_init();
	refusal_log_init();
	log_visitor_init();
	query_hooks_init();
	nodes_init();
	own_triggers_init();

	/*
	 * A library that is loaded late verifies tokens all the same.  But no
	 * process fetches keys, and nothing is shared with other backends.
	 */
	if (!process_shared_preload_libraries_in_progress)
		return;

	/* once, and not in each backend */
	rs256_warm_up();

	previous_shmem_request_hook = shmem_request_hook;
	shmem_request_hook = request_shmem;
	previous_shmem_startup_hook = shmem_startup_hook;
	shmem_startup_hook = startup_shmem;
	if (!IsBinaryUpgrade)
		processes_init();
}
