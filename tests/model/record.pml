/*
 * The record protocol: src/metrics/record/record_publisher.ts (start, publish, writeRescueCopy), the commits of
 * src/metrics/record/compiled_kernel.ts and commit_module.ts, and
 * src/metrics/record/record_accumulator.ts (#take, #takeWithHelp), with BucketTable.clear and BucketReader.read around them.
 *
 * Theorem. One record, an owner that may be killed at any step, the slot's next owner, a clear at any
 * step, and a reader:
 *   1. a read never mixes two commits                                        (NO TORN READ)
 *   2. a read of an epoch returns nothing that was committed in another one  (CLEAR IS ATOMIC)
 *   3. a read returns at least what was committed when it began; the next owner starts with everything
 *      that the first one has committed                      (COMMITTED STAYS, TOTALS NEVER FALL)
 *   4. a read ends, wherever the owner stops (every run ends: no cycle), and also under an owner that
 *      commits for ever (ENDLESS, with weak fairness).
 *
 * Assumptions: a slot has one owner at a time (slots.pml). The version does not wrap (2^31 commits) during
 * one read.
 *
 * Memory model. Spin is sequentially consistent, and so are `Atomics`. Plain (Unordered) accesses are not,
 * so:
 *   - the words of a slot are stored in every order between two `Atomics` operations of the owner, and
 *     loaded in every order between two of the reader;
 *   - PUBLISH_BY_STORE: a store-release (AArch64 `stlr`) may still be pending when the owner's next plain
 *     stores are visible: `pending` is that store. A read-modify-write becomes visible before them, to a
 *     reader that confirms by one;
 *   - CONFIRM_BY_LOAD: the loads of the copy may be performed after the confirming load (AArch64 `ldar`).
 *
 *
 * Abstracted: two fields `a` and `b`, both equal to the number of commits in the epoch; TRIES is 1; epochs
 * are 1 and 3; the reader reads one thread (counter.pml has two).
 */
#ifndef COMMITS
#define COMMITS 3 /* in both lives */
#endif
#ifndef READS
#define READS 2
#endif
#define FIELDS 2
#define STRIDE 3
#define WAITING 1
#define COMMIT 2
#define SLOT_OF(version) (((version) >> 1) & 1)
#ifdef ONE_SLOT
#define OTHER(slot) (slot)
#else
#define OTHER(slot) (1 - (slot))
#endif
#ifdef ENDLESS
/* The version comes round after 8 commits; a slot is one word, whose value does not count. */
#define ALL_WORDS 1
#define COMMITTED skip
#define ADVANCED(value) (((value) + COMMIT) & 15)
#define COUNTED(value) (value)
#define NEWER(one, other) (((one) - (other)) & 15) > 0 && (((one) - (other)) & 15) < 8
#else
#define ALL_WORDS 7
#define COMMITTED commits_left--
#define ADVANCED(value) ((value) + COMMIT)
#define COUNTED(value) ((value) + 1)
#define NEWER(one, other) ((one) > (other))
#endif

/* Shared memory. */
byte version;               /* commits << 1 | waiting */
byte words[6];              /* two slots of a, b, epoch tag */
byte epoch = 1;
byte rescue_sequence;
byte rescue_version;
byte rescue[3];

/* Ghosts: what is true, whoever looks. */
byte committed[4];          /* by epoch */
bool ended;                 /* the reader is done */

#ifdef PUBLISH_BY_STORE
bool pending;
byte pending_version;
active proctype StoreBuffer() {
end:
  do
  :: atomic { pending -> version = pending_version; pending = false }
  od
}
#endif

byte commits_left = COMMITS;
#ifdef ENDLESS
byte lives_left = 1;
#else
byte lives_left = 2;
#endif
#ifdef READ_BACK_IDLE
#define COMMITTED_SLOT(to) (to)
#else
#define COMMITTED_SLOT(to) OTHER(to)
#endif

/* A shared access of the owner, before which it may be killed; then the slot's next owner starts. */
#define DIE atomic { lives_left > 1 -> lives_left--; goto life }
#define STEP(access) if :: d_step { access } :: DIE fi

active proctype Owner() {
  byte a, b, before, to, todo;
  byte known_epoch; /* this.epoch, or that of the preparation */
  byte idle;        /* this.idle */
#ifdef FROM_NOTHING
  bool is_new;
#endif
life:
  skip;
  d_step { a = 0; b = 0; before = 0; to = 0; todo = 0; known_epoch = 0 }
#ifdef FROM_NOTHING
  is_new = true;
#endif
  /* locate */
#ifdef PUBLISH_BY_STORE
  !pending; /* the killed one's stores have arrived */
#endif
#ifdef NEXT_OWNER_AT_SLOT_0
  idle = 0;
#else
  idle = OTHER(SLOT_OF(version));
#endif
  do
  :: commits_left > 0 ->
    /* isCurrent; else #prepare */
    if
    :: DIE
    :: known_epoch = epoch
    fi;
    /* start, or the loads of a commit: nobody else writes these */
    d_step {
      to = COMMITTED_SLOT(idle);
      if
#ifdef FROM_NOTHING
      :: is_new -> a = 0; b = 0
      :: !is_new && words[to * STRIDE + FIELDS] == known_epoch ->
#else
      :: words[to * STRIDE + FIELDS] == known_epoch ->
#endif
        a = words[to * STRIDE]; b = words[to * STRIDE + 1]
      :: else -> a = 0; b = 0
      fi
    }
#ifdef FROM_NOTHING
    is_new = false;
#endif
    /* publish */
    d_step { a = COUNTED(a); b = COUNTED(b); to = idle; todo = ALL_WORDS }
    do
    :: DIE
    :: d_step { todo & 1 -> words[to * STRIDE] = a; todo = todo & 6 }
    :: d_step { todo & 2 -> words[to * STRIDE + 1] = b; todo = todo & 5 }
    :: d_step { todo & 4 -> words[to * STRIDE + FIELDS] = known_epoch; todo = todo & 3 }
    :: todo == 0 -> break
    od;
#ifdef PUBLISH_BY_STORE
    !pending; /* stores to one word, and stores before a store-release, keep their order */
    STEP(
      before = version;
      pending = true; pending_version = before + COMMIT;
      committed[known_epoch] = a;
      idle = OTHER(to);
      COMMITTED
    )
#else
    STEP(
      before = version;
      version = ADVANCED(before);
      committed[known_epoch] = a;
      idle = OTHER(to);
      COMMITTED
    );
#endif
#ifndef NO_RESCUE
    if
    :: before & WAITING ->
      /* serve */
#ifdef RESCUE_WITHOUT_SEQUENCE
      skip;
#else
#ifdef RESCUE_PARITY_LOST
      STEP(rescue_sequence = (rescue_sequence + 1) & 7);
#else
      STEP(rescue_sequence = (rescue_sequence + 1 + (rescue_sequence & 1)) & 7);
#endif
#endif
      STEP(rescue_version = ADVANCED(before) & ~WAITING; todo = ALL_WORDS);
      do
      :: DIE
      :: d_step { todo & 1 -> rescue[0] = a; todo = todo & 6 }
      :: d_step { todo & 2 -> rescue[1] = b; todo = todo & 5 }
      :: d_step { todo & 4 -> rescue[2] = known_epoch; todo = todo & 3 }
      :: todo == 0 -> break
      od;
#ifndef RESCUE_WITHOUT_SEQUENCE
      STEP(rescue_sequence = (rescue_sequence + 1) & 7);
#endif
      STEP(version = version & ~WAITING)
    :: else
    fi
#endif
  :: commits_left == 0 -> break
  od
}

#ifndef ENDLESS
active proctype Clearer() {
  atomic { epoch == 1 -> epoch = 3 }
}
#endif

/* The copy's plain loads in every order; with CONFIRM_BY_LOAD the confirming load may be served among them. */
#ifdef CONFIRM_BY_LOAD
#define COPY_AND_CONFIRM \
  todo = 15; \
  do \
  :: d_step { todo & 1 -> got_a = words[from * STRIDE]; todo = todo & 14 } \
  :: d_step { todo & 2 -> got_b = words[from * STRIDE + 1]; todo = todo & 13 } \
  :: d_step { todo & 4 -> got_tag = words[from * STRIDE + FIELDS]; todo = todo & 11 } \
  :: d_step { todo & 8 -> confirmed = version; todo = todo & 7 } \
  :: todo == 0 -> break \
  od
#else
#define COPY_AND_CONFIRM \
  todo = ALL_WORDS; \
  do \
  :: d_step { todo & 1 -> got_a = words[from * STRIDE]; todo = todo & 6 } \
  :: d_step { todo & 2 -> got_b = words[from * STRIDE + 1]; todo = todo & 5 } \
  :: d_step { todo & 4 -> got_tag = words[from * STRIDE + FIELDS]; todo = todo & 3 } \
  :: atomic { todo == 0 -> confirmed = version; break } \
  od
#endif
#ifdef ONE_MORE_ACCEPTED
#define IS_CONFIRMED ((confirmed >> 1) - (seen >> 1) <= 1)
#else
#define IS_CONFIRMED ((confirmed >> 1) == (seen >> 1))
#endif

active proctype Reader() {
  byte reads, seen, confirmed, from, todo, got_a, got_b, got_tag, asked, sequence;
  byte read_epoch, least;
  for (reads : 1 .. READS) {
    /* BucketReader.read: the epoch, the copy, the epoch again */
    d_step { read_epoch = epoch; least = committed[read_epoch] }
    /* #take, once */
    d_step { seen = version; from = SLOT_OF(seen) }
    COPY_AND_CONFIRM;
    if
    :: IS_CONFIRMED -> goto taken
    :: else
    fi;
    /* #takeWithHelp */
#ifdef NO_RESCUE
    asked = version;
#else
    d_step { asked = version; version = version | WAITING }
#endif
    do
    :: d_step { seen = version; from = SLOT_OF(seen) }
      COPY_AND_CONFIRM;
      if
      :: IS_CONFIRMED -> goto taken
      :: else
      fi;
#ifndef NO_RESCUE
      sequence = rescue_sequence;
      if
#ifdef ANY_RESCUE
      :: (sequence & 1) == 0 ->
#else
      :: (sequence & 1) == 0 && NEWER(rescue_version, asked & ~WAITING) ->
#endif
        todo = ALL_WORDS;
        do
        :: d_step { todo & 1 -> got_a = rescue[0]; todo = todo & 6 }
        :: d_step { todo & 2 -> got_b = rescue[1]; todo = todo & 5 }
        :: d_step { todo & 4 -> got_tag = rescue[2]; todo = todo & 3 }
        :: todo == 0 -> break
        od;
        if
        :: rescue_sequence == sequence -> goto taken
        :: else
        fi
      :: else ->
        if
        :: (seen & WAITING) == 0 -> version = version | WAITING
        :: else
        fi
      fi
#endif
    od;
taken:
    /* Another epoch: nothing of this thread counts. */
    if
    :: got_tag == read_epoch
    :: else -> d_step { got_a = 0; got_b = 0 }
    fi;
#ifndef ENDLESS
    d_step {
      assert(got_a == got_b);
      assert(got_a <= committed[read_epoch]);
      if
      :: epoch == read_epoch -> assert(got_a >= least)
      :: else /* again */
      fi
    }
#endif
    d_step { seen = 0; confirmed = 0; todo = 0; from = 0; asked = 0; sequence = 0; read_epoch = 0; least = 0;
      got_a = 0; got_b = 0; got_tag = 0 }
  }
  ended = true
}

#ifdef ENDLESS
ltl read_ends { <> ended }
#endif
