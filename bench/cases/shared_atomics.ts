import { burst, type Case, type Cases, makeDelta, type Prepared } from "./case.ts";

/**
 * Cells of 32 bits, since `Atomics` has no floating point and its 64-bit cells take a `bigint`: the
 * cheapest that can be had, and it overflows. Four of them are not a consistent record either.
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

/** Bare shared cells. */
export const cases: Cases = {
  "counter add": counterAdd,
  "record update": recordUpdate,
  "record burst of 32": recordBurst,
};
