import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import client, { AggregatorRegistry, aggregators } from "../../src/prom_client/mod.ts";
import { resultOf } from "../join/run_program.ts";
import { promClient } from "./prom_client.ts";
import { samplesOf } from "./samples.ts";

// deno-lint-ignore no-explicit-any
type Any = any;

/** What three processes have. */
async function metricsOf(
  { Registry, Counter, Gauge, Histogram }: Any,
): Promise<Any[]> {
  const all = [];
  for (const n of [1, 2, 3]) {
    const registers = [new Registry()];
    new Counter({
      name: "c_total",
      help: "h",
      labelNames: ["a", "b"],
      registers,
    })
      .inc({ a: "x", b: n }, n);
    for (
      const aggregator of ["sum", "first", "min", "max", "average", "omit"]
    ) {
      new Gauge({ name: `g_${aggregator}`, help: "h", aggregator, registers })
        .set(n * 2);
    }
    new Histogram({ name: "h", help: "h", buckets: [1, 2], registers }).observe(
      n,
    );
    all.push(await registers[0].getMetricsAsJSON());
  }
  return all;
}

describe("AggregatorRegistry", () => {
  it("aggregate() merges processes as prom-client does", async () => {
    const [theirs, ours] = await Promise.all(
      [promClient as Any, client as Any].map(async (library) =>
        await library.AggregatorRegistry.aggregate(await metricsOf(library))
          .metrics()
      ),
    );
    assertEquals(ours, theirs);
  });

  it("aggregators have all that prom-client has", () => {
    assertEquals(
      Object.keys(aggregators).sort(),
      Object.keys((promClient as Any).aggregators).sort(),
    );
    assertEquals(aggregators.sum([]), undefined);
  });

  it("clusterMetrics() is empty without workers", async () => {
    assertEquals(await new AggregatorRegistry().clusterMetrics(), "");
  });

  it(
    "clusterMetrics() has all threads of all processes",
    { ignore: "Deno" in globalThis }, // node:cluster forks no processes there
    async () => {
      const { text } = await resultOf(
        new URL("./programs/cluster.ts", import.meta.url),
      );
      assertEquals(samplesOf(text), { 'jobs{queue="mail"}': 2 * (10 + 3) });
    },
  );
});
