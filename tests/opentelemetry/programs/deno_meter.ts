/**
 * A program that reports its statistics to Deno's built-in meter (`OTEL_DENO=true`), counts in a
 * worker, prints its counts, and disposes the observation.
 *
 * @module
 */
import process from "node:process";
import { ThreadStats } from "../../../mod.ts";
import { observe } from "../../../src/opentelemetry/mod.ts";
import { startWorker } from "../../support/worker.ts";
import { schema } from "../schema.ts";

// Declared here, as this file is also type-checked for Bun and Node.
interface Telemetry {
  readonly meterProvider: {
    getMeter(name: string): Parameters<typeof observe>[1];
  };
}
const { telemetry } = (globalThis as unknown as { Deno: { telemetry: Telemetry } }).Deno;

const stats = ThreadStats.create(schema);
const meter = telemetry.meterProvider.getMeter("@x/thread-stats");
let asked = 0;
const source = {
  snapshot() {
    asked++;
    return stats.snapshot();
  },
};
const observing = observe(source, meter, { quantiles: [0.5] });

await using worker = await startWorker(
  new URL("../workers/counting.ts", import.meta.url),
  stats.handle,
);
const counted = worker.call<number>("count");
const { latency, bodySize, jobsDone, flow, queueDepth } = stats.metrics;
while (latency.read().count < 1000) {
  await new Promise((resolve) => setTimeout(resolve, 1));
}
worker.requestStop();
await counted;
const totals = {
  "latency.count": latency.read().count,
  "latency.sum": latency.read().sum,
  'latency.quantile{quantile="0.5"}': latency.read().quantile(0.5),
  "body_size.count": bodySize.read().count,
  "queue_depth": queueDepth.read(),
  'jobs_done{job_kind="mail"}': jobsDone.read({ jobKind: "mail" }),
  'flow.bytes{protocol="tcp"}': Number(flow.read({ protocol: "tcp" }).bytes),
  'flow.last_seen{protocol="tcp"}': flow.read({ protocol: "tcp" }).lastSeen,
};
console.log(JSON.stringify(totals));
// The test closes our input once the meter has reported these counts.
for await (const _ of process.stdin);
observing[Symbol.dispose]();
const askedBefore = asked;
// Several collections, which must not report any more.
await new Promise((resolve) => setTimeout(resolve, 200));
process.exitCode = askedBefore > 0 && asked === askedBefore ? 0 : 1;
