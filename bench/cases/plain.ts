import { type Case, type Cases, makeDelta, type Prepared } from "./case.ts";
import { boundaries, mask as valueMask, seconds } from "./inputs.ts";

/**
 * The floor: additions to memory that no other thread sees, and that nobody can read totals from.
 *
 * `mask` is 0, which the compilers do not know: they may neither keep the cell in a register over
 * the whole loop nor add all at once.
 */
function privateCase(
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

const counterAdd = privateCase((cells, mask) => (updates) => {
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

/** Count, sum, and the bin among the boundaries. */
const histogramRecord = privateCase((cells, mask) => (updates) => {
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

/** Plain private additions. A burst or labels are nothing special here: there is nothing to publish or to find. */
export const cases: Cases = {
  "counter add": counterAdd,
  "labelled add, bound child": counterAdd,
  "labelled add, fresh lookup": counterAdd,
  "gauge set": gaugeSet,
  "gauge add": counterAdd,
  "histogram record": histogramRecord,
  "record update": recordUpdate,
  "record burst of 32": recordUpdate,
};
