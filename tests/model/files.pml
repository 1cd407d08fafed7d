/*
 * Opening, making and replacing a file: src/file/stats_file.ts (openStatsFile, createAtPath, createPrivate,
 * attach, replace, setAside) and src/file/opened_file.ts (isAtPath, isInUse, lockSetup,
 * lockReplace).
 *
 * Theorem. Processes that open a path at once, where there is no file, an unused one, one of an earlier
 * boot, or one with another schema; each with `stale` "continue" or "reset"; each killed at any step:
 *   1. the path leads to no file or to a whole one                          (WHOLE)
 *   2. a process that has opened a file had its entry while the path led to it (AT THE PATH)
 *   3. a file that a living process uses is not replaced or moved for being unused or old
 *                                                                           (NOT REPLACED IN USE)
 *   4. all living processes that have opened have the same file, unless one was replaced because of its
 *      schema                                                               (ONE FILE)
 *   5. when all others are killed, a process has opened after two more tries (KILLED BLOCKS NOBODY)
 *   6. with "continue", every process opens at last, whatever the others do (fair: ENDS)
 *
 * Assumptions: those of the kernel. Locks of an open file description are given up in one step when it is
 * closed or its process ends; a shared lock becomes an exclusive one in one step or stays; `link` fails
 * where there is a file; `rename` is one step.
 *
 * Abstracted: which entry a process takes (processes.pml); a private file has a number of its own for each
 * process, because nobody else knows it until it is linked. An inode is never used again, because whoever
 * compares it has it open. `Patience` (10 seconds) is left out: it only ends runs.
 */
#ifdef CONTINUE
#define PROCESSES 2
#else
#define PROCESSES 3
#endif
#define NONE 0
#define FIRST 1            /* the file that there may be at the beginning */
#define MADE(process) ((process) + 2)
#define FILES (PROCESSES + 2)
#define BIT(process) (1 << (process))
#define OTHERS(mask) ((mask) & ~BIT(me))

/* The file system and the kernel. */
byte path;
bool whole[FILES];
byte schema[FILES];
byte is_shared[FILES];     /* setup locks; a set of processes each */
byte is_exclusive[FILES];
byte waits[FILES];         /* the lock of who waits to replace the file */
byte uses[FILES];          /* entry locks */
bool is_old;               /* the first file is of an earlier boot */

/* Ghosts. */
byte living = BIT(PROCESSES) - 1;
byte opened;
byte got[PROCESSES];
bool is_schema_replaced;
bool is_solo;              /* all but one are dead */
byte finished;

/* The descriptor is closed, by the process or by its end. */
inline close_file() {
  is_shared[file] = OTHERS(is_shared[file]);
  is_exclusive[file] = OTHERS(is_exclusive[file]);
  uses[file] = OTHERS(uses[file]);
  waits[file] = OTHERS(waits[file]);
  file = NONE
}

inline die() {
  living = OTHERS(living); opened = OTHERS(opened);
#ifndef LOCKS_STAY
  waits[FIRST] = OTHERS(waits[FIRST]); waits[2] = OTHERS(waits[2]); waits[3] = OTHERS(waits[3]);
#if PROCESSES > 2
  waits[4] = OTHERS(waits[4]);
#endif
  is_shared[FIRST] = OTHERS(is_shared[FIRST]); is_exclusive[FIRST] = OTHERS(is_exclusive[FIRST]);
  uses[FIRST] = OTHERS(uses[FIRST]);
  is_shared[2] = OTHERS(is_shared[2]); is_exclusive[2] = OTHERS(is_exclusive[2]); uses[2] = OTHERS(uses[2]);
  is_shared[3] = OTHERS(is_shared[3]); is_exclusive[3] = OTHERS(is_exclusive[3]); uses[3] = OTHERS(uses[3]);
#if PROCESSES > 2
  is_shared[4] = OTHERS(is_shared[4]); is_exclusive[4] = OTHERS(is_exclusive[4]); uses[4] = OTHERS(uses[4]);
#endif
#endif
  if
  :: living != 0 && (living & (living - 1)) == 0 -> is_solo = true
  :: else
  fi
}

#ifdef CONTINUE
#define MAY_DIE (living == BIT(PROCESSES) - 1) /* one of them */
#else
#define MAY_DIE (OTHERS(living) != 0)
#endif
#define DIE atomic { MAY_DIE -> die(); goto out }
#define STEP(access) if :: d_step { access } :: DIE fi

/* Those that have opened a file that the path leads to no longer. */
#define ASSERT_ONE_FILE \
  assert(is_schema_replaced || (opened & living & ~at_path) == 0)
inline check_one_file() {
  at_path = 0;
  for (other : 0 .. PROCESSES - 1) {
    if
    :: got[other] == path -> at_path = at_path | BIT(other)
    :: else
    fi
  }
  ASSERT_ONE_FILE;
  at_path = 0; other = 0
}

/* A private file, with this process's entry. */
inline make() {
#ifdef LINKED_UNWRITTEN
  STEP(uses[MADE(me)] = BIT(me); schema[MADE(me)] = mine)
#elif defined(LINKED_WITHOUT_ENTRY)
  STEP(whole[MADE(me)] = true; schema[MADE(me)] = mine)
#else
  STEP(uses[MADE(me)] = BIT(me); schema[MADE(me)] = mine);
  STEP(whole[MADE(me)] = true)
#endif
}

inline try_exclusive() {
  STEP(
    is_taken = (OTHERS(is_shared[file]) == 0 && OTHERS(is_exclusive[file]) == 0);
    if
    :: is_taken -> is_exclusive[file] = BIT(me); is_shared[file] = OTHERS(is_shared[file])
    :: else
    fi
  )
}

/* At once, or by waiting for those that have the lock, if nobody else waits. */
inline take_exclusive() {
  try_exclusive();
  if
  :: !is_taken ->
    STEP(
      is_taken = (OTHERS(waits[file]) == 0);
      if
      :: is_taken -> waits[file] = BIT(me)
      :: else -> close_file()
      fi
    );
    if
    :: !is_taken -> goto again
    :: else
    fi;
    do
    :: try_exclusive();
      if
      :: is_taken -> break
      :: else
      fi
    od
  :: else
  fi;
  is_taken = false
}

inline finish(file_number) {
  STEP(
    got[me] = file_number; opened = opened | BIT(me);
    check_one_file()
  )
}

proctype Process(byte me, mine; bool is_reset) {
  byte file, other, at_path, tries;
  bool is_taken;
again:
  atomic {
    if
    :: is_solo -> tries++; assert(tries <= 3)
    :: else
    fi
  };
  STEP(file = path);
  if
  :: file == NONE -> goto create
  :: else
  fi;
  STEP(assert(whole[file]));
  if
  :: file == FIRST && is_old -> goto set_aside
  :: else
  fi;

  /* attach */
  STEP(
    is_taken = (OTHERS(waits[file]) == 0);
    if
    :: !is_taken -> close_file()
    :: else
    fi
  );
  if
  :: !is_taken -> goto again
  :: else -> is_taken = false
  fi;
#ifndef NO_SETUP_LOCK
  STEP(
    is_taken = (OTHERS(is_exclusive[file]) == 0);
    if
    :: is_taken -> is_shared[file] = is_shared[file] | BIT(me)
    :: else -> close_file()
    fi
  );
  if
  :: !is_taken -> goto again
  :: else -> is_taken = false
  fi;
#endif
#ifndef PATH_UNCHECKED
  STEP(
    is_taken = (path == file);
    if
    :: !is_taken -> close_file()
    :: else
    fi
  );
  if
  :: !is_taken -> goto again
  :: else -> is_taken = false
  fi;
#endif
  if
  :: is_reset ->
    STEP(is_taken = (OTHERS(uses[file]) != 0));
    if
    :: is_taken -> is_taken = false
    :: else ->
#ifndef RESET_WITHOUT_LOCK
      take_exclusive();
#endif
#ifndef IN_USE_SEEN_ONCE
      STEP(
        is_taken = (OTHERS(uses[file]) == 0);
        if
        :: !is_taken -> close_file()
        :: else
        fi
      );
      if
      :: !is_taken -> goto again
      :: else -> is_taken = false
      fi;
#endif
      make();
      STEP(
        assert(path == file && (OTHERS(uses[file]) & living) == 0);
        path = MADE(me)
      );
      STEP(close_file());
      finish(MADE(me));
      goto over
    fi
  :: else
  fi;
  STEP(
    uses[file] = uses[file] | BIT(me);
    assert(path == file)
  );
  if
  :: schema[file] != mine && !is_reset -> goto refused
  :: schema[file] != mine && is_reset ->
#ifndef CONFLICT_WITHOUT_LOCK
    take_exclusive();
#endif
    make();
    STEP(
      assert(path == file);
      is_schema_replaced = true;
      path = MADE(me)
    );
    STEP(close_file());
    finish(MADE(me));
    goto over
  :: else
  fi;
  finish(file);
  STEP(is_shared[file] = OTHERS(is_shared[file]));
  goto over;

create:
  make();
#ifdef RENAMED_NOT_LINKED
  STEP(is_taken = true; path = MADE(me));
#else
  STEP(
    is_taken = (path == NONE);
    if
    :: is_taken -> path = MADE(me)
    :: else -> uses[MADE(me)] = 0; whole[MADE(me)] = false
    fi
  );
#endif
#ifdef LINKED_UNWRITTEN
  STEP(whole[MADE(me)] = true);
#endif
  if
  :: !is_taken -> goto again
  :: else -> is_taken = false
  fi;
#ifdef LINKED_WITHOUT_ENTRY
  STEP(uses[MADE(me)] = BIT(me));
#endif
  finish(MADE(me));
  goto over;

set_aside:
  STEP(
    is_taken = (OTHERS(is_exclusive[file]) == 0 && OTHERS(is_shared[file]) == 0);
    if
    :: is_taken -> is_exclusive[file] = BIT(me)
    :: else -> close_file()
    fi
  );
  if
  :: !is_taken -> goto again
  :: else -> is_taken = false
  fi;
#ifndef SET_ASIDE_UNCHECKED
  STEP(
    is_taken = (path == file);
    if
    :: !is_taken -> close_file()
    :: else
    fi
  );
  if
  :: !is_taken -> goto again
  :: else -> is_taken = false
  fi;
#endif
  STEP(
    assert(path == file && uses[file] == 0);
    path = NONE
  );
  STEP(close_file());
  goto again;

refused:
  skip; d_step { close_file() };
over:
  /* It counts, until it is killed or for ever. */
  if
  :: true
  :: MAY_DIE -> atomic { die() }
  fi;
out:
  atomic { file = 0; tries = 0; mine = 0; is_reset = false; is_taken = false; finished++ }
}

#ifdef CONTINUE
ltl ends { <> (finished == PROCESSES) }
#endif

init {
  byte process;
  atomic {
    if
    :: true
    :: path = FIRST; whole[FIRST] = true
    :: path = FIRST; whole[FIRST] = true; is_old = true
    fi;
    for (process : 0 .. PROCESSES - 1) {
#ifdef CONTINUE
      run Process(process, 0, false)
#elif defined(SCHEMAS)
      if
      :: process == 0 -> run Process(process, 1, true)
      :: process != 0 -> run Process(process, 0, true)
      :: process != 0 -> run Process(process, 0, false)
      fi
#else
      if
      :: run Process(process, 0, true)
      :: run Process(process, 0, false)
      fi
#endif
    }
  }
}
