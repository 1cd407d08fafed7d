import {
  burst,
  type Case,
  type Cases,
  type CounterRow,
  makeDelta,
  makeKeys,
  type Prepared,
  privateCase,
  readLoop,
  type RecordRow,
  snapshotLoop,
} from "./case.ts";

/**
 * Makes a case of shared cells of 32 bits, the cheapest ones: `Atomics` has no floating point, and
 * its cells of 64 bits take a `bigint`. They overflow.
 */
function sharedCase(loop: (cells: Int32Array) => Prepared["run"]): Case {
  return {
    share: () => new SharedArrayBuffer(128),
    prepare: (shared) => {
      const cells = new Int32Array(shared as SharedArrayBuffer, 0, 4);
      return { run: loop(cells), total: () => cells[0] };
    },
    reader: (shared) => {
      const cells = new Int32Array(shared as SharedArrayBuffer, 0, 4);
      const copy = new Int32Array(4);
      return {
        read() {
          for (let i = 0; i < 4; i++) copy[i] = Atomics.load(cells, i);
        },
        retries: () => 0,
      };
    },
  };
}

const counterAdd = sharedCase((cells) => (updates) => {
  for (let i = 0; i < updates; i++) Atomics.add(cells, 0, 1);
});

const recordUpdate = sharedCase((cells) => {
  const delta = makeDelta();
  return (updates) => {
    for (let i = 0; i < updates; i++) {
      delta.bytes = 64 + (i & 1023);
      Atomics.add(cells, 0, delta.packets);
      Atomics.add(cells, 1, delta.bytes);
      Atomics.add(cells, 2, delta.errors);
      Atomics.add(cells, 3, delta.time);
    }
  };
});

const recordBurst = sharedCase((cells) => {
  const delta = makeDelta();
  return (updates) => {
    for (let i = 0; i < updates; i += burst) {
      let packets = 0, bytes = 0, errors = 0, time = 0;
      for (let j = 0; j < burst; j++) {
        delta.bytes = 64 + (j & 1023);
        packets += delta.packets;
        bytes += delta.bytes;
        errors += delta.errors;
        time += delta.time;
      }
      Atomics.add(cells, 0, packets);
      Atomics.add(cells, 1, bytes);
      Atomics.add(cells, 2, errors);
      Atomics.add(cells, 3, time);
    }
  };
});

function makeCells(length: number): Int32Array {
  return new Int32Array(new SharedArrayBuffer(length * 4)).fill(1);
}

/** Loads the four fields at `base`, one after the other. */
function loadRecord(cells: Int32Array, base: number): RecordRow {
  return {
    packets: Atomics.load(cells, base),
    bytes: Atomics.load(cells, base + 1),
    errors: Atomics.load(cells, base + 2),
    time: Atomics.load(cells, base + 3),
  };
}

/** Bare shared cells of 32 bits. Four of them are not a consistent record. */
export const cases: Cases = {
  "counter add": counterAdd,
  "record update": recordUpdate,
  "record burst of 32": recordBurst,
  "counter read": privateCase(() => {
    const cells = makeCells(1);
    return readLoop(1, (reads) => {
      let value = 0;
      for (let i = 0; i < reads; i++) value = Atomics.load(cells, 0);
      return value;
    });
  }),
  "record read": privateCase(() => {
    const cells = makeCells(4);
    return readLoop(1, (reads) => {
      let value = loadRecord(cells, 0);
      for (let i = 1; i < reads; i++) value = loadRecord(cells, 0);
      return value.packets;
    });
  }),
  "snapshot of counters": privateCase(({ buckets = 1 }) => {
    const cells = makeCells(buckets);
    const keys = makeKeys(buckets);
    return snapshotLoop<CounterRow>(buckets, {
      take: () => keys.map((key, id) => ({ key, value: Atomics.load(cells, id) })),
      count: ({ value }) => value,
    });
  }),
  "snapshot of records": privateCase(({ buckets = 1 }) => {
    const cells = makeCells(buckets * 4);
    return snapshotLoop<RecordRow>(buckets, {
      take: () => Array.from({ length: buckets }, (_, id) => loadRecord(cells, id * 4)),
      count: ({ packets }) => packets,
    });
  }),
};
