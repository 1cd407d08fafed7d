import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import client, { collectDefaultMetrics, Registry } from "../../src/prom_client/mod.ts";
import { resultOf } from "../join/run_program.ts";
import { promClient } from "./prom_client.ts";
import { samplesOf } from "./samples.ts";

// deno-lint-ignore no-explicit-any
type Any = any;

describe("collectDefaultMetrics()", () => {
  it(
    "makes the metrics that prom-client makes, in the same words and with the same labels",
    // prom-client itself fails where a runtime does not measure something.
    { ignore: "Deno" in globalThis || "Bun" in globalThis },
    async () => {
      const [theirs, ours] = await Promise.all(
        [promClient as Any, client as Any].map(async (library) => {
          const register = new library.Registry();
          library.collectDefaultMetrics({
            register,
            prefix: "p_",
            labels: { app: "shop" },
          });
          const metrics = await register.getMetricsAsJSON();
          return metrics.map(
            ({ name, help, type, aggregator, values }: Any) => {
              const { labels = {} } = values.at(-1) ?? {};
              return {
                name,
                help,
                type,
                aggregator,
                labels: Object.keys(labels),
              };
            },
          );
        }),
      );
      assertEquals(ours, theirs);
      assertEquals(
        collectDefaultMetrics.metricsList,
        promClient.collectDefaultMetrics.metricsList,
      );
    },
  );

  it("gives figures in every runtime", async () => {
    const register = new Registry();
    collectDefaultMetrics({
      register,
      gcDurationBuckets: [1],
      eventLoopMonitoringPrecision: 20,
    });
    const valueOf = async (name: string) =>
      (await register.getMetricsAsJSON()).find((each) => each.name === name)!
        .values[0].value;
    const started = await valueOf("process_start_time_seconds");
    assert(Math.abs(started - Date.now() / 1000) < 86_400, `${started}`);
    assert(await valueOf("process_resident_memory_bytes") > 1e6);
    assert(await valueOf("nodejs_heap_size_used_bytes") > 1e4);
    const before = await valueOf("process_cpu_seconds_total");
    for (let n = 0, end = performance.now() + 50; performance.now() < end;) n++;
    assert(await valueOf("process_cpu_seconds_total") >= before);
    assertEquals(await valueOf("nodejs_version_info"), 1);
    register.clear();
  });

  it("figures of the process are not multiplied by the threads, those of threads are added", async () => {
    const program = new URL("./programs/defaults.ts", import.meta.url);
    const { text, resident } = await resultOf(program);
    const samples = samplesOf(text);
    assertEquals(samples.threads, 3);
    assertEquals(samples.up, 1);
    assert(samples.process_resident_memory_bytes < 1.5 * resident);
    assert(samples.process_start_time_seconds < Date.now() / 1000 + 60);
    const version = Object.entries(samples).find(([name]) => name.startsWith("nodejs_version"));
    assertEquals(version?.[1], 1);
  });
});
