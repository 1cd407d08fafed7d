/**
 * The cost of OpenTelemetry's instruments in shared memory, beside the SDK's own in one thread. Run
 * it in any runtime: `deno run -A bench/meters.ts`. It prints the least time of 15 rounds for one
 * call, in ns. Each call makes its attributes, as instrumented programs do.
 *
 * @module
 */
import { defineSchema, ThreadStats } from "../mod.ts";
import { type ThreadStatsMeter, ThreadStatsMeterProvider } from "../src/opentelemetry/mod.ts";
import { loadPackage } from "./packages.ts";

interface Provider {
  getMeter(name: string): ThreadStatsMeter;
}

/** The part of the SDK that is measured. */
interface Sdk {
  MeterProvider: new (options: object) => Provider;
  MetricReader: new (options: object) => object;
}

const CALLS = 100_000;
const ROUNDS = 15;

const sdk = await loadPackage<Sdk>("@opentelemetry/sdk-metrics");

/** Without a reader the SDK stores nothing and costs nothing. */
class ManualReader extends sdk.MetricReader {
  onShutdown(): Promise<void> {
    return Promise.resolve();
  }
  onForceFlush(): Promise<void> {
    return Promise.resolve();
  }
}

const methods = ["GET", "POST", "PUT", "DELETE"];
const statuses = [200, 201, 404, 500];
const one = (n: number) => ({ method: methods[n & 3] });
const three = (n: number) => ({
  method: methods[n & 3],
  status: statuses[(n >> 2) & 3],
  route: "/items",
});

const cases: Readonly<Record<string, (meter: ThreadStatsMeter) => (n: number) => void>> = {
  "counter, no attributes"(meter) {
    const counter = meter.createCounter("a");
    return () => counter.add(1);
  },
  "counter, 1 attribute"(meter) {
    const counter = meter.createCounter("b");
    return (n) => counter.add(1, one(n));
  },
  "counter, 3 attributes"(meter) {
    const counter = meter.createCounter("c");
    return (n) => counter.add(1, three(n));
  },
  "counter, an array of 2"(meter) {
    const counter = meter.createCounter("d");
    return () => counter.add(1, { list: [1, 2] });
  },
  "up-down counter, 1 attribute"(meter) {
    const counter = meter.createUpDownCounter("e");
    return (n) => counter.add(1, one(n));
  },
  "gauge, 1 attribute"(meter) {
    const gauge = meter.createGauge("f");
    return (n) => gauge.record(n, one(n));
  },
  "histogram, 3 attributes"(meter) {
    const histogram = meter.createHistogram("g");
    return (n) => histogram.record(n & 1023, three(n));
  },
};

function time(call: (n: number) => void): number {
  let least = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    for (let n = 0; n < CALLS; n++) call(n);
    least = Math.min(least, performance.now() - start);
  }
  return least / CALLS * 1e6;
}

const stats = ThreadStats.create(defineSchema({}));
const shared = new ThreadStatsMeterProvider(stats).getMeter("bench");
const own = new sdk.MeterProvider({ readers: [new ManualReader({})] }).getMeter("bench");
for (const [name, make] of Object.entries(cases)) {
  const [ours, theirs] = [time(make(shared)), time(make(own))];
  console.log(
    `${name.padEnd(30)} ${ours.toFixed(1).padStart(7)} ns, the SDK ${theirs.toFixed(0)} ns: ` +
      `${(theirs / ours).toFixed(1)} x`,
  );
}
