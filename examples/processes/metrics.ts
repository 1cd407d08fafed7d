import { counter, defineSchema, gauge, histogram } from "../../mod.ts";
import { openStats } from "../../src/file/mod.ts";

const schema = defineSchema({
  httpRequests: counter({ help: "Requests answered", labels: ["method", "status"] }),
  httpRequestsInFlight: gauge({ help: "Requests that are being answered" }),
  httpRequestDuration: histogram({
    ...{ help: "Time to answer", unit: "seconds" },
    ...{ lowest: 1e-6, highest: 60, relativeError: 0.01 },
  }),
});

/** The statistics of all processes that open one file. */
export function open(path: string) {
  return openStats(path, schema);
}

/** What {@linkcode open} returns. */
export type Stats = Awaited<ReturnType<typeof open>>;
