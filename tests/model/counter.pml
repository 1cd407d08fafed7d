/*
 * The counter cell against clear, destroy and create: src/metrics/cell_writer.ts, counter_writer.ts, counter_accumulator.ts and
 * BucketReader.read, with BucketTable.clear, end and begin as the changes of the epoch.
 *
 * Theorem. Two threads that add, one of them killed at any step with a successor in its slot; the bucket is cleared, or
 * destroyed and created again, at any step; a reader:
 *   1. a read gives, of each thread, all that it had added in the epoch when the read began, and nothing that was added in
 *      another epoch or life                          (COMMITTED STAYS, NO UPDATE IN THE WRONG LIFE, CLEAR IS ATOMIC)
 *
 * Assumptions: one owner at a time (slots.pml). An aligned 64-bit store does not tear. The epoch does not come round.
 *
 * Memory model: an add checks the epoch and stores by plain accesses; the store depends on the check. The reader's plain load
 * of a cell comes after its SeqCst load of the tag; with CONFIRMED_BY_LOAD it may be served after the confirmation
 * (AArch64 `ldar`). A plain store may be visible before the SeqCst store of the tag in front of it (`stlr`, then `str`): as
 * both are of one epoch and the tag of the old one hides both from who confirms, this is left out.
 *
 * Abstracted: each add is of 1. A histogram's cell is the same protocol with more words of content.
 */
#define ADDS 3

/* Shared memory. */
byte epoch = 1;
byte cells[2];
byte tags[2];

/* Ghosts: what was stored, by slot and epoch in which the add began. */
byte added[16];
#define ADDED(slot, of_epoch) added[(slot) * 8 + (of_epoch)]

bool killed;
#define DIE atomic { me == 0 && !killed -> killed = true; goto life }
#define STEP(access) if :: d_step { access } :: DIE fi

proctype Owner(byte me) {
  byte total, known_epoch, n, checked, began;
life:
  skip;
  atomic { total = 0; known_epoch = 0; checked = 0; began = 0; n = 0 };
  do
  :: n == ADDS -> break
  :: else ->
#ifdef UNCHECKED
    STEP(began = epoch; checked = (known_epoch == 0 -> epoch : known_epoch));
#else
    STEP(began = epoch; checked = epoch);
#endif
    if
    :: (checked & 1) == 0 -> break /* destroyed: it throws */
    :: (checked & 1) == 1 && checked == known_epoch ->
      STEP(total++; cells[me] = total; ADDED(me, began)++)
    :: else ->
      /* addSlowly */
#ifdef FROM_NOTHING
      total = 0;
#else
      STEP(total = (tags[me] == checked -> cells[me] : 0));
#endif
      total++;
#ifdef TAG_FIRST
      STEP(tags[me] = checked);
      STEP(cells[me] = total; ADDED(me, began)++);
#else
      STEP(cells[me] = total; if :: tags[me] == checked -> ADDED(me, began)++ :: else fi);
      STEP(if :: tags[me] != checked -> ADDED(me, began)++ :: else fi; tags[me] = checked);
#endif
      known_epoch = checked
    fi;
    n++
  od;
  atomic { total = 0; known_epoch = 0; checked = 0; began = 0; n = 0 }
}

proctype Manager() {
  if
  :: epoch = 3 /* clear */
  :: epoch = 2; epoch = 3 /* destroy, create */
  fi
}

proctype Reader() {
  byte seen, value[2], least[2], most[2], n, confirmed;
  bool is_open;
  do
  :: d_step { seen = epoch; least[0] = ADDED(0, seen); least[1] = ADDED(1, seen) }
    if
    :: (seen & 1) == 0 -> break
    :: else
    fi;
    n = 0;
    do
    :: n == 2 -> break
    :: n < 2 && tags[n] == seen ->
#ifdef CONFIRMED_BY_LOAD
      if
      :: n == 1 && confirmed == 0 -> confirmed = epoch
      :: true
      fi;
#endif
      value[n] = cells[n]; n++
    :: n < 2 && tags[n] != seen -> value[n] = 0; n++
    od;
#ifdef UNCONFIRMED
    confirmed = seen;
#else
    if
    :: confirmed == 0 -> confirmed = epoch
    :: else
    fi;
#endif
    if
    :: confirmed == seen ->
      assert(value[0] >= least[0] && value[1] >= least[1]);
      assert(value[0] <= ADDED(0, seen) && value[1] <= ADDED(1, seen));
      break
    :: else -> atomic { confirmed = 0; value[0] = 0; value[1] = 0 }
    fi
  od
}

init {
  atomic { run Owner(0); run Owner(1); run Manager(); run Reader() }
}
