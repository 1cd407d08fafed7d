/**
 * Statistics of every kind, with names and labels that need conversion or escapes.
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
  ThreadStats,
} from "../../mod.ts";

/** A metric of each kind. */
export const shop = defineSchema({
  visits: counter({ help: "Visits" }),
  requests: counter({ help: 'Paths \\ and "words"\nseen', labels: ["path", "statusCode"] }),
  sent: counter({ help: "Bytes sent", unit: "bytes" }),
  queueDepth: gauge({ help: "Jobs waiting" }),
  coldest: gauge({ help: "Least temperature", aggregate: "min", labels: ["room"] }),
  latency: histogram({ help: "Time to answer", unit: "seconds", lowest: 1e-3, highest: 10 }),
  size: histogram({ help: "Sizes", unit: "bytes", boundaries: [100, 1000], labels: ["route"] }),
  flow: record(
    { bytes: sum("u64"), firstSeen: min(), lastSeen: max(), flags: bitOr() },
    { help: "Traffic", labels: ["source"] },
  ),
  cell: record({ hits: sum() }, { help: "Cells" }),
});

/** The definitions of {@linkcode shop}. */
export type Shop = typeof shop.metrics;

/** Statistics with counts of two threads. */
export function openShop(): ThreadStats<Shop> {
  const stats = ThreadStats.create(shop);
  const [one, two] = ["one", "two"].map((name) => stats.registerThread(name).metrics);
  const cell = stats.metrics.cell.create();
  for (const metrics of [one, two]) {
    metrics.visits.add(1.5);
    metrics.requests.labels({ path: 'C:\\a "b"\n', statusCode: "200" }).add(2);
    metrics.requests.labels({ path: "/ünï/😀", statusCode: "" }).add();
    metrics.sent.add(2 ** 60);
    metrics.queueDepth.set(2);
    for (const seconds of [0.0015, 0.2, 0.2, 20]) metrics.latency.record(seconds);
    metrics.size.labels({ route: "/" }).record(100);
    metrics.flow.labels({ source: "::1" })
      .update({ bytes: 2n ** 62n + 1n, firstSeen: 5, lastSeen: 6, flags: 2 ** 31 });
    metrics.cell.update(cell, { hits: 1 });
  }
  one.coldest.labels({ room: "a" }).set(-1.5);
  two.coldest.labels({ room: "a" }).set(1e300);
  stats.metrics.coldest.id({ room: "b" });
  one.size.labels({ route: "/" }).record(5000);
  return stats;
}
