/*
 * The process table of a file, and the slots of its processes: src/file/stats_file.ts (takeEntry, attach),
 * src/file/format.ts (writeEntry, nextNumber), src/file/processes.ts (look), src/ends/slot_reclaimer.ts
 * (processEnded), src/registration.ts (enterSlot, reserveSlot, takeSeat) and src/threads/slot_owner.ts
 * (writeOwner, completeOwner, readOwner).
 *
 * Theorem. Processes that take an entry, free what its latest process left, write their number, and then
 * register a thread or reserve a seat that a thread of them takes; that look for ended processes at any
 * time; each killed at any step, or living for ever:
 *   1. a slot is freed for the end of a process only when that process has ended (NONE OF THE LIVING)
 *   2. a slot has one owner, who has entered it                              (ONE OWNER)
 *   3. when one more process has looked once, every slot belongs to a living process, can be taken, or
 *      is entered, which the quarantine ends                                 (NONE OF THE DEAD)
 *   4. no step waits for another process; every run ends                     (WAIT-FREE)
 *
 * Assumptions: the lock of an entry is given up in one step when its process has stopped. An entry has
 * fewer than 2^21 - 1 processes between two looks. A process may be suspended for any time at any step.
 *
 * Memory model: every access to shared memory is an `Atomics` operation, every access to the table a call
 * of the system. The number is one aligned word.
 *
 * Abstracted: one slot, so that processes compete for it. A number is generation * ENTRIES + entry, as in
 * the source. An entered slot may rest at any time: the source lets a quarantine pass first, and a process
 * may be suspended for longer. The identity is the process's number alone.
 */
#ifndef PROCESSES
#define PROCESSES 3
#endif
#define ENTRIES 2
#define NOBODY 255

#define FREE 0
#define RESERVED 1
#define ACTIVE 2
#define RETIRED 3
#define RESTED 5
#define ENTERED 6
#define GENERATION 8
#define STATE(word) ((word) & 7)
#define GENERATION_OF(word) ((word) & ~7)
#define IS_TAKEABLE(word) (STATE(word) == FREE || STATE(word) == RETIRED || STATE(word) == RESTED)
#define UNWRITTEN 1        /* no generation: these have no bits of the state */

/* The table. */
byte number[ENTRIES];
byte lock[ENTRIES] = NOBODY;

/* The slot. */
byte control;
byte owner_generation = UNWRITTEN;
byte owner_process;

/* Ghosts. */
bool is_living[PROCESSES] = true;
byte holder = NOBODY;      /* the process that has entered the slot in its present generation */
byte settled;

inline die() {
  is_living[me] = false;
#ifndef LOCKS_STAY
  for (entry : 0 .. ENTRIES - 1) {
    if
    :: lock[entry] == me -> lock[entry] = NOBODY
    :: else
    fi
  }
#endif
}
#define DIE atomic { true -> die(); goto out }
#define STEP(access) if :: d_step { access } :: DIE fi

/* Frees the slot if it is of a process that has ended. */
inline free_slots(ended) {
  STEP(found = control);
  if
  :: IS_TAKEABLE(found) -> skip
  :: else ->
#ifdef OWNER_UNCONFIRMED
    STEP(is_so = (owner_process == ended));
#else
    STEP(is_so = (owner_generation == GENERATION_OF(found)));
    if
    :: is_so -> STEP(is_so = (owner_process == ended));
      if
      :: is_so -> STEP(is_so = (owner_generation == GENERATION_OF(found)))
      :: else
      fi
    :: else
    fi;
#endif
    if
    :: is_so ->
      /* revoke: again when the state has changed, and not when the generation has. */
      do
      :: STEP(found = control | (GENERATION_OF(control) != GENERATION_OF(found) -> 255 : 0));
        if
        :: found == 255 || IS_TAKEABLE(found) -> break
        :: else
        fi;
        STEP(
          is_so = (control == found);
          if
          :: is_so ->
            assert(!is_living[holder]);
            control = GENERATION_OF(found) | RETIRED;
            holder = NOBODY
          :: else
          fi
        );
        if
        :: is_so -> break
        :: else
        fi
      od
    :: else
    fi
  fi;
  atomic { is_so = false; found = 0 }
}

/* Generation and process in one step, while the tenure is not over. */
inline publish(generation, process_number) {
  do
  :: STEP(found_generation = owner_generation; found_process = owner_process);
#ifdef PUBLISHED_UNCHECKED
    is_so = true;
#else
    STEP(is_so = (GENERATION_OF(control) == mine));
#endif
    if
    :: !is_so -> break
    :: else ->
      STEP(
        is_so = (owner_generation == found_generation && owner_process == found_process);
        if
        :: is_so -> owner_generation = generation; owner_process = process_number
        :: else
        fi
      );
      if
      :: is_so -> break
      :: else
      fi
    fi
  od;
  atomic { found_generation = 0; found_process = 0 }
}

inline write_owner(process_number) {
#ifdef PUBLISHED_BY_STORES
  STEP(owner_generation = UNWRITTEN);
  STEP(owner_process = process_number);
  STEP(owner_generation = GENERATION_OF(mine))
#else
  publish(UNWRITTEN, 0);
  if
  :: is_so -> publish(GENERATION_OF(mine), process_number)
  :: else
  fi
#endif
}

/* Looks for ended processes once. */
inline look() {
  for (at : 0 .. ENTRIES - 1) {
    if
    :: lock[at] == me -> skip
    :: else ->
#ifdef LOCK_ASKED_FIRST
      STEP(is_locked = (lock[at] != NOBODY));
      STEP(seen = number[at]);
#else
      STEP(seen = number[at]);
      STEP(is_locked = (lock[at] != NOBODY));
#endif
      if
      :: seen != 0 && !is_locked -> free_slots(seen)
      :: else
      fi;
      atomic { seen = 0; is_locked = false }
    fi
  }
  at = 0
}

proctype Process(byte me) {
  byte own, previous, process;
  byte found, mine, seen, at, entry, found_generation, found_process;
  bool is_so, is_locked;
  /* takeEntry */
  STEP(
    if
    :: lock[0] == NOBODY -> own = 0; lock[0] = me
    :: lock[0] != NOBODY && lock[1] == NOBODY -> own = 1; lock[1] = me
    :: else -> own = NOBODY
    fi
  );
  if
  :: own == NOBODY -> goto out
  :: else
  fi;
  STEP(previous = number[own]);
#ifdef NUMBERS_AGAIN
  process = ENTRIES + own;
#else
  process = (previous / ENTRIES + 1) * ENTRIES + own;
#endif
#ifdef NUMBER_FIRST
  STEP(number[own] = process);
#endif
#ifndef LEFT_AS_IT_IS
  if
  :: previous != 0 -> free_slots(previous)
  :: else
  fi;
#endif
#ifndef NUMBER_FIRST
#ifdef NUMBER_AFTERWARDS
  /* below */
#else
  STEP(number[own] = process);
#endif
#endif
#ifdef LOCK_GIVEN_UP
  /* Another descriptor of the file is closed: a lock of the process, not of the open file. */
  STEP(lock[own] = NOBODY);
#endif

  /* acquire */
  STEP(found = control);
  if
  :: !IS_TAKEABLE(found) -> goto watch
  :: else
  fi;
  mine = GENERATION_OF(found) + GENERATION;
  STEP(
    is_so = (control == found);
    if
    :: is_so ->
#ifdef RESERVED_AT_ONCE
      control = mine | RESERVED;
#else
      control = mine | ENTERED;
#endif
      holder = me
    :: else
    fi
  );
  if
  :: !is_so -> goto watch
  :: else -> atomic { is_so = false; found = 0 }
  fi;
  write_owner(process);
  if
  :: true ->
    /* enterSlot */
    STEP(
      is_so = (control == (mine | ENTERED));
      if
      :: is_so -> assert(holder == me); control = mine | ACTIVE
      :: else
      fi
    )
  :: true ->
    /* reserveSlot, and takeSeat */
    STEP(
#ifdef RESERVED_BY_STORE
      is_so = true;
#elif defined(RESERVED_AT_ONCE)
      is_so = (control == (mine | RESERVED));
#else
      is_so = (control == (mine | ENTERED));
#endif
      if
      :: is_so -> assert(holder == me); control = mine | RESERVED
      :: else
      fi
    );
    if
    :: is_so ->
      STEP(
        is_so = (control == (mine | RESERVED));
        if
        :: is_so -> assert(holder == me); control = mine | ACTIVE
        :: else
        fi
      );
#ifdef SEAT_OWNER_ANEW
      if
      :: is_so -> write_owner(process)
      :: else
      fi
#endif
    :: else
    fi
  fi;
#ifdef NUMBER_AFTERWARDS
  STEP(number[own] = process);
#endif
  /* It goes on, or unregisters. */
  if
  :: true
  :: is_so ->
    STEP(
      if
      :: control == (mine | ACTIVE) -> control = mine | RETIRED; holder = NOBODY
      :: else
      fi
    )
  fi;
watch:
  atomic { is_so = false; found = 0; mine = 0; previous = 0; process = 0 };
  look();
  /* It lives for ever, or not. */
  if
  :: true
  :: DIE
  fi;
out:
  atomic {
    own = 0; previous = 0; process = 0; found = 0; mine = 0; seen = 0; at = 0; entry = 0;
    found_generation = 0; found_process = 0;
    is_so = false; is_locked = false;
    settled++
  }
}

/* An entered slot rests. */
proctype Quarantine() {
end:
  do
  :: d_step {
      STATE(control) == ENTERED ->
      control = GENERATION_OF(control) | RESTED;
      holder = NOBODY
    }
  od
}

init {
  byte process, at;
  atomic {
    run Quarantine();
    for (process : 0 .. PROCESSES - 1) {
      run Process(process)
    }
  }
  settled == PROCESSES;
  /* One more process looks. */
  d_step {
    for (at : 0 .. ENTRIES - 1) {
      if
      :: lock[at] == NOBODY && number[at] != 0 && !IS_TAKEABLE(control) &&
        owner_generation == GENERATION_OF(control) && owner_process == number[at] ->
        assert(!is_living[holder]);
        control = GENERATION_OF(control) | RETIRED
      :: else
      fi
    }
    assert(IS_TAKEABLE(control) || STATE(control) == ENTERED || is_living[holder])
  }
}
