/*
 * Extents, lines that are lent and come back: src/memory/extents.ts (take, give, #search, #claim, #set).
 *
 * Theorem. Threads that take and give back runs of one or two neighbouring lines, each killed or delayed
 * at any step:
 *   1. a line has one holder at a time                                       (ONE HOLDER)
 *   2. a line is lost only together with a thread that was killed, two for each   (NOTHING ELSE LOST)
 *   3. a search that reports no run: at some instant since it began there was none   (NONE ONLY IF NONE)
 *   4. every run of the model ends: no thread waits for another one          (LOCK-FREE)
 *
 * Assumptions: the number of returns does not wrap (2^32) during one search.
 *
 * Memory model: every access is an `Atomics` operation (SeqCst), which is what Spin executes.
 *
 * Abstracted: there is one map, each line has a word of its own, and runs have no alignment. So a run of
 * two lines is claimed in two steps, as the source claims a run that spans words.
 */
#define LINES 4
#define THREADS 2
#define NONE 255
#define MAY_DIE if :: atomic { killed == 0 -> killed++; goto out } :: skip fi

/* Shared memory. */
bit free[LINES];
byte count;          /* MAP_FREE */
byte freed;          /* H_EXTENTS_FREED */

/* Ghosts. */
byte holder[LINES] = NONE;
bool none_one[THREADS];  /* since the thread has asked there was an instant without a free line */
bool none_two[THREADS];  /* the same without two neighbours */
byte killed;
byte done;

inline look() {
  if
  :: !free[0] && !free[1] && !free[2] && !free[3] -> none_one[0] = true; none_one[1] = true
  :: else
  fi;
  if
  :: !(free[0] && free[1]) && !(free[1] && free[2]) && !(free[2] && free[3]) -> none_two[0] = true; none_two[1] = true
  :: else
  fi
}

inline set(from, lines) {
  line = from;
  do
  :: line < from + lines ->
    MAY_DIE;
    d_step { assert(holder[line] == _pid); holder[line] = NONE; free[line] = 1; line++ }
  :: else -> break
  od;
  MAY_DIE;
#ifndef FREED_UNCOUNTED
  freed++
#else
  skip
#endif
}

inline give(from, lines) {
  if
  :: from != NONE ->
#ifndef COUNTED_AFTERWARDS
    MAY_DIE;
    count = count + lines;
    set(from, lines);
#else
    set(from, lines);
    MAY_DIE;
    count = count + lines;
#endif
    atomic { from = NONE; line = 0 }
  :: else
  fi
}

/* The first of `lines` free lines, or none: each bit is looked at in a step of its own. */
inline search(lines) {
  first = NONE; length = 0; line = 0;
  MAY_DIE;
  if
  :: count == 0
  :: else ->
    do
    :: line < LINES && first == NONE ->
      MAY_DIE;
      d_step {
        if
        :: free[line] -> length++
        :: else -> length = 0
        fi;
        line++;
        if
        :: length == lines -> first = line - lines
        :: else
        fi
      }
    :: else -> break
    od
  fi
}

inline claim(lines) {
  line = first; is_mine = true;
  do
  :: line < first + lines && is_mine ->
    MAY_DIE;
#ifdef CLAIMED_BY_STORE
    is_free = free[line];
    MAY_DIE;
    d_step {
      if
      :: is_free -> assert(holder[line] == NONE); free[line] = 0; holder[line] = _pid; line++; look()
      :: else -> is_mine = false
      fi
    }
#else
    d_step {
      if
      :: free[line] -> assert(holder[line] == NONE); free[line] = 0; holder[line] = _pid; line++; look()
      :: else -> is_mine = false
      fi
    }
#endif
  :: else -> break
  od;
  if
  :: is_mine -> MAY_DIE; count = count - lines
  :: else ->
#ifndef NOT_GIVEN_BACK
    lost = line;
    set(first, lost - first);
#endif
    first = NONE
  fi
}

inline take(piece, lines) {
  d_step {
    none_one[_pid - 1] = false; none_two[_pid - 1] = false;
    look()
  }
  do
  :: MAY_DIE;
    seen = freed;
    search(lines);
    if
    :: first != NONE ->
      claim(lines);
      if
      :: first != NONE -> piece = first; break
      :: else
      fi
    :: else ->
      MAY_DIE;
#ifndef TOLD_AT_ONCE
      if
      :: freed == seen -> break
      :: else
      fi
#else
      break
#endif
    fi
  od;
  skip;
  d_step {
    assert(piece != NONE || (lines == 1 && none_one[_pid - 1]) || (lines == 2 && none_two[_pid - 1]));
    first = NONE; length = 0; line = 0; seen = 0; lost = 0; is_mine = false
  }
}

proctype Churner(bool is_first) {
  byte first = NONE, length, line, seen, lost, one = NONE, other = NONE, two = NONE;
  bool is_mine;
#ifdef CLAIMED_BY_STORE
  bit is_free;
#endif
  if
  :: is_first ->
    take(two, 2);
    give(two, 2);
    take(one, 1)
  :: else ->
    /* What comes back is below the search of the other thread, what is taken above it. */
    take(one, 1);
    take(other, 1);
    give(one, 1);
    take(two, 2);
    give(other, 1);
    give(two, 2)
  fi;
out:
  done++
}

init {
  byte line, held, there;
  atomic {
    free[0] = 1; free[1] = 1; free[2] = 1; free[3] = 1; count = LINES;
    run Churner(true); run Churner(false)
  }
  done == THREADS;
  d_step {
    for (line : 0 .. LINES - 1) {
      if
      :: free[line] -> assert(holder[line] == NONE); there++
      :: else -> held++
      fi
    }
    assert(count >= there);
    /* The first thread keeps one line, if it got it; a killed one whatever it had, of which it never has more than three. */
    assert(held <= 1 + 3 * killed)
  }
}
