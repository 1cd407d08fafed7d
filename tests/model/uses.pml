/*
 * Which metrics are used: src/memory/first_use.ts (noteFirstUse), src/metrics/cell_writer.ts (nextEpoch)
 * and src/snapshots/take_snapshot.ts (#catchUp).
 *
 * Theorem. Threads that update a metric for the first time, one of which defines its metric before, and
 * each of which may be killed at any step; and a reader that takes snapshots:
 *   1. a snapshot shows each update that was published before it began      (NOTHING MISSED)
 *   2. after a snapshot that began when all was quiet, the next one looks at no note
 *                                                                           (LOOKED AT ONCE)
 *
 * Assumptions: fewer than 2^32 first uses between two snapshots.
 *
 * Memory model: every access is an `Atomics` operation (SeqCst), which is what Spin executes.
 *
 * Abstracted: the log is its length, see definitions.pml.
 */
#define METRICS 2
#define WRITERS 3
#define SNAPSHOTS 3

/* Shared memory. */
byte length = 1;         /* defined metrics */
bool used[METRICS];      /* M_USED */
byte number;             /* H_FIRST_USES */

/* Ghosts. */
byte published;          /* the set of metrics with a cell */
byte killed;
byte done;

#define DIE atomic { killed == 0 -> killed++; goto out }
#define STEP(access) if :: d_step { access } :: DIE fi

proctype Writer(byte metric) {
  if
  :: metric == 1 -> STEP(length = 2)
  :: else
  fi;
#ifdef PUBLISHED_FIRST
  STEP(published = published | (1 << metric));
#endif
#ifdef COUNTED_FIRST
  STEP(number++);
  STEP(used[metric] = true);
#else
  STEP(used[metric] = true);
  STEP(number++);
#endif
#ifndef PUBLISHED_FIRST
  STEP(published = published | (1 << metric));
#endif
out:
  done++
}

proctype Reader() {
  byte snapshots, there, known, seen, uses, metric, in_use, must_show;
  bool is_quiet;
  do
  :: snapshots == SNAPSHOTS -> break
  :: else ->
    atomic { must_show = published; is_quiet = (done == WRITERS) };
    there = length;
    seen = number;
    if
#ifdef NUMBER_ALONE
    :: seen != uses ->
#else
    :: seen != uses || there != known ->
#endif
      for (metric : 0 .. there - 1) {
        if
        :: used[metric] -> in_use = in_use | (1 << metric)
        :: else
        fi
      }
#ifdef COUNTED_AFTERWARDS
      seen = number;
#endif
      atomic { known = there; uses = seen }
    :: else
    fi;
    assert((must_show & ~in_use) == 0);
    snapshots++
  od;
  assert(!is_quiet || (number == uses && length == known))
}

init {
  atomic { run Reader(); run Writer(0); run Writer(0); run Writer(1) }
}
