/*-------------------------------------------------------------------------
 *
 * refusal_log.c
 *		Keeps tokens out of log entries, and limits how many refusals are logged.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/parallel.h"
#include "storage/ipc.h"
#include "storage/lwlock.h"
#include "storage/shmem.h"
#include "storage/spin.h"
#include "utils/timestamp.h"

#include "rate_limit.h"
#include "verify/masking.h"
#include "verify/refusal.h"
#include "verify/refusal_log.h"

/*
 * Limits the log entries about refused tokens: RATE_LIMIT_BURST at once, then one a
 * second.  Counts those that were held back since the last entry.
 */
typedef struct LogLimit
{
	slock_t		lock;
	RateLimit	rate;
	uint64		held_back;
} LogLimit;

static LogLimit own_limit;
static LogLimit *limit = NULL;
static emit_log_hook_type previous_emit_log_hook = NULL;

void
refusal_log_shmem_request(void)
{
	RequestAddinShmemSpace(MAXALIGN(sizeof(LogLimit)));
}

static void
init_limit(LogLimit *l)
{
	SpinLockInit(&l->lock);
	l->rate.full_at = 0;
	l->held_back = 0;
}

void
refusal_log_shmem_startup(void)
{
	bool		found;

	Assert(LWLockHeldByMeInMode(AddinShmemInitLock, LW_EXCLUSIVE));
	limit = ShmemInitStruct("hcjwt refusal log", sizeof(LogLimit), &found);
	if (!found)
		init_limit(limit);
}

/*
 * May one more entry be written?  If so, sets *held_back to the number of
 * entries that were not.
 */
static bool
may_log(uint64 *held_back)
{
	TimestampTz now = GetCurrentTimestamp();
	bool		allowed;

	if (limit == NULL)
	{
		init_limit(&own_limit);
		limit = &own_limit;
	}
	SpinLockAcquire(&limit->lock);
	allowed = rate_limit_take(&limit->rate, RATE_LIMIT_INTERVAL, now);
	if (allowed)
	{
		*held_back = limit->held_back;
		limit->held_back = 0;
	}
	else
		limit->held_back++;
	SpinLockRelease(&limit->lock);
	return allowed;
}

static bool
refuses_default(const ErrorData *edata)
{
	return edata->message && strcmp(edata->message, TOKEN_AS_DEFAULT) == 0;
}

bool
may_quote_token(const ErrorData *edata)
{
	return refuses_default(edata) || is_refusal(edata);
}

/*
 * Entries that others write may quote statements and their parameters: those of
 * log_statement, pgaudit and citus.log_remote_commands.
 */
static void
mask_entry(ErrorData *edata)
{
	mask_tokens(edata->message);
	mask_tokens(edata->detail);
	mask_tokens(edata->detail_log);
	mask_tokens(edata->context);
	mask_tokens(edata->internalquery);
	mask_statement();
}

/*
 * The error of a parallel worker is raised again in its leader.  There it has lost
 * what errhidestmt() and errhidecontext() said, so the hook recognises it by its error
 * code and hides both again.
 */
static void
hide_token(ErrorData *edata)
{
	uint64		held_back = 0;

	mask_entry(edata);

	/*
	 * When one worker refuses a token, the others are terminated, and their
	 * log entries would have the statement.  The leader reports the error of
	 * a worker again, with the statement unless it must be hidden; so no
	 * worker need log it.
	 */
	if (IsParallelWorker())
		edata->hide_stmt = true;
	if (refuses_default(edata))
		edata->hide_stmt = edata->hide_ctx = true;
	if (is_refusal(edata))
	{
		edata->hide_stmt = true;
		edata->hide_ctx = true;
		if (!may_log(&held_back))
			edata->output_to_server = false;
		else if (held_back > 0)
		{
			MemoryContext old = MemoryContextSwitchTo(edata->assoc_context);
			char	   *detail = edata->detail_log ? edata->detail_log :
				edata->detail;

			edata->detail_log =
				psprintf("%s%s" UINT64_FORMAT " more refusals were not logged.",
						 detail ? detail : "", detail ? "  " : "", held_back);
			MemoryContextSwitchTo(old);
		}
	}
	if (previous_emit_log_hook)
		previous_emit_log_hook(edata);
}

void
refusal_log_init(void)
{
	previous_emit_log_hook = emit_log_hook;
	emit_log_hook = hide_token;
}
