import { createHistogram } from "node:perf_hooks";
import { type Cases, privateCase } from "./case.ts";
import { mask, microseconds } from "./inputs.ts";

/** `RecordableHistogram` of `node:perf_hooks`, which all three runtimes have, with two digits. */
export const cases: Cases = {
  "histogram record": privateCase(() => {
    const histogram = createHistogram({ lowest: 1, highest: 60e6, figures: 2 });
    return {
      run(updates) {
        for (let i = 0; i < updates; i++) histogram.record(microseconds[i & mask]);
      },
      total: () => histogram.count,
    };
  }),
};
