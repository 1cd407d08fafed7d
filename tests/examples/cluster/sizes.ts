import { gzipSync } from "node:zlib";
import { ThreadStats } from "../../../mod.ts";
import { boundaries, schema } from "../../../examples/cluster/schema.ts";
import { prometheusText } from "../../../src/prometheus/mod.ts";

/** How large a scrape of one process is. */
export interface ScrapeSize {
  readonly series: number;
  readonly bytes: number;
  /** Without the lines that describe the families. */
  readonly sampleBytes: number;
  readonly zippedBytes: number;
  /** Of the shared memory, for all threads together. */
  readonly arenaBytes: number;
}

/** Measures a scrape of a process with the example's schema, some sets of labels, and values as after some days. */
export function scrapeSize(
  { threads, labelSets, perThread }: { threads: number; labelSets: number; perThread: boolean },
): ScrapeSize {
  const stats = ThreadStats.create(schema, { maxThreads: threads });
  for (let n = 0; n < threads; n++) {
    const { metrics } = stats.registerThread(`worker-${n + 1}`);
    const { httpRequests, httpRequestsInFlight, httpRequestDuration } = metrics;
    for (let set = 0; set < labelSets; set++) {
      const labels = { method: set % 2 === 0 ? "GET" : "POST", status: String(200 + set) };
      httpRequests.labels(labels).add(1_000_003 * (n + set + 1));
    }
    httpRequestsInFlight.set(n % 10);
    for (const bound of boundaries.httpRequestDuration) {
      httpRequestDuration.record(bound * 0.9, 100_003 + n);
    }
  }
  const text = prometheusText(stats.snapshot({ perThread }), {
    ...{ boundaries, perThread },
    format: "openmetrics",
    created: false,
  });
  const samples = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return {
    series: samples.length,
    bytes: text.length,
    sampleBytes: samples.join("\n").length,
    zippedBytes: gzipSync(text).length,
    arenaBytes: stats.snapshot().self.arena.usedBytes,
  };
}
