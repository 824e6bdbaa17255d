/*-------------------------------------------------------------------------
 *
 * discards.c
 *		Makes a server forget all of its caches, now and then.
 *
 * With debug_discard_caches = 1 a server with assertions forgets them whenever it
 * may, and is some hundred times slower, as it forgets again what it is just reading
 * anew.  This library switches the setting off after each time, and on again a moment
 * later.  The moments are random, so that over many statements each place has its turn.
 *
 * It is preloaded by LD_PRELOAD, also into programs that are no server, where it
 * does nothing.  DISCARD_EACH is the pause in microseconds, on average; DISCARDS_TO names a
 * file to which each process of the server appends how often it forgot.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "utils/inval.h"

#pragma weak debug_discard_caches
#pragma weak CacheRegisterRelcacheCallback

static timer_t timer;
static int64 pause_between;
static unsigned int chance;
static int64 discards = 0;

static void
begin_pause(void)
{
	struct itimerspec pause = {0};

	chance = chance * 1103515245 + 12345;
	pause.it_value.tv_nsec = 1 + (pause_between * 2000 * (chance >> 16)) / 65536;
	timer_settime(timer, 0, &pause, NULL);
}

static void
end_pause(int signal_number)
{
	debug_discard_caches = 1;
}

/* The server forgets everything: it tells so by InvalidOid. */
static void
at_discard(Datum arg, Oid relid)
{
	if (relid != InvalidOid || debug_discard_caches == 0)
		return;
	debug_discard_caches = 0;
	discards++;
	begin_pause();
}

/* A process of the server has begun; it does not inherit the timer. */
static void
in_child(void)
{
	struct sigevent event = {0};

	event.sigev_notify = SIGEV_SIGNAL;
	event.sigev_signo = SIGRTMIN;
	if (timer_create(CLOCK_MONOTONIC, &event, &timer) != 0)
		abort();
	chance = getpid();
	discards = 0;
	begin_pause();
}

__attribute__((constructor)) static void
load(void)
{
	struct sigaction action = {0};
	const char *each = getenv("DISCARD_EACH");

	if (&debug_discard_caches == NULL || each == NULL)
		return;
	pause_between = atoi(each);
	action.sa_handler = end_pause;
	action.sa_flags = SA_RESTART;
	sigaction(SIGRTMIN, &action, NULL);
	CacheRegisterRelcacheCallback(at_discard, (Datum) 0);
	pthread_atfork(NULL, NULL, in_child);
}

__attribute__((destructor)) static void
tell(void)
{
	const char *path = getenv("DISCARDS_TO");
	int			file;

	if (discards == 0 || path == NULL)
		return;
	file = open(path, O_WRONLY | O_APPEND | O_CREAT, 0600);
	if (file < 0 || dprintf(file, "%lld\n", (long long) discards) < 0)
		abort();
	close(file);
}
