/*
 * The recycled blocks of labels: src/memory/free_lists.ts (takeBlock, freeBlock), a Treiber stack whose head has a tag.
 *
 * Theorem. Threads that take and free blocks, each killed or delayed at any step:
 *   1. a block has one holder at a time                                      (ONE HOLDER)
 *   2. a block is lost only with a thread that was killed in between, one for each   (NOTHING ELSE LOST)
 *   3. every run ends: nobody waits for another thread                       (LOCK-FREE)
 *
 * Assumptions: the tag does not come round (2^32 changes) between a load of the head and the compare-exchange.
 *
 * Memory model: every access is an `Atomics` one (SeqCst), which is Spin's own.
 *
 * Abstracted: one size class; block 0 is "none"; the arena's part (a new block when the stack is empty) is a counter, see
 * arena.pml.
 *
 * NO_TAG is the ABA: thread 1 has read the head A and its successor B and sleeps; thread 2 takes A, takes B, frees A;
 * thread 1's compare-exchange finds A again and makes B the head, which thread 2 still holds.
 */
#define BLOCKS 4 /* blocks 1 .. 3 */
#define THREADS 2
#define MAY_DIE if :: atomic { killed == 0 -> killed++; goto out } :: skip fi
#define NONE 255

/* Shared memory. */
byte head_block = 1; /* the head: tag | block */
byte head_tag;
byte next[BLOCKS];   /* L_NEXT: at first 1, 2, 3 */

/* Ghosts. */
byte holder[BLOCKS] = NONE;
byte killed;
byte done;

inline advance_tag() {
#ifndef NO_TAG
  head_tag++
#else
  skip
#endif
}

inline take(block) {
  do
  :: MAY_DIE;
    d_step { top = head_block; tag = head_tag }
    if
    :: top == 0 -> block = 0; break /* the arena gives a new one */
    :: else
    fi;
    MAY_DIE;
    successor = next[top];
    MAY_DIE;
    if
    :: d_step {
        head_block == top && head_tag == tag ->
        head_block = successor; advance_tag();
        assert(top != 0 && holder[top] == NONE);
        holder[top] = _pid;
        block = top
      }
      break
    :: else
    fi
  od;
  atomic { top = 0; tag = 0; successor = 0 }
}

inline free(block) {
  if
  :: block != 0 ->
    do
    :: MAY_DIE;
      d_step { top = head_block; tag = head_tag }
#ifdef NEXT_AFTER_PUSH
#else
      MAY_DIE;
      next[block] = top;
#endif
      MAY_DIE;
      if
      :: d_step {
          head_block == top && head_tag == tag ->
          assert(holder[block] == _pid);
          holder[block] = NONE;
          head_block = block; advance_tag()
        }
#ifdef NEXT_AFTER_PUSH
        next[block] = top;
#endif
        break
      :: else
      fi
    od;
    atomic { block = 0; top = 0; tag = 0 }
  :: else
  fi
}


proctype Churner() {
  byte top, tag, successor, one, other;
  take(one);
  take(other);
  free(one);
  take(one);
  free(other);
  free(one);
out:
  done++
}

init {
  byte block, found, held;
  atomic {
    next[1] = 2; next[2] = 3;
    run Churner(); run Churner()
  }
  done == THREADS;
  d_step {
    /* A killed thread keeps what it held. */
    for (block : 1 .. BLOCKS - 1) {
      if
      :: holder[block] != NONE -> held++
      :: else
      fi
    }
    block = head_block;
    do
    :: block != 0 -> found++; assert(found < BLOCKS); assert(holder[block] == NONE); block = next[block]
    :: else -> break
    od;
    assert(found + held == BLOCKS - 1);
    assert(held <= 2 * killed)
  }
}
