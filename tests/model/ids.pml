/*
 * The allocation of ids: src/buckets/bucket_table.ts (create, begin, end, findFree, repair) and src/buckets/free_ids.ts
 * (searchSegment, markUsed, markFree): epoch words, which are the truth, and two levels of hints over them.
 *
 * Theorem. Threads that create and destroy, each killed or delayed at any step:
 *   1. an id that lives is given to nobody else                             (NO ID TWICE)
 *   2. when all is quiet, no free id is hidden by a hint but one for each thread that was killed, and repair finds that;
 *      a create() alone then gives the smallest free id                     (NONE LOST, SMALLEST)
 *   3. the table grows only when every id is live or its destroy() has not ended, unless another thread was, or was
 *      killed, between a hint "used" and its second look during the search         (BOUNDED)
 *   4. every run ends: nobody waits for another thread                       (LOCK-FREE)
 *
 * Assumptions: an epoch does not come round (it stops at LAST_EPOCH); fewer than 2^32 destructions during a search.
 *
 * Memory model: every access is an `Atomics` one (SeqCst), which is Spin's own.
 *
 * `used_bits` and `full_bits` are the source's `used` and `full`.
 *
 * Abstracted: one segment of 4 ids; a word has 2 bits, not 32; growth is the end of a thread's run.
 */
#define IDS 4
#define IDS_PER_WORD 2
#define WORDS 2
#define THREADS 2
#define ALL 3 /* both bits of a word */
#define NONE 255

/* Shared memory. Ids 0, 1 and 2 live at first. */
byte epochs[IDS];
byte used_bits[WORDS];
byte full_bits;
byte destroyed;

/* Ghosts. */
byte holder[IDS] = NONE;
byte ending[IDS]; /* destroy() runs which have not counted yet */
byte hinting; /* threads between a hint "used" and the end of their second look */
bool hinted[THREADS]; /* by thread: another one was there since its search began */
bool was_free[THREADS * IDS]; /* by thread: free since its search began */
byte killed;
byte done;

/* A shared access, before which the thread may be killed. */
#define MAY_DIE atomic { killed == 0 -> killed++; goto out }
#define STEP(access) if :: d_step { access } :: MAY_DIE fi

#define IS_FREE(id) ((epochs[id] & 1) == 0)
#define MAY_BE_MISSED(id) (hinted[me] || (!was_free[me * IDS + id] && (!IS_FREE(id) || ending[id] > 0)))

inline mark_free(at) {
#ifdef FULL_FIRST
  STEP(full_bits = full_bits & ~(1 << ((at) / IDS_PER_WORD)));
  STEP(used_bits[(at) / IDS_PER_WORD] = used_bits[(at) / IDS_PER_WORD] & ~(1 << ((at) % IDS_PER_WORD)))
#else
  STEP(used_bits[(at) / IDS_PER_WORD] = used_bits[(at) / IDS_PER_WORD] & ~(1 << ((at) % IDS_PER_WORD)));
  STEP(full_bits = full_bits & ~(1 << ((at) / IDS_PER_WORD)))
#endif
}

inline mark_used(at) {
  STEP(used_bits[(at) / IDS_PER_WORD] = used_bits[(at) / IDS_PER_WORD] | (1 << ((at) % IDS_PER_WORD)); hinting++; hinted[1 - me] = true);
#ifndef NO_SECOND_LOOK
  STEP(epoch = epochs[at]);
  if
  :: (epoch & 1) == 0 -> mark_free(at)
  :: else
  fi;
#endif
  hinting--
}

/* searchSegment: found is an id, or NONE. */
inline search() {
  found = NONE;
  STEP(open = ~full_bits & ALL);
  word = 0;
  do
  :: word == WORDS || found != NONE -> break
  :: else ->
    if
    :: open & (1 << word) ->
      STEP(free = ~used_bits[word] & ALL);
      nth = 0;
      do
      :: nth == IDS_PER_WORD -> break
      :: else ->
        if
        :: free & (1 << nth) ->
          STEP(epoch = epochs[word * IDS_PER_WORD + nth]);
          if
          :: (epoch & 1) == 0 -> found = word * IDS_PER_WORD + nth; break
          :: else -> mark_used(word * IDS_PER_WORD + nth)
          fi
        :: else
        fi;
        nth++
      od;
      if
      :: found == NONE ->
        STEP(full_bits = full_bits | (1 << word); hinting++; hinted[1 - me] = true);
#ifndef NO_SECOND_LOOK_FULL
        STEP(free = ~used_bits[word] & ALL);
        if
        :: free != 0 -> STEP(full_bits = full_bits & ~(1 << word))
        :: else
        fi;
#endif
        hinting--
      :: else
      fi
    :: else
    fi;
    word++
  od
}

inline repair() {
#ifndef NO_REPAIR
  at = 0;
  do
  :: at == IDS -> break
  :: else ->
    STEP(epoch = epochs[at]);
    if
    :: (epoch & 1) == 0 -> mark_free(at)
    :: else
    fi;
    at++
  od;
  at = 0
#else
  skip
#endif
}

inline begin(id, from) {
  if
#ifdef BEGUN_BY_STORE
  :: d_step {
      true ->
#else
  :: epochs[id] != from
  :: d_step {
      epochs[id] == from ->
#endif
      assert(holder[id] == NONE);
      epochs[id] = from + 1;
      holder[id] = me;
      was_free[id] = false; was_free[IDS + id] = false
    }
    mark_used(id);
    mine = id
  :: MAY_DIE
  fi
}

/* create: findFree, and begin. */
inline create() {
  mine = NONE;
  do
  :: mine != NONE -> break
  :: else ->
    d_step {
      counted = destroyed;
      hinted[me] = hinting > 0;
      was_free[me * IDS + 0] = IS_FREE(0);
      was_free[me * IDS + 1] = IS_FREE(1);
      was_free[me * IDS + 2] = IS_FREE(2);
      was_free[me * IDS + 3] = IS_FREE(3)
    }
    search();
    if
    :: found == NONE ->
      repair();
      search();
      if
      :: found == NONE ->
#ifdef GROWN_UNCOUNTED
        if
        :: d_step {
            true ->
#else
        if
        :: destroyed != counted
        :: d_step {
            destroyed == counted ->
#endif
            assert(MAY_BE_MISSED(0) && MAY_BE_MISSED(1) && MAY_BE_MISSED(2) && MAY_BE_MISSED(3))
          }
          goto out
        fi
      :: else
      fi
    :: else
    fi;
    if
    :: found != NONE ->
      STEP(epoch = epochs[found]);
      if
      :: (epoch & 1) == 0 -> begin(found, epoch)
      :: else
      fi
    :: else
    fi
  od
}

inline destroy(id) {
  STEP(epoch = epochs[id]);
  STEP(assert(epochs[id] == epoch); epochs[id] = epoch + 1; holder[id] = NONE; ending[id]++);
  mark_free(id);
  STEP(destroyed++; ending[id]--)
}

proctype Thread(byte me) {
  byte epoch, open, free, word, nth, found, at, counted, mine;
  if
  :: me == 0 ->
    create();
    destroy(mine);
#ifndef SHORT
    create();
#endif
    create()
  :: else ->
    destroy(1);
    create();
    destroy(mine)
  fi;
out:
  done++
}

init {
  byte epoch, open, free, word, nth, found, at, smallest, lost, me;
  atomic {
    for (at : 0 .. 2) {
      epochs[at] = 1; holder[at] = 100
    }
    used_bits[0] = 3; used_bits[1] = 1; full_bits = 1;
    run Thread(0);
    run Thread(1)
  }
  done == THREADS;
  d_step {
    smallest = NONE; at = 0;
    do
    :: at == IDS -> break
    :: else ->
      assert((epochs[at] & 1) == (holder[at] != NONE));
      if
      :: (epochs[at] & 1) == 0 ->
        if
        :: smallest == NONE -> smallest = at
        :: else
        fi;
        if
        :: (used_bits[at / IDS_PER_WORD] & (1 << (at % IDS_PER_WORD))) || (full_bits & (1 << (at / IDS_PER_WORD))) ->
          lost++
        :: else
        fi
      :: else
      fi;
      at++
    od;
    assert(lost <= killed);
    killed = 1 /* nobody else is */
  }
  search();
  if
  :: lost == 0 -> assert(found == smallest)
  :: else -> repair(); search(); assert(found == smallest)
  fi;
out:
  skip
}
