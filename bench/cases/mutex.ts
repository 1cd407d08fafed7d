import { Mutex } from "../mutex.ts";
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

/** Keeps the cells and the lock on different cache lines, and different pairs of lines. */
const cellsOffset = 128;

type Loop = (mutex: Mutex, cells: Float64Array) => Prepared["run"];

function open(memory: unknown): { mutex: Mutex; cells: Float64Array } {
  return {
    mutex: new Mutex(new Int32Array(memory as SharedArrayBuffer, 0, 1)),
    cells: new Float64Array(memory as SharedArrayBuffer, cellsOffset, 4),
  };
}

function lockedCase(loop: Loop): Case {
  return {
    share: () => new SharedArrayBuffer(256),
    prepare: (shared) => {
      const { mutex, cells } = open(shared);
      return { run: loop(mutex, cells), total: () => cells[0] };
    },
    reader: (shared) => {
      const { mutex, cells } = open(shared);
      const copy = new Float64Array(4);
      return {
        read() {
          mutex.lock();
          for (let i = 0; i < 4; i++) copy[i] = cells[i];
          mutex.unlock();
        },
        retries: () => 0,
      };
    },
  };
}

const counterAdd = lockedCase((mutex, cells) => (updates) => {
  for (let i = 0; i < updates; i++) {
    mutex.lock();
    cells[0] += 1;
    mutex.unlock();
  }
});

const recordUpdate = lockedCase((mutex, cells) => {
  const delta = makeDelta();
  return (updates) => {
    for (let i = 0; i < updates; i++) {
      delta.bytes = 64 + (i & 1023);
      mutex.lock();
      cells[0] += delta.packets;
      cells[1] += delta.bytes;
      cells[2] += delta.errors;
      cells[3] += delta.time;
      mutex.unlock();
    }
  };
});

const recordBurst = lockedCase((mutex, cells) => {
  const delta = makeDelta();
  return (updates) => {
    for (let i = 0; i < updates; i += burst) {
      mutex.lock();
      for (let j = 0; j < burst; j++) {
        delta.bytes = 64 + (j & 1023);
        cells[0] += delta.packets;
        cells[1] += delta.bytes;
        cells[2] += delta.errors;
        cells[3] += delta.time;
      }
      mutex.unlock();
    }
  };
});

/** Makes a lock, and cells that are all ones. */
function make(cells: number): { mutex: Mutex; cells: Float64Array } {
  const memory = new SharedArrayBuffer(cellsOffset + cells * 8);
  return {
    mutex: new Mutex(new Int32Array(memory, 0, 1)),
    cells: new Float64Array(memory, cellsOffset).fill(1),
  };
}

const counterRead = privateCase(() => {
  const { mutex, cells } = make(1);
  return readLoop(1, (reads) => {
    let value = 0;
    for (let i = 0; i < reads; i++) {
      mutex.lock();
      value = cells[0];
      mutex.unlock();
    }
    return value;
  });
});

const recordRead = privateCase(() => {
  const { mutex, cells } = make(4);
  const read = (): RecordRow => {
    mutex.lock();
    const value = { packets: cells[0], bytes: cells[1], errors: cells[2], time: cells[3] };
    mutex.unlock();
    return value;
  };
  return readLoop(1, (reads) => {
    let value = read();
    for (let i = 1; i < reads; i++) value = read();
    return value.packets;
  });
});

const snapshotOfCounters = privateCase(({ buckets = 1 }) => {
  const { mutex, cells } = make(buckets);
  const keys = makeKeys(buckets);
  const copy = new Float64Array(buckets);
  return snapshotLoop<CounterRow>(buckets, {
    take() {
      // Writers wait for the copy, but not for the rows.
      mutex.lock();
      for (let id = 0; id < buckets; id++) copy[id] = cells[id];
      mutex.unlock();
      return keys.map((key, id) => ({ key, value: copy[id] }));
    },
    count: ({ value }) => value,
  });
});

const snapshotOfRecords = privateCase(({ buckets = 1 }) => {
  const { mutex, cells } = make(buckets * 4);
  const copy = new Float64Array(cells.length);
  return snapshotLoop<RecordRow>(buckets, {
    take() {
      mutex.lock();
      for (let i = 0; i < cells.length; i++) copy[i] = cells[i];
      mutex.unlock();
      return Array.from({ length: buckets }, (_, id) => {
        const base = id * 4;
        return {
          packets: copy[base],
          bytes: copy[base + 1],
          errors: copy[base + 2],
          time: copy[base + 3],
        };
      });
    },
    count: ({ packets }) => packets,
  });
});

/** Takes a free id under the lock, and frees it under the lock. */
const ids = privateCase((): Prepared => {
  const { mutex, cells } = make(64);
  let length = cells.length;
  return {
    run(times) {
      for (let i = 0; i < times; i++) {
        mutex.lock();
        const id = cells[--length];
        mutex.unlock();
        mutex.lock();
        cells[length++] = id;
        mutex.unlock();
      }
    },
    total: () => length,
    expected: () => cells.length,
  };
});

const attach = privateCase((): Prepared => {
  const memory = new SharedArrayBuffer(256);
  let last: { mutex: Mutex; cells: Float64Array };
  return {
    run(times) {
      for (let i = 0; i < times; i++) {
        const mutex = new Mutex(new Int32Array(memory, 0, 1));
        last = { mutex, cells: new Float64Array(memory, cellsOffset) };
      }
    },
    total: () => last.cells.length,
    expected: () => 16,
  };
});

/** One set of cells for all threads, behind a lock. */
export const cases: Cases = {
  "counter add": counterAdd,
  "record update": recordUpdate,
  "record burst of 32": recordBurst,
  "counter read": counterRead,
  "record read": recordRead,
  "snapshot of counters": snapshotOfCounters,
  "snapshot of records": snapshotOfRecords,
  "register and unregister a thread": ids,
  "create and destroy a bucket": ids,
  "attach": attach,
};
