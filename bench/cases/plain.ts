import { type Case, type Cases, makeDelta } from "./case.ts";

/**
 * The floor: additions to memory that no other thread sees, and that nobody can read totals from.
 *
 * `mask` is 0, which the compilers do not know: they may neither keep the cell in a register over
 * the whole loop nor add all at once.
 */
function privateCase(
  loop: (cells: Float64Array, mask: number) => (updates: number) => void,
): Case {
  return {
    share: () => 0,
    prepare: (mask) => loop(new Float64Array(4), mask as number),
  };
}

const counterAdd = privateCase((cells, mask) => (updates) => {
  for (let i = 0; i < updates; i++) cells[i & mask] += 1;
});

const recordUpdate = privateCase((cells, mask) => {
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

/** Plain private additions. A burst is nothing special here: there is nothing to publish. */
export const cases: Cases = {
  "counter add": counterAdd,
  "record update": recordUpdate,
  "record burst of 32": recordUpdate,
};
