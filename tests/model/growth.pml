/*
 * How a file grows: src/memory/memory_file.ts (extendMemoryFile), src/memory/shared_memory.ts (byteLength,
 * growTo) and src/memory/arena.ts (#bump, #reach).
 *
 * Theorem. Two processes that each allocate twice and write what they got; each killed at any step; a disk
 * that is full from any moment on, and appends of which the system writes only a part:
 *   1. nobody uses memory behind the end of the file                        (NO SIGBUS)
 *   2. an append overwrites nothing that is in use                          (NOTHING ERASED)
 *   3. no line is allocated twice, and fresh lines are zero                 (FRESH)
 *   4. every run ends: growth waits for nobody                              (LOCK-FREE)
 *
 * Assumptions: an append is one step for all processes, also when only a part of it is written. Nobody
 * truncates the file.
 *
 * Memory model: `H_BUMP` is accessed by `Atomics`; the length is asked of the system.
 *
 * Abstracted: lines and lengths are small. The buffer's fixed length is left out; it only makes the memory
 * shorter. So is the second try with a smaller growth when the system refuses the first one.
 */
#define LINES 12           /* room for the appends of both */
#define GROWERS 2

byte length = 1;           /* of the file, in lines */
byte bump = 1;
byte line[LINES];          /* what it holds: 0 or its writer */
bool is_full;              /* the disk */

byte holder[LINES];
byte killed;

#define DIE atomic { killed == 0 -> killed++; goto out }
#define STEP(access) if :: d_step { access } :: DIE fi

/* Writes some zeros at the end. */
inline append(at, lines) {
  for (n : 0 .. lines - 1) {
    assert(at + n < LINES && holder[at + n] == 0);
    line[at + n] = 0
  }
  if
  :: at + lines > length -> length = at + lines
  :: else
  fi;
  n = 0
}

/* The memory is at least `end` long then, or the disk is full. */
inline grow(end) {
  do
  :: STEP(size = length);
    if
    :: size >= end -> break
    :: else
    fi;
#ifdef SET_TO_A_LENGTH
    /* ftruncate */
    STEP(length = end);
    size = end; break
#else
    if
    :: is_full -> goto out
    :: !is_full ->
      if
#ifdef WRITTEN_AT_THE_SIZE_SEEN
      :: STEP(append(size, end - size))
      :: end - size > 1 -> STEP(append(size, 1))
#else
      :: STEP(append(length, end - size))
      :: end - size > 1 -> STEP(append(length, 1))
#endif
      fi
    fi;
#ifdef BELIEVED_WHOLE
    size = end; break
#endif
#endif
  od
}

proctype Grower(byte me) {
  byte count, seen, size, known, n, wanted;
  bool is_taken;
  for (count : 1 .. 2) {
    do
    :: STEP(seen = bump);
      wanted = (me == 1 && count == 1 -> 2 : 1);
#ifdef GROWN_AFTERWARDS
      skip;
#else
      /* #reach: this thread knows a length; what is allocated is in the file. */
      if
      :: known >= seen + wanted -> skip
      :: else ->
        grow(seen + wanted);
        atomic { known = size; size = 0 }
      fi;
#endif
      STEP(
        is_taken = (bump == seen);
        if
        :: is_taken ->
          bump = seen + wanted;
          for (n : 0 .. wanted - 1) {
            assert(holder[seen + n] == 0);
            holder[seen + n] = me
          }
          n = 0
        :: else
        fi
      );
      if
      :: is_taken -> break
      :: else
      fi
    od;
    is_taken = false;
    /* Any thread that loads `H_BUMP` believes that it may use what is below. */
    STEP(
      assert(bump <= length);
      assert(line[seen] == 0);
      line[seen] = me
    );
#ifdef GROWN_AFTERWARDS
    grow(seen + wanted);
#endif
    STEP(assert(line[seen] == me))
  }
out:
  atomic { count = 0; seen = 0; size = 0; known = 0; n = 0; wanted = 0; is_taken = false }
}

init {
  atomic { run Grower(1); run Grower(2) }
  if
  :: is_full = true
  :: true
  fi
}
