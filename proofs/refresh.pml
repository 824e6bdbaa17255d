/*-------------------------------------------------------------------------
 *
 * refresh.pml
 *		The protocol of src/refresh between backends, launcher, fetcher and database
 *		workers, for the model checker spin.
 *
 * A line with "//=" says what statement of which function the step beneath it stands
 * for: script/model compares these lines with the sources, both ways.  "//-" names a
 * statement that the model leaves out, and why nothing is lost by that.
 *
 * The model has one database, NCENTERS help centers, SLOTS slots of
 * max_worker_processes, and room for ROOM answers, after which no fetch begins.
 * It has no time: what is due later is due at some time, and a process that
 * waits has no time-out, so that the protocol must end every wait.  With AS_WAS
 * the fetcher keeps its slot while answers wait to be stored, as it did before
 * the launcher could ask for it back; with AS_WAS_NUMBERED a fetch that is
 * taken back gives its number to the next one, as it did before this model was
 * written.  BUG_... plants a bug.
 *
 * Kills (SIGTERM), a launcher that ends and comes back, other programs' workers
 * that take slots, changed URLs and a revocation happen at any moment, each as
 * often as the options say.  A crash of the server resets all of this memory,
 * to the initial state.
 *
 *-------------------------------------------------------------------------
 */
#ifndef NCENTERS
#define NCENTERS	2
#endif
#ifndef SLOTS
#define SLOTS		1
#endif
#ifndef ROOM
#define ROOM		1
#endif
#ifndef KILLS
#define KILLS		0
#endif
#ifndef URL_CHANGES
#define URL_CHANGES	0
#endif
#ifndef STRANGERS
#define STRANGERS	0
#endif
#ifndef ASKERS
#define ASKERS		1
#endif

/*
 * Left out: a schedule that does not know its help centers yet
 */
//- hurry_load: database->told = true; as ask_for_load_of
//- hurry_load: wake_launcher(); as note_database
//- await_load: ticket = ++database->loads_asked; as ask_for_load_of
//- await_load: database->told = true; as ask_for_load_of
//- await_load: wake_launcher(); as note_database
//- note_prepared: wake_launcher(); as note_database, once the transaction has ended
//- load_database: database->loads_asked++; a load that failed is asked for again, as by the sweep
/* faults of this server, after which the same steps come again */
//- hand_over: entry_idle(entry); no shared memory is left, and it ends as in close_fetches
//- hand_over: fetch_ended(); likewise
//- keep_for_later: entry_idle(entry); likewise
//- keep_for_later: fetch_ended(); likewise
/*
 * a 304 about keys that are gone: the fetch does not count as ended, and
 * another one is asked for
 */
//- settle: entry->ended--; as though entry_idle() had not been
//- settle: entry->ended_fetch = ended_before; likewise
//- settle: entry->urgent = true; as ask_for_fetch
//- settle: note_urgent(); likewise
/* statements that are no step of the protocol */
//- entry_idle: entry->fetch = 0; the number is not looked at while idle
//- retry_failing: note_urgent(); makes due what is due later anyway
//- spare_at_exit: wake_launcher(); a slot that is held for a worker is a free one here
//- hcjwt_spare_worker_main: wake_launcher(); a slot that is held for a worker is a free one here
//- schedule_shmem_startup: pg_atomic_init_u32(&schedule->slot_wanted, SLOT_NOT_WANTED); the initial state

mtype = { IDLE, FETCHING, ANSWERED };	// EntryPhase
mtype = { NOT_WANTED, WANTED, WANTED_NOW };	// SlotWanted

/* an entry of the schedule (schedule.h) */
mtype phase[NCENTERS] = IDLE;
bool due[NCENTERS] = true;		/* next_attempt has come */
bool urgent[NCENTERS];
bool urgent_fetch[NCENTERS];
byte ended[NCENTERS];
byte number[NCENTERS];			/* of the fetch under way, or of the last one */
byte ended_fetch[NCENTERS];
bit url[NCENTERS];
bit answer_url[NCENTERS];		/* of the answer, while ANSWERED */

/* a database of the schedule */
bool answers;
bool answers_urgent;
byte loads_asked;
byte loads_done;
bool told;
bool db_worker;					/* Database.worker != 0 */

/* the schedule itself */
bool notice;
bool launcher;
bool fetcher;
bool launcher_latch;
byte work_serial;
mtype slot_wanted = NOT_WANTED;
byte waiting_answers;			/* answer_bytes, in answers */
bool asleep[ASKERS];			/* on the condition variable "ended" */

/* the server: free slots; which launcher's handles are of workers that still run */
byte slots = SLOTS;
byte generation;
bool own_fetcher;
bool own_worker;
bool promoted;

/* tables, as they are committed */
bit row_url[NCENTERS];
bool keys[NCENTERS];			/* there are fetched keys that are trusted */
bit keys_url[NCENTERS];
bool revoked[NCENTERS];

/* what may still happen */
byte kills = KILLS;
byte answered_askers;

inline broadcast()
{
	d_step {
		for (i : 0 .. ASKERS - 1) { asleep[i] = false }
		i = 0
	}
}

inline entry_idle(c)
{
	//= entry_idle: entry->phase = ENTRY_IDLE;
	phase[c] = IDLE;
	//= entry_idle: entry->urgent_fetch = false;
	urgent_fetch[c] = false;
	//= entry_idle: entry->ended_fetch = entry->fetch;
	ended_fetch[c] = number[c];
	//= entry_idle: entry->ended++;
	ended[c]++
}

/* The slot is free again.  Tells the process that has a handle. */
inline end_of_worker(handle)
{
	d_step {
		slots++;
		if
		:: mine == generation -> handle = false; launcher_latch = true
		:: else
		fi
	}
}

/* ---- the launcher ---- */

proctype Launcher()
{
	bool any;
	bool missing;
	byte c;
	byte i;

end_standby:
	promoted;
start:
	skip;
	//= announce: schedule->launcher = MyProcPid;
	d_step { launcher = true; launcher_latch = true };
end_sleep:
	/*
	 * sleep_until(): the latch; without a slot it looks again all the time, which
	 * finds something only once there is one.
	 */
	if
	:: launcher_latch -> launcher_latch = false
	:: missing && slots > 0
	:: atomic { kills > 0 -> kills-- } ->
		/* SIGTERM; the postmaster starts it again, without its handles */
		//= launcher_at_exit: schedule->launcher = 0;
		d_step {
			launcher = false; launcher_latch = false;
			generation++; own_fetcher = false; own_worker = false; missing = false
		};
		//= launcher_at_exit: ConditionVariableBroadcast(&schedule->ended);
		broadcast();
		goto start
	fi;

	/* take_notices(), sweep_databases() */
	d_step {
		missing = false;
		if
		:: notice ->
			notice = false;
			//= ask_for_load_of: database->told = true;
			told = true;
			//= ask_for_load_of: database->loads_asked++;
			loads_asked++
		:: else
		fi
	};

	/* start_database_workers() */
	atomic {
		if
		:: !db_worker && !own_worker && (answers || loads_asked != loads_done) ->
			if
			:: slots > 0 ->
				slots--;
				own_worker = true;
				//= start_worker: pg_atomic_write_u32(&schedule->slot_wanted, SLOT_NOT_WANTED);
				slot_wanted = NOT_WANTED;
				run DatabaseWorker(generation)
			:: else ->
				missing = true;
#ifndef AS_WAS
				if
				:: (answers && answers_urgent) || (told && loads_asked != loads_done) ->
					//= blocked: pg_atomic_write_u32(&schedule->slot_wanted, SLOT_WANTED_NOW);
					slot_wanted = WANTED_NOW
				:: else ->
					if
					:: slot_wanted == NOT_WANTED ->
						//= blocked: pg_atomic_write_u32(&schedule->slot_wanted, SLOT_WANTED);
						slot_wanted = WANTED
					:: else
					fi
				fi
#endif
			fi
		:: else
		fi;
		if
		:: missing -> goto end_sleep
		:: else
		fi
	};

	/* start_fetcher() */
	atomic {
		any = false;
		for (c : 0 .. NCENTERS - 1) {
			any = any || (phase[c] == IDLE && (urgent[c] || due[c]))
		}
		c = 0;
		if
		:: any && !fetcher && !own_fetcher ->
			if
			:: slots > 0 ->
				slots--;
				own_fetcher = true;
				slot_wanted = NOT_WANTED;
				run Fetcher(generation)
			:: else ->
				missing = true
			fi
		:: else
		fi;
		any = false;
		if
		:: missing -> goto end_sleep
		:: else
		fi
	};
	//= start_workers: pg_atomic_write_u32(&schedule->slot_wanted, SLOT_NOT_WANTED);
	slot_wanted = NOT_WANTED;
	goto end_sleep
}

/* ---- the fetcher ---- */

/* stamp_attempt(): false when it is no longer due */
inline begin_fetch(c)
{
	d_step {
		if
		:: phase[c] == IDLE && (urgent[c] || due[c]) ->
			//= stamp_attempt: entry->phase = ENTRY_FETCHING;
			phase[c] = FETCHING;
			flying[c] = true;
			flying_url[c] = url[c];
			//= stamp_attempt: entry->urgent_fetch = entry->urgent;
			urgent_fetch[c] = urgent[c];
			//= stamp_attempt: entry->urgent = false;
			urgent[c] = false;
			due[c] = false;
			//= stamp_attempt: entry->fetch = fetch->number;
			number[c]++;
			begun_any = true
		:: else
		fi
	}
}

inline hand_over(c)
{
	d_step {
		//= hand_over: entry->phase = ENTRY_ANSWERED;
		phase[c] = ANSWERED;
		answer_url[c] = flying_url[c];
		waiting_answers++
	};
	d_step {
		//= hand_over: database->answers = true;
		answers = true;
		//= hand_over: database->answers_urgent |= urgent;
		answers_urgent = answers_urgent || urgent_fetch[c]
	};
	//= hand_over: wake_launcher();
	d_step { launcher_latch = true; flying[c] = false; flying_url[c] = 0 }
}

/* As if the fetch had not begun: it is still due, but no longer urgent. */
inline abandon(c)
{
	d_step {
		//= abandon: entry->phase = ENTRY_IDLE;
		phase[c] = IDLE;
		//= abandon: entry->urgent_fetch = false;
		urgent_fetch[c] = false;
#ifdef AS_WAS_NUMBERED
		number[c]--;
#endif
		due[c] = true;
		flying[c] = false; flying_url[c] = 0
	}
}

#define ANSWERS_FIT	(waiting_answers < ROOM)
#define ANY_FLYING	(flying[0] || flying[NCENTERS - 1])

proctype Fetcher(byte mine)
{
	bool flying[NCENTERS];
	bit flying_url[NCENTERS];
	bool begun_any;
	bool more;
	bool drained;
	byte seen;
	byte c;
	byte i;

	atomic {
		if
		:: fetcher -> goto gone
		:: else ->
			//= become_the_fetcher: schedule->fetcher = MyProcPid;
			fetcher = true
		fi
	};
loop:
#ifndef AS_WAS
	/* draining() */
	atomic {
	more = false;
	drained = false;
	if
	:: slot_wanted != NOT_WANTED && begun_any ->
		drained = true;
		if
		:: slot_wanted == WANTED_NOW ->
			for (c : 0 .. NCENTERS - 1) {
				if
				:: flying[c] -> abandon(c)
				:: flying[c] && urgent_fetch[c]		/* a fetch that has just begun */
				:: else
				fi
			}
		:: else
		fi;
		c = 0;
		goto drive
	:: else
	fi
	};
#endif
	/* begin_urgent(): the serial first */
	seen = work_serial;
	/* whatever can happen between two begins can as well happen before both */
	atomic {
		drained = false;
		for (c : 0 .. NCENTERS - 1) {
			if
			:: urgent[c] -> begin_fetch(c)
			:: else
			fi
		};
		/* begin_due() */
		if
		:: !ANSWERS_FIT -> more = true
		:: else ->
			for (c : 0 .. NCENTERS - 1) { begin_fetch(c) };
			more = ANY_FLYING
		fi;
		c = 0
	};
drive:
	if
	:: ANY_FLYING ->
		/*
		 * drive_fetches(): a fetch ends, or the fetcher looks at what has
		 * changed
		 */
		if
		:: flying[0] -> hand_over(0)
		:: NCENTERS > 1 && flying[NCENTERS - 1] -> hand_over(NCENTERS - 1)
#ifndef AS_WAS
		:: slot_wanted != NOT_WANTED && !drained
#endif
		:: work_serial != seen && !drained
		:: atomic { kills > 0 -> kills-- }; goto out
		fi
	:: !ANY_FLYING && more && slot_wanted == NOT_WANTED ->
		/* the answers must be stored first */
		if
		:: ANSWERS_FIT
		:: slot_wanted != NOT_WANTED
		:: work_serial != seen
		:: atomic { kills > 0 -> kills-- }; goto out
		fi
	:: else -> goto out
	fi;
	goto loop;
out:
	/* close_fetches(): ends the fetches under way, so that nobody waits for them */
	for (c : 0 .. NCENTERS - 1) {
		if
		:: flying[c] ->
			d_step {
				//= close_fetches: entry_idle(entry);
				entry_idle(c);
				due[c] = true;
				flying[c] = false; flying_url[c] = 0
			};
			//= close_fetches: fetch_ended();
			broadcast()
		:: else
		fi
	};
	c = 0;
	//= fetcher_at_exit: schedule->fetcher = 0;
	fetcher = false;
#ifndef BUG_NOBODY_WOKEN
	//= fetcher_at_exit: wake_launcher();
	launcher_latch = true;
#endif
gone:
	end_of_worker(own_fetcher)
}

/* ---- a database worker ---- */

proctype DatabaseWorker(byte mine)
{
	bool listed[NCENTERS];
	bit seen_url[NCENTERS];
	bool finished;
	bool discarded;
	byte ticket;
	byte c;
	byte i;

	atomic {
		if
		:: db_worker -> goto gone
		:: else ->
			//= become_the_worker: database->worker = MyProcPid;
			db_worker = true
		fi
	};
#ifdef BUG_CLEARED_LATE
	d_step { for (c : 0 .. NCENTERS - 1) { listed[c] = phase[c] == ANSWERED } c = 0 };
#endif
	/*
	 * store_answers(): clears the flag first, so that an answer that comes from
	 * now on sets it again
	 */
	d_step {
		//= note_no_answers: database->answers = false;
		answers = false;
		//= note_no_answers: database->answers_urgent = false;
		answers_urgent = false
	};
#ifndef BUG_CLEARED_LATE
	d_step { for (c : 0 .. NCENTERS - 1) { listed[c] = phase[c] == ANSWERED } c = 0 };
#endif
	for (c : 0 .. NCENTERS - 1) {
		if
		:: listed[c] ->
			if
			:: atomic { kills > 0 -> kills-- }; goto out
			:: c > 0 && listed[0] ->
				/* connected for too long: the next worker stores the rest */
				//= note_answers: database->answers = true;
				answers = true;
				break
			:: true
			fi;
			/*
			 * the transaction: locks the row, which must still be what was
			 * fetched
			 */
			d_step {
#ifndef BUG_ROW_NOT_COMPARED
				discarded = row_url[c] != answer_url[c];
#endif
				if
				:: !discarded ->
#ifdef BUG_REVOCATION_LOST
					keys[c] = true;
#else
					keys[c] = !revoked[c];
#endif
					keys_url[c] = answer_url[c];
				:: else
				fi;
				assert(!keys[c] || keys_url[c] == row_url[c]);
				assert(!revoked[c] || !keys[c])
			};
			/* settle() */
			d_step {
				//= settle: entry_idle(entry);
				entry_idle(c);
				waiting_answers--
			};
			if
			:: discarded ->
				d_step {
					//= ask_for_own_load: database->loads_asked++;
					loads_asked++;
					//= ask_for_own_load: database->told = true;
					told = true;
					discarded = false
				}
			:: else
			fi;
			//= settle: fetch_ended();
			//= fetch_ended: ConditionVariableBroadcast(&schedule->ended);
			broadcast()
		:: else
		fi
	};
	if
	:: loads_asked != loads_done ->
		d_step {
			ticket = loads_asked;
			//= load_database: database->told = false;
			told = false
		};
		/* load_help_centers(): reads what is committed by now */
		d_step {
			for (c : 0 .. NCENTERS - 1) { seen_url[c] = row_url[c] }
			c = 0
		};
		if
		:: atomic { kills > 0 -> kills-- }; goto out
		:: true
		fi;
		for (c : 0 .. NCENTERS - 1) {
			d_step {
				if
				:: seen_url[c] != url[c] ->
					url[c] = seen_url[c];
					//= renew_entry: entry->urgent = row->enabled && !row->known_url && !row->cut_off && load->urgent++ < MAX_URGENT;
					urgent[c] = true;
					due[c] = true
				:: else
				fi
			}
		};
		//= remove_entries: ConditionVariableBroadcast(&schedule->ended);
		broadcast();
		//= load_database: database->loads_done = ticket;
		loads_done = ticket;
		//= load_database: ConditionVariableBroadcast(&schedule->ended);
		broadcast();
		//= load_database: note_urgent();
		//= note_urgent: wake_launcher();
		d_step { work_serial++; launcher_latch = true }
	:: else
	fi;
	finished = true;
out:
	skip;
	d_step {
		//= database_worker_at_exit: database->worker = 0;
		db_worker = false;
		if
		:: !finished ->
			//= database_worker_at_exit: database->answers = true;
			answers = true
		:: else
		fi
	};
	//= database_worker_at_exit: wake_launcher();
	launcher_latch = true;
gone:
	end_of_worker(own_worker)
}

/* ---- backends that ask and wait ---- */

/* ask_for_unknown_kid(): one fetch that ends from now on */
proctype Backend(byte me)
{
	byte c;
	byte seen;
	bool asks;

end_refused:
	launcher;
	if
	:: c = 0
	:: c = NCENTERS - 1
	fi;
	d_step {
		seen = ended[c];
		if
		:: phase[c] == IDLE && !urgent[c] ->
			//= ask_for_fetch: entry->urgent = true;
			urgent[c] = true;
			asks = true
		:: else
		fi
	};
	if
	:: asks ->
		//= ask_for_fetch: note_urgent();
		d_step { work_serial++; launcher_latch = true }
	:: else
	fi;
	do
	:: true ->
		asleep[me] = true;
		if
		:: ended[c] != seen -> break
		:: else -> !asleep[me]
		fi
	od;
	asleep[me] = false;
	answered_askers++
}

/* refresh(): a fetch that begins from now on */
proctype Refresh(byte me)
{
	byte c;
	byte goal;

end_refused:
	launcher;
	if
	:: c = 0
	:: c = NCENTERS - 1
	fi;
	d_step {
		//= ask_for_fetches: entry->urgent = true;
		urgent[c] = true;
		goal = number[c] + 1
	};
	//= ask_for_fetches: note_urgent();
	d_step { work_serial++; launcher_latch = true };
	do
	:: true ->
		asleep[me] = true;
		if
		:: ended_fetch[c] >= goal -> break
		:: else -> !asleep[me]
		fi
	od;
	asleep[me] = false;
	answered_askers++
}

/* ---- what happens from outside ---- */

/* Each commit changes one help center's URL, and then tells the launcher. */
proctype UrlChange(byte c)
{
	d_step {
		row_url[c] = 1 - row_url[c];
		keys[c] = false			/* the trigger retires the keys */
	};
	notice = true;
	//= note_database: wake_launcher();
	launcher_latch = true
}

proctype Revocation(byte c)
{
	d_step { revoked[c] = true; keys[c] = false }
}

/* a parallel query */
proctype Stranger()
{
	if
	:: atomic { slots > 0 -> slots-- }
	:: true -> goto none
	fi;
	slots++;
none:
	skip
}

/* When no process can make a step any more, everything is done. */
proctype Quiet()
{
	byte c;

	timeout;
	assert(answered_askers == ASKERS);
	assert(slots == SLOTS && !fetcher && !db_worker);
	assert(waiting_answers == 0 && loads_asked == loads_done);
	for (c : 0 .. NCENTERS - 1) {
		assert(phase[c] == IDLE && !urgent[c] && !due[c]);
		assert(url[c] == row_url[c]);
		assert(keys[c] == !revoked[c]);
		assert(!keys[c] || keys_url[c] == row_url[c])
	}
}

init
{
	byte i;

	atomic {
		for (i : 0 .. ASKERS - 1) {
			if
#ifndef REFRESH
			:: i % 2 == 0 -> run Backend(i)
#endif
			:: else -> run Refresh(i)
			fi
		}
#if URL_CHANGES
		for (i : 1 .. URL_CHANGES) { run UrlChange(0) }
#endif
#if STRANGERS
		for (i : 1 .. STRANGERS) { run Stranger() }
#endif
#ifdef REVOCATION
		run Revocation(0);
#endif
		run Launcher();
		run Quiet();
		i = 0
	};
	promoted = true
}
