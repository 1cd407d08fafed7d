import { type Cases, privateCase } from "../case.ts";
import { type CounterRow, found, foundAll, makeKeys, type RecordRow } from "./found.ts";

function makeCells(length: number): Int32Array {
  return new Int32Array(new SharedArrayBuffer(length * 4)).fill(1);
}

/** The four fields from `base` on, each of its own moment. */
function loadRecord(cells: Int32Array, base: number): RecordRow {
  return {
    packets: Atomics.load(cells, base),
    bytes: Atomics.load(cells, base + 1),
    errors: Atomics.load(cells, base + 2),
    time: Atomics.load(cells, base + 3),
  };
}

/** Bare shared cells of 32 bits; four of them are not a consistent record. */
export const cases: Cases = {
  "counter read": privateCase(() => {
    const cells = makeCells(1);
    return found(1, (reads) => {
      let value = 0;
      for (let i = 0; i < reads; i++) value = Atomics.load(cells, 0);
      return value;
    });
  }),
  "record read": privateCase(() => {
    const cells = makeCells(4);
    return found(1, (reads) => {
      let value = loadRecord(cells, 0);
      for (let i = 1; i < reads; i++) value = loadRecord(cells, 0);
      return value.packets;
    });
  }),
  "snapshot of counters": privateCase(({ buckets = 1 }) => {
    const cells = makeCells(buckets);
    const keys = makeKeys(buckets);
    return foundAll<CounterRow>(buckets, {
      take: () => keys.map((key, id) => ({ key, value: Atomics.load(cells, id) })),
      count: ({ value }) => value,
    });
  }),
  "snapshot of records": privateCase(({ buckets = 1 }) => {
    const cells = makeCells(buckets * 4);
    return foundAll<RecordRow>(buckets, {
      take: () => Array.from({ length: buckets }, (_, id) => loadRecord(cells, id * 4)),
      count: ({ packets }) => packets,
    });
  }),
};
