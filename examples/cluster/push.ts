/**
 * One process of the cluster that pushes to an OpenTelemetry collector, where `member.ts` waits to be scraped. Where to, the
 * environment says, as for all that speak OTLP: `OTEL_EXPORTER_OTLP_ENDPOINT`, by default `http://localhost:4318`.
 *
 * For Deno, which gets the packages by itself. Under Bun and Node they are installed, and imported without `npm:` and version.
 *
 * @module
 */
import { hostname } from "node:os";
import process from "node:process";
// What stands in the root's deno.json is downloaded by every task.
// deno-lint-ignore-file no-import-prefix
import { OTLPMetricExporter } from "npm:@opentelemetry/exporter-metrics-otlp-proto@0.301.0";
import { resourceFromAttributes } from "npm:@opentelemetry/resources@3.1.0";
import { MeterProvider, PeriodicExportingMetricReader } from "npm:@opentelemetry/sdk-metrics@3.1.0";
import { ThreadStatsProducer } from "../../src/opentelemetry/mod.ts";
import { parseNumbers, UsageError } from "./options.ts";
import { boundaries } from "./schema.ts";
import { stats } from "./stats.ts";
import { startWorkers } from "./workers.ts";

const USAGE = `Usage: push.ts [--workers N] [--requests N] [--interval SECONDS]

  --workers N         threads that count (default: 2)
  --requests N        how many requests each of them handles; 0, the default, is for no end
  --interval SECONDS  how often the totals are pushed (default: 15)
`;

async function run(
  { workers, requests, interval }: { workers: number; requests: number; interval: number },
): Promise<void> {
  const ended = startWorkers(workers, requests === 0 ? Infinity : requests);
  const provider = new MeterProvider({
    // The labels job and instance in Prometheus. One that is the same in the next life of this process would be better.
    resource: resourceFromAttributes({
      "service.name": "members",
      "service.instance.id": `${hostname()}:${process.pid}`,
    }),
    readers: [
      new PeriodicExportingMetricReader({
        exporter: new OTLPMetricExporter(),
        exportIntervalMillis: interval * 1000,
        exportTimeoutMillis: Math.min(interval, 10) * 1000,
        // Else the latency would be an exponential histogram, of which rules.yml knows nothing.
        metricProducers: [new ThreadStatsProducer(stats, { boundaries })],
      }),
    ],
  });
  const interrupted = new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, resolve);
  });
  await Promise.race([ended, interrupted]);
  // What was counted since the last push.
  await provider.shutdown();
}

try {
  await run(parseNumbers(process.argv.slice(2), {
    workers: { least: 1, most: 200, otherwise: 2 },
    requests: { least: 0, most: 1e12, otherwise: 0 },
    interval: { least: 1, most: 3_600, otherwise: 15 },
  }));
  // Workers that were interrupted would keep it alive.
  process.exit(0);
} catch (error) {
  const isUsage = error instanceof UsageError;
  console.error(isUsage ? `push: ${error.message}\n\n${USAGE.trimEnd()}` : `push: ${error}`);
  process.exit(isUsage ? 2 : 1);
}
