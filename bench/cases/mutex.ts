import { Mutex } from "../baselines/mutex.ts";
import { burst, type Case, type Cases, makeDelta, type Prepared } from "./case.ts";

/** The cells do not share a cache line (or a prefetched pair of lines) with the lock. */
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

/** One set of cells for all threads, behind a lock. */
export const cases: Cases = {
  "counter add": counterAdd,
  "record update": recordUpdate,
  "record burst of 32": recordBurst,
};
