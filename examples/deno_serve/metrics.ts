import { counter, defineSchema, gauge, histogram, ThreadStats } from "../../mod.ts";

const schema = defineSchema({
  httpRequests: counter({ help: "Requests answered", labels: ["method", "status"] }),
  httpRequestsInFlight: gauge({ help: "Requests that are being answered" }),
  httpRequestDuration: histogram({
    ...{ help: "Time to answer", unit: "seconds" },
    ...{ lowest: 1e-6, highest: 60, relativeError: 0.01 },
  }),
});

/** The statistics of all threads of this server. */
export const stats = await ThreadStats.join("server", schema);
/** This thread. */
export const thread = stats.registerThread();
