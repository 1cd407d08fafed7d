import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { counter, defineSchema, ThreadStats } from "../../mod.ts";
import { prometheusText } from "../../src/prometheus/mod.ts";
import { runtimeSchema } from "../../src/schema/runtime_metrics.ts";
import { collect } from "../opentelemetry/collect.ts";
import { ThreadStatsProducer } from "../../src/opentelemetry/mod.ts";
import { assertRefuses } from "../metrics/observe.ts";
import { observedSchema } from "../runtime/schema.ts";

function open() {
  const stats = ThreadStats.create(observedSchema).extend(runtimeSchema);
  const [one, two] = ["worker-1", "worker-2"].map((name) => stats.registerThread(name));
  for (const [n, { metrics }] of [one, two].entries()) {
    metrics.threadStatsThreadCpu.add(n + 1);
    metrics.threadStatsThreadEventLoopDelay.record(0.002);
    metrics.threadStatsThreadEventLoopUtilization.set((n + 1) / 4);
    metrics.threadStatsThreadHeapUsed.set(1000 * (n + 1));
  }
  return { stats, one, two };
}

const own = (text: string) =>
  text.split("\n").filter((line) => /^thread_stats_thread_/.test(line) && !/_bucket/.test(line));

describe("the metrics of observeRuntime()", () => {
  it("are exported for each thread, whatever perThread is", () => {
    const { stats, two } = open();
    const one = 'thread="worker-1",slot="0"';
    const other = 'thread="worker-2",slot="1"';
    const expected = [
      `thread_stats_thread_event_loop_delay_seconds_sum{${one}} 0.002`,
      `thread_stats_thread_event_loop_delay_seconds_count{${one}} 1`,
      `thread_stats_thread_event_loop_delay_seconds_sum{${other}} 0.002`,
      `thread_stats_thread_event_loop_delay_seconds_count{${other}} 1`,
      `thread_stats_thread_event_loop_utilization_ratio{${one}} 0.25`,
      `thread_stats_thread_event_loop_utilization_ratio{${other}} 0.5`,
      `thread_stats_thread_heap_used_bytes{${one}} 1000`,
      `thread_stats_thread_heap_used_bytes{${other}} 2000`,
      `thread_stats_thread_cpu_seconds_total{${one}} 1`,
      `thread_stats_thread_cpu_seconds_total{${other}} 2`,
    ];
    assertEquals(own(prometheusText(stats.snapshot())), expected);
    const whole = stats.snapshot({ perThread: true });
    assertEquals(own(prometheusText(whole, { perThread: true })), expected);
    assertEquals(own(prometheusText(structuredClone(stats.snapshot()))), expected);
    two.unregister();
    const after = own(prometheusText(stats.snapshot()));
    assertEquals(after.filter((line) => line.includes("worker-2")).length, 3, "gauges have gone");
  });

  it("are left out with the library's other metrics", () => {
    const { stats } = open();
    assertEquals(own(prometheusText(stats.snapshot(), { selfMetrics: false })), []);
  });

  it("come with each thread's last turn, and for how long it is blocked", () => {
    const { stats, one } = open();
    const observation = one.observeRuntime();
    const lines = own(prometheusText(stats.snapshot()));
    observation.stop();
    const turn = lines.find((line) => line.includes("last_turn"))!;
    const [, seconds] = /^thread_stats_thread_last_turn_timestamp_seconds\{.*\} (.*)$/.exec(turn)!;
    assert(Math.abs(Number(seconds) - Date.now() / 1000) < 60);
    const blocked = 'thread_stats_thread_blocked_seconds{thread="worker-1",slot="0"} 0';
    assert(lines.includes(blocked), lines.join("\n"));
    assertEquals(lines.filter((line) => line.includes("blocked")).length, 1);
  });

  it("are in the library's namespace in OpenTelemetry, for each thread", async () => {
    const { stats, one } = open();
    const observation = one.observeRuntime();
    const metrics = await collect(new ThreadStatsProducer(stats));
    observation.stop();
    const of = (name: string) => metrics[`thread_stats.thread_${name}`];
    const attributes = (name: string) => of(name).dataPoints.map(({ attributes }) => attributes);
    const both = [{ thread: "worker-1", slot: "0" }, { thread: "worker-2", slot: "1" }];
    assertEquals(attributes("cpu"), both);
    assertEquals(attributes("heap_used"), both);
    assertEquals(attributes("event_loop_delay"), both);
    assertEquals(attributes("blocked"), [both[0]]);
    assertEquals(of("cpu").descriptor.unit, "s");
    assertEquals(of("blocked").descriptor.valueType, 1, "a double");
  });

  it("have names that no metric of a program may have", () => {
    const definitions = runtimeSchema.metrics;
    for (const [name, definition] of Object.entries(definitions)) {
      assertRefuses(
        () => defineSchema({ [name]: definition }),
        TypeError,
        `Cannot define the metric ${name}: names that begin with thread_stats_ are the library's ` +
          `own, got ${
            Object.entries({
              Delay: "thread_stats_thread_event_loop_delay_seconds",
              Utilization: "thread_stats_thread_event_loop_utilization_ratio",
              Used: "thread_stats_thread_heap_used_bytes",
              Cpu: "thread_stats_thread_cpu_seconds",
            }).find(([end]) => name.endsWith(end))![1]
          }`,
      );
    }
    assertRefuses(
      () => defineSchema({ threadStatsThreadAge: counter() }),
      TypeError,
      "Cannot define the metric threadStatsThreadAge: names that begin with thread_stats_ are the " +
        "library's own, got thread_stats_thread_age",
    );
  });
});
