/*
 * The label log: src/buckets/label_log.ts (entry, append, finish), labelled_buckets.ts (#create,
 * destroy), label_index.ts (catchUp) and label_text.ts (writeLabels, addressLabels, freeLabels). A block
 * is a label head here.
 *
 * Theorem. Threads that search for the bucket of some labels and create it if there is none, and threads
 * that destroy, each killed or delayed at any step:
 *   1. two live buckets never have the same labels                          (ONE BUCKET)
 *   2. a bucket has its labels from the first instant of its life on, and no thread writes its block
 *      while it lives                                                       (LABELS STAY)
 *   3. each life belongs to one creation: the one that was appended         (ONE CREATION)
 *   4. every run ends: a killed thread blocks nobody, as any other thread finishes its entry
 *                                                                           (LOCK-FREE)
 *
 * Assumptions: no thread falls 2^31 creations behind. Ids are allocated as in ids.pml, blocks as in
 * blocks.pml: here, each allocation is one step.
 *
 * Memory model: every access is an `Atomics` operation (SeqCst) except for those of the text. The text is
 * written before the SeqCst stores of the address and before the append, and is read by threads that
 * saw the append.
 *
 * Abstracted: labels are 1 and 2, and the text is that number. In place of a private index, a thread looks
 * at all ids in one step, as `#learn` confirms what it has read. The ring does not wrap: a thread that
 * reads "lost" reads the live ids, which is the same step.
 */
#ifdef KILLED /* one of two threads, at any step */
#define THREADS 2
#define KILLS 1
#else
#define THREADS 3
#define KILLS 0
#endif
#define IDS 2
#define BLOCKS 4   /* blocks 1 .. 3; the arena is full beyond, which ends the run */
#define ENTRIES 6
#define NONE 255

/* Shared memory. */
byte ring[ENTRIES];      /* reference of the block at each position; 0 is none */
byte epochs[IDS];
byte word_life[IDS];     /* the label word: epoch of its life | block */
byte word_block[IDS];
byte stamp[BLOCKS];      /* L_STAMP: position + 1 */
byte block_id[BLOCKS];
byte block_epoch[BLOCKS];
byte text[BLOCKS];
bool is_free[BLOCKS];    /* the stack of free blocks */

/* Ghosts. */
byte killed;
byte entries;            /* appended */
byte lives;              /* begun */
byte made_by[IDS];       /* the position whose entry began the life */

/* A shared access, before which the thread may be killed. */
#define DIE atomic { killed < KILLS -> killed++; goto out }
#define STEP(access) if :: d_step { access } :: DIE fi

#define LIVES(id) (epochs[id] & 1)
#define IS_ONE_BUCKET (!(LIVES(0) && LIVES(1) && text[word_block[0]] == text[word_block[1]]))
#define HAS_LABELS(id) (!LIVES(id) || (word_life[id] == epochs[id] && word_block[id] != 0 && !is_free[word_block[id]]))
#define CHECK assert(IS_ONE_BUCKET); assert(HAS_LABELS(0)); assert(HAS_LABELS(1))

/* label_log.ts: finish. */
inline finish(at, entry) {
  STEP(seen_id = block_id[entry]);
  STEP(seen_epoch = block_epoch[entry]);
  STEP(seen_stamp = stamp[entry]);
  if
#ifdef FINISHED_WITHOUT_STAMP
  :: true ->
#else
  :: seen_stamp != at + 1
  :: seen_stamp == at + 1 ->
#endif
#ifdef LIFE_BEFORE_LABELS
    begin(seen_id, seen_epoch, at);
    set_word(seen_id, seen_epoch, entry)
#else
    set_word(seen_id, seen_epoch, entry);
    begin(seen_id, seen_epoch, at)
#endif
  fi;
  atomic { seen_id = 0; seen_epoch = 0; seen_stamp = 0 }
}

inline set_word(bucket, from, entry) {
  STEP(old_life = word_life[bucket]; old_block = word_block[bucket]);
  if
  :: old_life < from + 1 ->
    STEP(
      if
      :: word_life[bucket] == old_life && word_block[bucket] == old_block ->
        word_life[bucket] = from + 1; word_block[bucket] = entry
      :: else
      fi
    )
  :: else
  fi;
  atomic { old_life = 0; old_block = 0 }
}

inline begin(bucket, from, at) {
  STEP(
    if
    :: epochs[bucket] == from ->
      epochs[bucket] = from + 1; lives++; made_by[bucket] = at;
      assert(word_block[bucket] == 0 || ring[at] == word_block[bucket] || word_life[bucket] != epochs[bucket]);
      CHECK
    :: else
    fi
  )
}

/* #catchUp: reads the log to its end and finishes what it finds. */
inline catch_up() {
  do
  :: STEP(entry = ring[position]);
    if
    :: entry == 0 -> break
    :: else ->
#ifndef UNFINISHED
      finish(position, entry);
#endif
      position++
    fi
  od
}

inline free_block(entry) {
#ifndef NO_STAMP_CLEARED
  STEP(stamp[entry] = 0);
#endif
  STEP(is_free[entry] = true)
}

/* #create, until the labels have a bucket. */
inline intern(labels) {
  do
  :: catch_up();
retry:
    /* #known, and findFree with its epoch */
    STEP(
      known = NONE;
      if
      :: LIVES(0) && text[word_block[0]] == labels -> known = 0
      :: LIVES(1) && text[word_block[1]] == labels -> known = 1
      :: else
      fi;
      if
      :: !LIVES(0) -> id = 0
      :: LIVES(0) && !LIVES(1) -> id = 1
      :: else -> id = NONE
      fi;
      epoch = 0;
      if
      :: id != NONE -> epoch = epochs[id]
      :: else
      fi
    );
    if
    :: known != NONE || id == NONE -> known = 0; break
    :: else
    fi;
    if
    :: block == 0 ->
      /* writeLabels: takes a block and writes the text. */
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
      fi;
#ifndef NO_STAMP_CLEARED
      STEP(stamp[block] = 0);
#endif
      STEP(text[block] = labels; CHECK);
#ifdef END_SEEN_ONCE
      if
      :: true -> goto address
      fi
#endif
    :: else ->
#ifdef END_SEEN_ONCE
address:
#endif
      /* addressLabels */
      STEP(block_id[block] = id);
      STEP(block_epoch[block] = epoch);
      STEP(stamp[block] = position + 1);
      /* append */
#ifdef APPENDED_BY_STORE
      STEP(is_first = true; ring[position] = block; entries++);
#else
      STEP(
        is_first = (ring[position] == 0);
        if
        :: is_first -> ring[position] = block; entries++
        :: else
        fi
      );
#endif
      if
      :: is_first ->
        atomic { entry = block; block = 0; is_first = false };
        finish(position, entry)
#ifdef NOT_READ_TO_THE_END
      :: !is_first -> position++; goto retry
#else
      :: else
#endif
      fi
    fi
  od;
  if
  :: block != 0 -> free_block(block); block = 0
  :: else
  fi
}

/* label_index.ts: destroy. */
inline destroy(bucket) {
  STEP(epoch = epochs[bucket]);
  if
  :: epoch & 1 ->
    STEP(entry = word_block[bucket]);
    STEP(
      is_first = (epochs[bucket] == epoch);
      if
      :: is_first -> epochs[bucket] = epoch + 1
      :: else
      fi
    );
    if
    :: is_first -> free_block(entry)
    :: else
    fi
  :: else
  fi;
  atomic { epoch = 0; entry = 0; is_first = false }
}

proctype Thread(byte me) {
  byte position, entry, id, epoch, block, known;
  byte seen_id, seen_epoch, seen_stamp, old_life, old_block;
  bool is_first;
  if
  :: me == 0 -> intern(1)
  :: me == 1 -> intern(1); destroy(0); intern(2)
  :: me == 2 -> catch_up() /* a reader: it only helps */
  fi;
out:
  atomic {
    position = 0; entry = 0; id = 0; epoch = 0; block = 0; known = 0;
    seen_id = 0; seen_epoch = 0; seen_stamp = 0; old_life = 0; old_block = 0; is_first = false
  }
}

init {
  atomic {
    is_free[1] = true; is_free[2] = true; is_free[3] = true;
    run Thread(0); run Thread(1);
#if THREADS > 2
    run Thread(2)
#endif
  }
}
