/**
 * Metrics of all kinds for the tests of this folder and their workers.
 *
 * @module
 */
import {
  bitOr,
  counter,
  defineSchema,
  gauge,
  histogram,
  max,
  min,
  record,
  sum,
  type Thread,
} from "../../mod.ts";

/** The schema. */
export const schema = defineSchema({
  jobsDone: counter({ help: "Jobs done", labels: ["jobKind"] }),
  queueDepth: gauge({ help: "Jobs waiting" }),
  longestQueue: gauge({ aggregate: "max" }),
  latency: histogram({
    help: "Time taken",
    unit: "seconds",
    lowest: 2 ** -20,
    highest: 64,
  }),
  bodySize: histogram({ unit: "bytes", boundaries: [100, 1000, 10_000] }),
  flow: record(
    {
      bytes: sum("u64"),
      time: sum(),
      firstSeen: min(),
      lastSeen: max(),
      flags: bitOr(),
    },
    { help: "Traffic", labels: ["protocol"] },
  ),
});

/** Its metrics. */
export type Metrics = typeof schema.metrics;

/** Updates all metrics once. Doubles add up all values exactly, in any order. */
export function update({ metrics }: Thread<Metrics>, round: number): void {
  const { jobsDone, queueDepth, longestQueue, latency, bodySize, flow } = metrics;
  jobsDone.labels({ jobKind: round % 3 === 0 ? "mail" : "page" }).add(
    round % 5,
  );
  queueDepth.set(round % 7);
  longestQueue.set(round % 11);
  latency.record((1 + round % 1000) / 1024, 1 + round % 2);
  bodySize.record(round % 20_000);
  flow.labels({ protocol: round % 2 === 0 ? "tcp" : "udp" }).update({
    bytes: 2 ** 32 + round,
    time: 0.25,
    firstSeen: 1000 - round % 100,
    lastSeen: 1000 + round % 100,
    flags: 1 << (round % 4),
  });
}
