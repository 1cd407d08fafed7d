import {
  type Case,
  type Cases,
  type Circumstances,
  type CounterRow,
  makeDelta,
  makeKeys,
  type Prepared,
  privateCase,
  readLoop,
  type RecordRow,
  snapshotLoop,
} from "./case.ts";
import { boundaries, mask as valueMask, seconds } from "./inputs.ts";

/**
 * Makes a case of additions to private memory. No other thread sees them, and nobody can read
 * totals.
 *
 * `mask` is 0. The compilers do not know that, so they can neither keep the cell in a register for
 * the whole loop nor fold all additions into one.
 */
function additionCase(
  loop: (cells: Float64Array, mask: number) => Prepared["run"],
): Case {
  return {
    share: () => 0,
    prepare: (mask) => {
      const cells = new Float64Array(16);
      return { run: loop(cells, mask as number), total: () => cells[0] };
    },
  };
}

const counterAdd = additionCase((cells, mask) => (updates) => {
  for (let i = 0; i < updates; i++) cells[i & mask] += 1;
});

const gaugeSet: Case = {
  share: () => 0,
  prepare(shared) {
    const mask = shared as number;
    const cells = new Float64Array(16);
    return {
      run(updates) {
        for (let i = 1; i <= updates; i++) cells[i & mask] = i;
      },
      total: () => cells[0],
      expected: (_, last) => last,
    };
  },
};

/** Adds to the count, to the sum, and to the bin among the boundaries. */
const histogramRecord = additionCase((cells, mask) => (updates) => {
  for (let i = 0; i < updates; i++) {
    const value = seconds[i & valueMask];
    const base = i & mask;
    cells[base] += 1;
    cells[base + 1] += value;
    let bin = 0;
    while (bin < boundaries.length && value > boundaries[bin]) bin++;
    cells[base + 2 + bin] += 1;
  }
});

const recordUpdate = additionCase((cells, mask) => {
  const delta = makeDelta();
  return (updates) => {
    for (let i = 0; i < updates; i++) {
      delta.bytes = 64 + (i & 1023);
      const base = i & mask;
      cells[base] += delta.packets;
      cells[base + 1] += delta.bytes;
      cells[base + 2] += delta.errors;
      cells[base + 3] += delta.time;
    }
  };
});

/** Makes a private array of ones for each slot. */
function makeSlots({ slots = 1 }: Circumstances, cells: number): Float64Array[] {
  return Array.from({ length: slots }, () => new Float64Array(cells).fill(1));
}

/** Adds up the record of four fields at `base` over all slots. */
function sumRecord(slots: readonly Float64Array[], base: number): RecordRow {
  let packets = 0, bytes = 0, errors = 0, time = 0;
  for (let slot = 0; slot < slots.length; slot++) {
    const cells = slots[slot];
    packets += cells[base];
    bytes += cells[base + 1];
    errors += cells[base + 2];
    time += cells[base + 3];
  }
  return { packets, bytes, errors, time };
}

const counterRead = privateCase((at) => {
  const slots = makeSlots(at, 16);
  return readLoop(slots.length, (reads) => {
    let value = 0;
    for (let i = 0; i < reads; i++) {
      value = 0;
      // Another cell each time, or the compiler could keep the sum.
      for (let slot = 0; slot < slots.length; slot++) value += slots[slot][i & 15];
    }
    return value;
  });
});

const recordRead = privateCase((at) => {
  const slots = makeSlots(at, 64);
  return readLoop(slots.length, (reads) => {
    let value = sumRecord(slots, 0);
    for (let i = 1; i < reads; i++) value = sumRecord(slots, (i & 15) * 4);
    return value.packets;
  });
});

const snapshotOfCounters = privateCase((at) => {
  const { slots = 1, buckets = 1 } = at;
  const cells = makeSlots(at, buckets);
  const keys = makeKeys(buckets);
  return snapshotLoop<CounterRow>(slots * buckets, {
    take: () =>
      keys.map((key, id) => {
        let value = 0;
        for (let slot = 0; slot < cells.length; slot++) value += cells[slot][id];
        return { key, value };
      }),
    count: ({ value }) => value,
  });
});

const snapshotOfRecords = privateCase((at) => {
  const { slots = 1, buckets = 1 } = at;
  const cells = makeSlots(at, buckets * 4);
  return snapshotLoop<RecordRow>(slots * buckets, {
    take: () => Array.from({ length: buckets }, (_, id) => sumRecord(cells, id * 4)),
    count: ({ packets }) => packets,
  });
});

/** Takes the id that was freed last, and frees it again. */
const ids = privateCase((): Prepared => {
  const free = Array.from({ length: 64 }, (_, id) => id);
  return {
    run(times) {
      for (let i = 0; i < times; i++) free.push(free.pop()!);
    },
    total: () => free.length,
    expected: () => 64,
  };
});

const labelledIds = privateCase((): Prepared => {
  const free = Array.from({ length: 64 }, (_, id) => id);
  const idOf = new Map<string, number>();
  let n = 0;
  return {
    run(times) {
      for (let i = 0; i < times; i++) {
        const key = `key-${n++ & 1023}`;
        idOf.set(key, free.pop()!);
        free.push(idOf.get(key)!);
        idOf.delete(key);
      }
    },
    total: () => free.length - idOf.size,
    expected: () => 64,
  };
});

/** A view on a buffer is the least that a thread needs to see memory of another thread. */
const attach = privateCase((): Prepared => {
  const buffer = new SharedArrayBuffer(128);
  let view: Float64Array;
  return {
    run(times) {
      for (let i = 0; i < times; i++) view = new Float64Array(buffer);
    },
    total: () => view.length,
    expected: () => 16,
  };
});

/**
 * The baseline. Bursts and labels need nothing of their own here: there is nothing to publish or to
 * find. What reads is as fast as one thread with memory of its own can be.
 */
export const cases: Cases = {
  "counter add": counterAdd,
  "labelled add, bound child": counterAdd,
  "labelled add, fresh lookup": counterAdd,
  "gauge set": gaugeSet,
  "gauge add": counterAdd,
  "histogram record": histogramRecord,
  "record update": recordUpdate,
  "record burst of 32": recordUpdate,
  "counter read": counterRead,
  "record read": recordRead,
  "snapshot of counters": snapshotOfCounters,
  "snapshot of records": snapshotOfRecords,
  "register and unregister a thread": ids,
  "create and destroy a bucket": ids,
  "create and destroy a labelled bucket": labelledIds,
  "attach": attach,
};
