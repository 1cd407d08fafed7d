/*
 * The definition log: src/memory/definition_log.ts (read, append, writeDefinitions) and
 * src/metrics/metric_catalogue.ts (extend, #catchUp, #missing, #assertFree, #define).
 *
 * Theorem. Threads that extend the memory by one or two metrics each, which are the same, equal in name
 * only, equal outside only, or different ones; and a reader that also borrows memory for something else;
 * each killed or delayed at any step:
 *   1. no two metrics have the same name, or the same name outside, whoever defines them
 *                                                                           (ONE DEFINITION)
 *   2. all threads give a metric the same number                            (NUMBERED ALIKE)
 *   3. a thread that sees an entry sees its whole block, then and for ever: the text as it was appended,
 *      and the control block with its implicit bucket and nothing else      (WHOLE BLOCKS)
 *   4. at every instant, all metrics of an extend are there or it has appended none
 *                                                                           (ALL OR NONE)
 *   5. an extend that succeeds has seen all its metrics, with its definitions; one that is refused has
 *      changed nothing, and the refusal is true                             (TRUE RESULTS)
 *   6. a thread that reads on after an extend has returned sees its metrics (SEEN AT ONCE)
 *   7. there are at most METRICS metrics, and no entry beyond the directory (BOUNDED)
 *   8. a killed thread loses the block that it holds, and no other block is lost
 *                                                                           (NOTHING ELSE LOST)
 *   9. every run ends: a killed thread blocks nobody                        (LOCK-FREE)
 *
 * Memory model: the accesses to the directory are `Atomics` operations (SeqCst). The block is written by
 * plain stores before the compare-exchange that publishes it, and is read by plain loads after the load
 * that found it. Borrowing is as in extents.pml: here, it is one step.
 *
 * Abstracted: the first entry, that of `create`, is left out, as all threads find it. A metric is a number
 * that stands for a name with a definition. A block is a size, a control word and the texts of two
 * metrics. What a thread has read is a set of metrics. Where no block is free, the arena is full: then
 * the extend is refused, which ends the run.
 */
#ifdef THREE
#define DEFINERS 3
#define READERS 0
#elif defined(WITHOUT_READER)
#define DEFINERS 2
#define READERS 0
#else
#define DEFINERS 2
#define READERS 1
#endif
#ifdef KILLED /* one of the threads, at any step */
#define KILLS 1
#else
#define KILLS 0
#endif
#define BLOCKS 4   /* blocks 1 .. 3 */
#define METRICS 3  /* maxMetrics */
#define ENTRIES METRICS

/* Metrics: the first two have one name, the first three have one name outside. */
#define FIRST 1
#define OTHER_DEFINITION 2
#define SAME_OUTSIDE 3
#define SECOND 4
#define THIRD 5
#define FOURTH 6
#define BIT(metric) ((metric) == 0 -> 0 : 1 << (metric))
#define SAME_NAME (BIT(FIRST) | BIT(OTHER_DEFINITION))
#define SAME_OUTSIDE_NAME (SAME_NAME | BIT(SAME_OUTSIDE))
/* The metrics that cannot be beside these. */
#define RIVALS(set) (((set) & SAME_OUTSIDE_NAME) != 0 -> SAME_OUTSIDE_NAME & ~(set) : 0)
#ifdef NAMES_UNCLAIMED
#define KNOWN_RIVALS(set) (((set) & SAME_NAME) != 0 -> SAME_NAME & ~(set) : 0)
#else
#define KNOWN_RIVALS(set) RIVALS(set)
#endif
#define HAS(set, metric) (((set) >> (metric)) & 1)
#define SIZE(set) (HAS(set, 1) + HAS(set, 2) + HAS(set, 3) + HAS(set, 4) + HAS(set, 5) + HAS(set, 6))
#define IS_ONE_AT_MOST(set) (((set) & ((set) - 1)) == 0)

#define GARBAGE 9
#define BUCKET 1         /* a control block that is zero but for its implicit bucket */

/* Shared memory. */
byte directory[ENTRIES + 1]; /* reference of the block of each entry; 0 is none. The last one is not there */
byte size[BLOCKS] = GARBAGE; /* a block that is lent has any content */
byte control[BLOCKS] = GARBAGE;
byte text[BLOCKS] = GARBAGE; /* of the first metric */
byte more[BLOCKS] = GARBAGE; /* of the second metric */
bool is_free[BLOCKS] = true;
#ifdef LOCKED
bool lock;
#endif

/* Ghosts. */
byte order[METRICS + 2]; /* the metrics in the order of their definition */
byte entries;            /* appended */
byte total;
byte defined;            /* the set of them */
byte killed;
byte done;

/* A shared access, before which the thread may be killed. */
#define DIE atomic { killed < KILLS -> killed++; goto out }
#define STEP(access) if :: d_step { access } :: DIE fi

/* Enters a metric that was read. */
#define LEARN(metric) \
  assert(count < total && metric == order[count]); \
  assert((known & (RIVALS(BIT(metric)) | BIT(metric))) == 0); \
  known = known | BIT(metric); \
  count++

/* Reads the log to its end. */
inline catch_up() {
  do
  :: position == ENTRIES -> break
  :: else ->
    STEP(entry = directory[position]);
    if
    :: entry == 0 -> break
    :: else ->
      STEP(
        assert(control[entry] == BUCKET && (size[entry] == 1 || size[entry] == 2));
        LEARN(text[entry]);
        if
        :: size[entry] == 2 -> LEARN(more[entry])
        :: else
        fi;
        position++; entry = 0
      )
    fi
  od
}

inline borrow() {
  STEP(
    if
    :: is_free[1] -> block = 1
    :: !is_free[1] && is_free[2] -> block = 2
    :: !is_free[1] && !is_free[2] && is_free[3] -> block = 3
    :: else
    fi;
    is_free[block] = false
  );
  if
  :: block == 0 -> goto out
  :: else
  fi
}

inline give_back() {
  STEP(is_free[block] = true; block = 0)
}

/* Writes a block that has these metrics, in the order of the schema. */
inline write(target, set) {
#ifdef NOT_ZEROED
  STEP(size[target] = SIZE(set));
#else
  STEP(size[target] = SIZE(set); control[target] = BUCKET);
#endif
  STEP(text[target] = (HAS(set, one) -> one : two));
  if
  :: HAS(set, one) && HAS(set, two) -> STEP(more[target] = two)
  :: else
  fi
}

/* What the append changes for all threads. */
inline note_append(set) {
  entries++;
  if
  :: HAS(set, one) -> order[total] = one; total++
  :: else
  fi;
  if
  :: HAS(set, two) -> order[total] = two; total++
  :: else
  fi;
  assert((defined & (set)) == 0);
  defined = defined | (set);
  has_appended = true;
  assert(total <= METRICS && position < ENTRIES && directory[ENTRIES] == 0);
  assert(IS_ONE_AT_MOST(defined & SAME_OUTSIDE_NAME));
  assert((defined & mine) == mine)
}

proctype Definer(byte one, two) {
  byte position, count, known, entry;
  byte block, mine, missing, written;
  bool is_first, has_appended;
  bool is_compared, is_counted;
  mine = BIT(one) | BIT(two);
#ifdef LOCKED
  do
  :: STEP(is_first = !lock; lock = true);
    if
    :: is_first -> is_first = false; break
    :: else
    fi
  od;
#endif
  do
  :: catch_up();
#ifdef NOT_READ_TO_THE_END
again:
#endif
    atomic {
      missing = mine & ~known;
#ifdef ONE_ENTRY_EACH
      if
      :: HAS(missing, one) && HAS(missing, two) -> missing = BIT(one)
      :: else
      fi
#endif
    };
    if
    :: !is_compared && (known & KNOWN_RIVALS(mine)) != 0 -> goto refused
    :: else
    fi;
    if
    :: !is_counted && count + SIZE(missing) > METRICS -> goto refused
    :: else
    fi;
#ifdef COMPARED_ONCE
    is_compared = true;
#endif
#ifdef COUNTED_ONCE
    is_counted = true;
#endif
    if
    :: missing == 0 -> break
    :: else
    fi;
#ifdef KEPT_AS_IT_IS
    if
    :: block != 0 -> goto append
    :: else
    fi;
#endif
    borrow();
#ifndef APPENDED_UNWRITTEN
    write(block, missing);
#endif
    written = missing;
#ifdef KEPT_AS_IT_IS
append:
#endif
#ifdef APPENDED_BY_STORE
    STEP(is_first = true; directory[position] = block; note_append(written));
#else
    STEP(
      is_first = (directory[position] == 0);
      if
      :: is_first -> directory[position] = block; note_append(written)
      :: else
      fi
    );
#endif
    if
    :: is_first ->
      is_first = false;
#ifdef APPENDED_UNWRITTEN
      write(block, missing);
#endif
#ifdef GIVEN_BACK
      give_back()
#else
      block = 0 /* It belongs to the log now, even if this thread is killed. */
#endif
#ifdef NOT_READ_TO_THE_END
    :: !is_first && position + 1 < ENTRIES -> position++; give_back(); goto again
#endif
    :: else ->
#if defined(NOT_GIVEN_BACK)
      block = 0
#elif !defined(KEPT_AS_IT_IS)
      give_back()
#endif
    fi
  od;
  assert((known & mine) == mine);
  goto over;
refused:
  assert(!has_appended);
  assert((defined & RIVALS(mine)) != 0 || SIZE(defined | mine) > METRICS);
over:
#ifdef KEPT_AS_IT_IS
  if
  :: block != 0 -> give_back()
  :: else
  fi;
#endif
#ifdef LOCKED
  STEP(lock = false);
#endif
out:
  atomic {
    position = 0; count = 0; known = 0; entry = 0; block = 0;
    one = 0; two = 0; mine = 0; missing = 0; written = 0; is_first = false; has_appended = false;
    is_compared = false; is_counted = false;
    done++
  }
}

/* Reads on, and borrows memory in between. */
proctype Reader() {
  byte position, count, known, entry;
  byte block, returned;
  catch_up();
  borrow();
  STEP(size[block] = GARBAGE; control[block] = GARBAGE; text[block] = GARBAGE; more[block] = GARBAGE);
  give_back();
  returned = entries;
  catch_up();
  assert(position >= returned);
out:
  atomic {
    position = 0; count = 0; known = 0; entry = 0; returned = 0;
    done++
  }
}

/* The schemas. Which thread has which one does not matter, so they are chosen in rising order. */
#if defined(THREE) || defined(KILLED)
#define SCHEMAS 4
#else
#define SCHEMAS 6
#endif
#define ONE(schema) ((schema) == 0 -> FIRST : ((schema) == 1 -> OTHER_DEFINITION : \
  ((schema) == 2 -> SAME_OUTSIDE : ((schema) == 3 -> THIRD : SECOND))))
#define TWO(schema) ((schema) == 0 || (schema) == 2 -> SECOND : ((schema) == 1 -> THIRD : \
  ((schema) == 3 -> FOURTH : ((schema) == 4 -> 0 : FIRST))))

init {
  byte schema, definer, block, position, lost;
  bool is_held;
  atomic {
#if READERS > 0
    run Reader();
#endif
    for (definer : 1 .. DEFINERS) {
      do
      :: schema < SCHEMAS - 1 -> schema++
      :: break
      od;
      run Definer(ONE(schema), TWO(schema))
    }
  }
  done == DEFINERS + READERS;
  d_step {
    for (block : 1 .. BLOCKS - 1) {
      is_held = !is_free[block];
      for (position : 0 .. ENTRIES - 1) {
        if
        :: directory[position] == block -> is_held = false
        :: else
        fi
      }
      lost = lost + is_held
    }
    assert(lost <= killed)
  }
}
