/*
 * The life of a thread slot: src/threads/slot_directory.ts (acquire, activate, retire, revoke,
 * #isTakeable, #look), src/threads/seat.ts, and the fence in the writers (CellWriter.isCurrent,
 * RecordPublisher.isOwner).
 *
 * Theorem. Parents that reserve the one slot and revoke it at any moment, their workers, each killed at any step or going on
 * as a zombie, and one cell:
 *   1. a store goes to the cell only while no later owner has the slot      (ONE WRITER)
 *   2. every store adds to what all stores before it have left              (COMMITTED STAYS)
 *   3. a tenure is ended by its own worker or its own parent only           (NOBODY ELSE'S)
 *   4. a slot is taken once for each generation, and a reserved tenure is activated once  (ONE OWNER)
 *
 * Assumptions: a fenced thread needs less than the quarantine between the check and the store of
 * one update: the clock does not tick twice over an open window. `stopped` is said only of a thread
 * that has stopped. Generations do not come round (2^29 tenures). The clock here is time itself: a
 * thread's own clock shows the differences between two of its looks, and the model compares no
 * others.
 *
 * Memory model: the control word is SeqCst. The check of an update is a plain load and its store a
 * plain one; the store depends on the load (a branch), so it is not visible earlier. Later it may
 * be: the window of the model, from the check to the store, is open until then.
 *
 * Abstracted: one slot, one cell; the quarantine is one tick; the name is left out.
 */
#ifdef IN_TURN
#define PARENTS 3
#else
#define PARENTS 2
#endif
#define QUARANTINE 1
#define LAST_TICK 3

#define FREE 0
#define RESERVED 1
#define ACTIVE 2
#define RETIRED 3
#define REVOKED 4
#define RESTED 5
#define GENERATION 8
#define STATE(control) ((control) & 7)
#define GENERATION_OF(control) ((control) & ~7)
#define NONE 255

/* Shared memory. */
byte control;            /* generation << 3 | state */
byte cell;

/* The world. */
byte clock;
byte seat[PARENTS];      /* the control word of an active tenure, as the parent posted it to its worker; 0 is none */
byte window[PARENTS] = NONE; /* when a worker that is between check and store has checked */
bool over[PARENTS];      /* a worker has stopped */

/* Ghosts. */
byte gone;               /* parents that have ended */
byte stores;             /* all that the cell ever got */

/*
 * A thread's look at the control word: notes, for itself, since when it has seen a tenure revoked;
 * lets the slot rest when it has seen that for the whole quarantine. Another thread may do so at
 * any step of it.
 */
inline look() {
  found = control;
  if
  :: STATE(found) == REVOKED ->
    if
#ifdef WATCHED_WITHOUT_GENERATION
    :: watched == 0 -> atomic { watched = found; since = clock }
#else
    :: watched != found -> atomic { watched = found; since = clock }
#endif
    :: else ->
      if
      :: clock - since > QUARANTINE ->
        if
        :: d_step {
            control == found -> control = GENERATION_OF(found) | RESTED;
            found = control
          }
        :: else -> found = control
        fi
      :: else
      fi
    fi
  :: else
  fi
}

proctype Parent(byte me) {
  byte found, watched, since, tenure;
  /* acquire; IN_TURN: one after the other, and the first one has done it */
#ifdef IN_TURN
  if
  :: me == 0 -> tenure = control; goto taken
  :: else ->
end_turn:
    gone == me
  fi;
#endif
  do
  :: look();
    if
    :: STATE(found) == FREE || STATE(found) == RETIRED || STATE(found) == RESTED
#ifdef NO_QUARANTINE
    :: STATE(found) == REVOKED
#else
    :: STATE(found) == REVOKED ->
end_quarantine:
      atomic {
        STATE(control) != REVOKED || watched != control || clock - since > QUARANTINE ||
        clock == LAST_TICK
      };
      if
      :: watched == control && clock - since <= QUARANTINE -> goto out
      :: else -> goto again
      fi
#endif
    :: else ->
end_taken:
      atomic { STATE(control) != RESERVED && STATE(control) != ACTIVE }; goto again
    fi;
#ifdef SAME_GENERATION
    tenure = GENERATION_OF(found) | RESERVED;
#else
    tenure = (GENERATION_OF(found) + GENERATION) | RESERVED;
#endif
#ifdef TAKEN_BY_STORE
    control = tenure; break;
#else
    if
    :: d_step { control == found -> control = tenure } break
    :: else
    fi;
#endif
again:
    skip
  od;
taken:
  atomic { tenure = GENERATION_OF(tenure) | ACTIVE; seat[me] = tenure; found = 0 };
  /* revoke, or not: the parent is killed, or content; the third one always is */
  do
  :: true -> goto out
  :: atomic { me < 2 -> found = control };
    if
#ifndef REVOKED_BY_STATE_ALONE
    :: GENERATION_OF(found) != GENERATION_OF(tenure) -> break
#endif
    :: STATE(found) == RETIRED ||
      ((STATE(found) == REVOKED || STATE(found) == RESTED) && !over[me]) -> break
    :: else ->
      if
      :: d_step {
          control == found ->
          assert(GENERATION_OF(found) == GENERATION_OF(tenure));
          control = GENERATION_OF(found) |
            (over[me] -> RETIRED : (STATE(found) == RESERVED -> RESTED : REVOKED))
        }
        /* The parent may be killed before its look. */
        if
        :: true -> goto out
        :: true -> look()
        fi;
        break
      :: else
      fi
    fi
  od;
out:
  atomic { found = 0; watched = 0; since = 0; tenure = 0; gone++ }
}

/* It may end after any step: then it was killed. Or go on after it was revoked: a zombie. */
proctype Worker(byte me) {
  byte updates, total, mine;
  bool ready;
end:
  atomic { seat[me] != 0 -> mine = seat[me] };
  /* activate */
  if
  :: d_step { control == (GENERATION_OF(mine) | RESERVED) -> control = mine }
  :: else -> goto killed
  fi;
  for (updates : 1 .. (me == 0 -> 2 : 1)) {
    /* The check opens the window. */
#ifdef NO_FENCE
    atomic { window[me] = clock };
#else
    if
    :: atomic { control == mine -> window[me] = clock }
    :: control != mine -> goto killed
    :: true -> goto killed
    fi;
#endif
    /* The first update goes on from what the cell holds. */
    if
    :: !ready -> atomic { total = cell; ready = true }
    :: else
    fi;
    if
    :: true -> goto killed
    :: d_step {
      true ->
      assert(GENERATION_OF(control) == GENERATION_OF(mine));
      total++; cell = total; stores++;
      assert(cell == stores);
      window[me] = NONE
    }
    fi
  }
  /* unregister, or not */
  if
  :: true
  :: d_step {
      control == mine -> control = GENERATION_OF(mine) | RETIRED
    }
  :: control != mine
  fi;
killed:
  atomic { window[me] = NONE; over[me] = true; updates = 0; total = 0; mine = 0; ready = false }
}

/* Time. No window is open over two ticks: that is the assumption. */
#define IS_SHORT(worker) (window[worker] == NONE || window[worker] == clock)
#if PARENTS > 2
#define IN_TIME (IS_SHORT(0) && IS_SHORT(1) && IS_SHORT(2))
#else
#define IN_TIME (IS_SHORT(0) && IS_SHORT(1))
#endif
proctype Clock() {
end:
  do
  :: d_step {
      clock < LAST_TICK && IN_TIME ->
      clock++
    }
  od
}

init {
  atomic {
#ifdef IN_TURN
    control = GENERATION | RESERVED;
#endif
    run Clock();
    run Parent(0); run Worker(0);
    run Parent(1); run Worker(1);
#if PARENTS > 2
    run Parent(2); run Worker(2)
#endif
  }
}
