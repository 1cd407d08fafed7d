import { counter, defineSchema, gauge, histogram, ThreadStats } from "../../mod.ts";

/** What is counted, by the names that Prometheus users know from other servers. */
const schema = defineSchema({
  httpRequests: counter({ help: "Requests answered", labels: ["method", "status"] }),
  httpRequestsInFlight: gauge({ help: "Requests in the hands of a worker" }),
  httpRequestDuration: histogram({
    help:
      "Time to answer: in the hands of a worker, or since it came where the main thread answers",
    unit: "seconds",
    lowest: 1e-6,
    highest: 60,
    relativeError: 0.01,
  }),
  httpRequestBodySize: histogram({
    help: "Size of the bodies that were sent to be echoed",
    unit: "bytes",
    boundaries: [100, 1_000, 10_000, 100_000, 1_000_000],
  }),
  workersDied: counter({ help: "Workers that died" }),
});

/** The statistics of this program. */
export const stats = await ThreadStats.join("http_server", schema, { maxThreads: 512 });
/** A thread that counts. */
export type ServerThread = ReturnType<typeof stats.registerThread>;
