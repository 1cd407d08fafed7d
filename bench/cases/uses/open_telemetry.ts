import { type Cases, type Prepared, privateCase } from "../case.ts";
import { makeMeter } from "../open_telemetry.ts";
import { makeKeys } from "./found.ts";

/** Collects all series of one counter. */
function collecting(buckets: number, count: (add: ReturnType<typeof makeAdd>) => void): Prepared {
  const made = makeMeter([], buckets + 1);
  count(makeAdd(made.meter));
  return {
    async run(times) {
      for (let i = 0; i < times; i++) await made.collect();
    },
    total: made.total,
    expected: () => buckets,
  };
}

function makeAdd(meter: ReturnType<typeof makeMeter>["meter"]) {
  const counter = meter.createCounter("m");
  return (attributes?: object) => counter.add(1, attributes);
}

/** The OpenTelemetry SDK: there is no other way to read than to collect. */
export const cases: Cases = {
  "counter read": privateCase(() => collecting(1, (add) => add())),
  "snapshot of counters": privateCase(({ buckets = 1 }) =>
    collecting(buckets, (add) => {
      for (const key of makeKeys(buckets)) add({ key });
    })
  ),
};
