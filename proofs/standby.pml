/*-------------------------------------------------------------------------
 *
 * standby.pml
 *		The protocol of src/refresh on a standby, between backends and the asker, for
 *		the model checker spin.
 *
 * It is written as refresh.pml is.  The model has one database, one help
 * center, ASKERS backends that ask for one key each, and SLOTS slots of
 * max_worker_processes.  The primary answers, or is out of reach.  It leaves
 * out gates and pauses, which only keep backends from asking, and an asker that
 * ends before it begins, which a time-out finds.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASKERS
#define ASKERS		2
#endif
#ifndef SLOTS
#define SLOTS		2
#endif
#ifndef KILLS
#define KILLS		0
#endif

mtype = { IDLE, FETCHING };		// EntryPhase

/* the entry */
mtype phase = IDLE;
bool urgent;
byte ended;

/* the database's Asker */
bool asker;						/* pid != 0 */
bool started;
byte questions;

/* the server */
bool recovery = true;
bool launcher;
byte slots = SLOTS;
//- take_question: entry->fetch = pg_atomic_add_fetch_u64(&schedule->fetch_serial, 1); nobody compares numbers here
bool asleep[ASKERS];			/* on the condition variable "ended" */
byte kills = KILLS;
byte answered;

inline broadcast()
{
	d_step {
		for (i : 0 .. ASKERS - 1) { asleep[i] = false }
		i = 0
	}
}

proctype Asker()
{
	bool mine;
	bool retired;
	byte seen;
	byte i;

	atomic {
		if
		:: asker -> goto gone
		:: else ->
			//= become_the_asker: database->asker.pid = MyProcPid;
			asker = true;
			//= become_the_asker: database->asker.started = 0;
			started = false
		fi
	};
loop:
	if
	:: !recovery && launcher -> goto out
	:: else
	fi;
	/* take_questions(): reads the number first */
	seen = questions;
	d_step {
		if
		:: urgent && phase == IDLE ->
			//= take_question: entry->urgent = false;
			urgent = false;
			//= take_question: entry->phase = ENTRY_FETCHING;
			phase = FETCHING;
			mine = true
		:: else
		fi
	};
	if
	:: mine ->
		/* the primary's answer is replayed, or it is out of reach */
		d_step {
			//= end_question: entry_idle(entry);
			phase = IDLE; ended++; mine = false
		};
		//= end_question: ConditionVariableBroadcast(&schedule->ended);
		broadcast();
		goto loop
	:: atomic { kills > 0 -> kills-- }; goto out
	:: !mine ->
		atomic {
			if
#ifdef BUG_NOT_LOOKED_AGAIN
			:: true ->
#else
			:: questions == seen ->
#endif
				//= retire: database->asker.pid = 0;
				asker = false; retired = true
			:: else -> goto loop
			fi
		}
	fi;
out:
	if
	:: mine ->
		d_step { phase = IDLE; ended++; mine = false };
		broadcast()
	:: else
	fi;
	//= asker_at_exit: database->asker.pid = 0;
	asker = asker && retired;
	//= asker_at_exit: ConditionVariableBroadcast(&schedule->ended);
	broadcast();
gone:
	slots++
}

/* ask_for_unknown_kid(), of a token whose key is not there */
proctype Backend(byte me)
{
	byte seen;
	byte i;
	bool start;

again:
	if
	:: !recovery -> launcher; goto done		/* as in refresh.pml from here on */
	:: recovery
	fi;
	d_step {
		seen = ended;
		if
		:: phase == IDLE && !urgent ->
			/* ask_for_fetch(), as in refresh.pml */
			urgent = true
		:: else
		fi
	};
	d_step {
		//= call_asker: asker->questions++;
		questions++;
		start = !asker && !started;
		if
		:: start ->
			//= call_asker: asker->started = now;
			started = true
		:: else
		fi
	};
	if
	:: start ->
		atomic {
			if
			:: slots > 0 -> slots--; run Asker()
			:: else ->
				//= call_asker: database->asker.started = 0;
				started = false;
				goto refused
			fi
		}
	:: else
	fi;
	do
	:: true ->
		asleep[me] = true;
		if
		:: ended != seen -> goto done
#ifndef BUG_ASKER_NOT_MISSED
		:: ended == seen && !asker && !started -> asleep[me] = false; goto again
		:: ended == seen && (asker || started) -> !asleep[me]
#else
		:: else -> !asleep[me]
#endif
		fi
	od;
refused:
	//= call_asker: ConditionVariableBroadcast(&schedule->ended);
	broadcast();
done:
	asleep[me] = false;
	answered++
}

proctype Promotion()
{
	recovery = false;
	launcher = true;
	/* the load replaces what a backend of the standby has made: renew_entry() */
	urgent = false
}

/* When no process can make a step any more, everything is done. */
proctype Quiet()
{
	timeout;
	assert(answered == ASKERS);
	assert(slots == SLOTS && !asker && phase == IDLE)
}

init
{
	byte i;

	atomic {
		for (i : 0 .. ASKERS - 1) { run Backend(i) }
#ifdef PROMOTION
		run Promotion();
#endif
		run Quiet();
		i = 0
	}
}
