/*
 * Bump allocation and the publication of what was allocated: src/memory/arena.ts (allocate, release,
 * #bump, #reach, views), src/buckets/bucket_table.ts (#grow, segment) and
 * src/threads/cell_segments.ts (ensure, #publish).
 *
 * Theorem. Two threads that add the same segment and allocate a block each, and one that reads; each may
 * be killed at any step:
 *   1. no line is allocated twice                                            (NO OVERLAP)
 *   2. a published reference never changes                                   (PUBLISHED ONCE)
 *   3. a thread that loads a reference and then the length finds the whole block within the length
 *                                                                            (GROWN BEFORE IT IS SEEN)
 *
 * Memory model: every access is an `Atomics` operation (SeqCst) or the growth of the buffer, which is
 * SeqCst too. The views of each thread have a length that may be older than that of the memory.
 *
 * Abstracted: a segment has two lines, a block one. The memory grows to exactly the length that is
 * needed. Rounding is left out.
 */
#define LINES 14
#define NOBODY 0

/* Shared memory. */
byte bump = 1;
byte length = 1;
byte reference;          /* of the segment; 0 is none */

/* Ghosts. */
byte holder[LINES];      /* of each line: thread + 1, or NOBODY */
byte published;          /* the first reference that there was */
byte killed;

#define DIE atomic { killed == 0 -> killed++; goto out }
#define STEP(access) if :: d_step { access } :: DIE fi

inline allocate(lines) {
  do
  :: STEP(seen = bump);
#ifndef GROWN_AFTERWARDS
    STEP(if :: length < seen + lines -> length = seen + lines :: else fi);
#endif
    STEP(
#ifdef TAKEN_BY_STORE
      is_taken = true;
#else
      is_taken = (bump == seen);
#endif
      if
      :: is_taken ->
        bump = seen + lines;
        assert(holder[seen] == NOBODY && (lines == 1 || holder[seen + 1] == NOBODY));
        holder[seen] = me + 1;
        if
        :: lines == 2 -> holder[seen + 1] = me + 1
        :: else
        fi
      :: else
      fi
    );
    if
    :: is_taken -> break
    :: else
    fi
  od;
  start = seen
}

proctype Thread(byte me) {
  byte seen, start;
  bool is_taken;
  STEP(seen = reference);
  if
  :: seen == 0 ->
    allocate(2);
    STEP(
#ifdef PUBLISHED_BY_STORE
      is_taken = true;
#else
      is_taken = (reference == 0);
#endif
      if
      :: is_taken ->
        reference = start;
        if
        :: published == 0 -> published = start
        :: else
        fi;
        assert(published == start)
      :: else
      fi
    );
#ifdef GROWN_AFTERWARDS
    STEP(if :: length < start + 2 -> length = start + 2 :: else fi);
#endif
    if
    :: !is_taken ->
      /* release */
#ifdef RELEASED_UNSEEN
      STEP(bump = start; holder[start] = NOBODY; holder[start + 1] = NOBODY)
#else
      STEP(
        if
        :: bump == start + 2 -> bump = start; holder[start] = NOBODY; holder[start + 1] = NOBODY
        :: else
        fi
      )
#endif
    :: else
    fi
  :: else
  fi;
  allocate(2);
  allocate(1);
out:
  atomic { seen = 0; start = 0; is_taken = false }
}

proctype Reader() {
  byte covered = 1, seen;
  seen = reference;
  if
  :: seen == 0
  :: else ->
    if
    :: seen + 2 > covered -> covered = length
    :: else
    fi;
    assert(seen + 2 <= covered)
  fi
}

init {
  atomic { run Thread(0); run Thread(1); run Reader() }
}
