import { loadPackage } from "../../packages.ts";
import { type Cases, privateCase } from "../case.ts";
import { type Metric, type PromClient, sumOf } from "../prom_client.ts";
import { makeKeys } from "./found.ts";

/** `prom-client`, or its successor: what one thread has counted. Reads of it are asynchronous. */
export async function makeCases(name: string): Promise<Cases> {
  const client = await loadPackage<PromClient>(name);
  const makeCounter = (labelNames: readonly string[]) => {
    const registry = new client.Registry();
    const options = { name: "m", help: "m", registers: [registry], labelNames };
    return { registry, counter: new client.Counter(options) };
  };
  return {
    "counter read": privateCase(() => {
      const { counter } = makeCounter([]);
      counter.inc(1);
      let last: Awaited<ReturnType<Metric["get"]>>;
      return {
        async run(reads) {
          for (let i = 0; i < reads; i++) last = await counter.get();
        },
        total: () => last.values[0].value,
        expected: () => 1,
      };
    }),
    "snapshot of counters": privateCase(({ buckets = 1 }) => {
      const { registry, counter } = makeCounter(["key"]);
      for (const key of makeKeys(buckets)) counter.labels({ key }).inc(1);
      let last: Awaited<ReturnType<typeof registry.getMetricsAsJSON>>;
      return {
        async run(snapshots) {
          for (let i = 0; i < snapshots; i++) last = await registry.getMetricsAsJSON();
        },
        total: () => last[0].values.reduce((total, { value }) => total + value, 0),
        expected: () => buckets,
      };
    }),
    "create and destroy a labelled bucket": privateCase(() => {
      const { counter } = makeCounter(["key"]);
      let n = 0;
      return {
        run(times) {
          for (let i = 0; i < times; i++) {
            const key = `key-${n++ & 1023}`;
            // A child alone is no series yet: that comes with the first value.
            counter.labels({ key }).inc(1);
            counter.remove({ key });
          }
        },
        total: () => sumOf(counter),
        expected: () => 0,
      };
    }),
  };
}
