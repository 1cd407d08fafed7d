import { type Cases, type Circumstances, type Prepared, privateCase } from "../case.ts";
import { type CounterRow, found, foundAll, makeKeys, type RecordRow } from "./found.ts";

/** A private array for each slot, all ones. */
function makeSlots({ slots = 1 }: Circumstances, cells: number): Float64Array[] {
  return Array.from({ length: slots }, () => new Float64Array(cells).fill(1));
}

/** The record of four fields that begins at `base`, added up over the slots. */
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
  return found(slots.length, (reads) => {
    let value = 0;
    for (let i = 0; i < reads; i++) {
      value = 0;
      // Another cell each time: the sum of one would not have to be made again.
      for (let slot = 0; slot < slots.length; slot++) value += slots[slot][i & 15];
    }
    return value;
  });
});

const recordRead = privateCase((at) => {
  const slots = makeSlots(at, 64);
  return found(slots.length, (reads) => {
    let value = sumRecord(slots, 0);
    for (let i = 1; i < reads; i++) value = sumRecord(slots, (i & 15) * 4);
    return value.packets;
  });
});

const snapshotOfCounters = privateCase((at) => {
  const { slots = 1, buckets = 1 } = at;
  const cells = makeSlots(at, buckets);
  const keys = makeKeys(buckets);
  return foundAll<CounterRow>(slots * buckets, {
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
  return foundAll<RecordRow>(slots * buckets, {
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

/** A view on a buffer is the least that a thread must have to see anything of another's. */
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

/** The floor: what it takes where there is one thread, and memory of its own. */
export const cases: Cases = {
  "counter read": counterRead,
  "record read": recordRead,
  "snapshot of counters": snapshotOfCounters,
  "snapshot of records": snapshotOfRecords,
  "register and unregister a thread": ids,
  "create and destroy a bucket": ids,
  "create and destroy a labelled bucket": labelledIds,
  "attach": attach,
};
