import { assert, assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { counter, gauge, histogram, max, record, sum } from "../../mod.ts";
import { type ExplicitHistogram, ThreadStatsProducer } from "../../src/opentelemetry/mod.ts";
import { withClocks } from "../support/clocks.ts";
import { collect, InFlight, make, millisecondsOf, producerOf, tick, valuesOf } from "./collect.ts";

describe("ThreadStatsProducer with deltas", () => {
  it("tells what has happened in between, from one end to the next", async () => {
    const { stats, metrics } = make({
      jobs: counter({ labels: ["kind"] }),
      depth: gauge(),
      took: histogram({ boundaries: [10] }),
      flow: record({ bytes: sum("u64"), last: max() }),
    });
    const id = stats.metrics.flow.create();
    const [a, b] = ["a", "b"].map((kind) => metrics.jobs.labels({ kind }));
    const producer = producerOf(stats, { temporality: "delta" });
    a.add(5);
    b.add(6);
    metrics.depth.set(7);
    metrics.took.record(8);
    metrics.flow.update(id, { bytes: 9, last: 1 });
    const first = await collect(producer);
    assertEquals(valuesOf(first.jobs), [{ kind: "a", value: 5 }, { kind: "b", value: 6 }]);
    assertEquals(first.jobs.aggregationTemporality, 0);
    await tick();
    a.add(1);
    metrics.took.record(20, 2);
    const second = await collect(producer);
    assertEquals(Object.keys(second), ["jobs", "depth", "took", "flow.last"]);
    assertEquals(valuesOf(second.jobs), [{ kind: "a", value: 1 }]);
    assertEquals(valuesOf(second.took), [{
      value: { count: 2, sum: 40, buckets: { boundaries: [10], counts: [0, 2] } },
    }]);
    // Gauges tell how it is.
    assertEquals([valuesOf(second.depth), second.depth.aggregationTemporality], [
      [{ value: 7 }],
      1,
    ]);
    const [point] = second.jobs.dataPoints;
    assertEquals(point.startTime, first.jobs.dataPoints[0].endTime);
  });

  for (const seconds of [-5, 5, -3600, 3600, -1.6e9, 1.6e9]) {
    it(`are of as much time as has passed, one after the other, when the wall clock is set by ${seconds} s`, async () => {
      await withClocks(async ({ pass, set }) => {
        const { stats, metrics } = make({ jobs: counter() });
        const producer = producerOf(stats, { temporality: "delta" });
        let last = stats.snapshot().startedAt;
        let total = 0;
        for (let n = 0; n < 12; n++) {
          pass(10);
          if (n % 3 === 1) set(n % 2 === 0 ? -seconds : seconds);
          metrics.jobs.add(n + 1);
          const { jobs } = await collect(producer);
          const [{ startTime, endTime, value }] = jobs.dataPoints;
          const [start, end] = [startTime, endTime].map(millisecondsOf);
          assertEquals(end - start, 10_000);
          // A gap is left where the clock was set forward, and no overlap anywhere.
          assert(start >= last, `${start - last}`);
          if (n % 3 !== 1) assertEquals(start, last);
          last = end;
          total += value as number;
        }
        assertEquals(total, stats.metrics.jobs.read());
      });
    });
  }

  it("tells by how much a 64-bit sum has fallen", async () => {
    const { stats, metrics } = make({ flow: record({ bytes: sum("u64") }) });
    const id = stats.metrics.flow.create();
    const producer = producerOf(stats, { temporality: "delta" });
    const told: unknown[] = [];
    for (const bytes of [2n ** 60n, -5n, 2n, -(2n ** 60n)]) {
      metrics.flow.update(id, { bytes });
      const { "flow.bytes": { descriptor, dataPoints } } = await collect(producer);
      told.push([descriptor.valueType, dataPoints[0].value]);
    }
    assertEquals(told, [[0, 2 ** 60], [0, -5], [0, 2], [0, -(2 ** 60)]]);
  });

  it("is never negative after clear(), nor in a new life of an id", async () => {
    const { stats, metrics } = make({
      jobs: counter(),
      took: histogram({ boundaries: [10] }),
      flow: record({ bytes: sum("u64") }),
    });
    const id = stats.metrics.flow.create();
    const producer = producerOf(stats, { temporality: "delta" });
    metrics.jobs.add(5);
    metrics.took.record(5, 5);
    metrics.flow.update(id, { bytes: 5 });
    await collect(producer);
    stats.metrics.jobs.clear();
    stats.metrics.took.clear();
    stats.metrics.flow.destroy(id);
    assertEquals(stats.metrics.flow.create(), id);
    metrics.jobs.add(1);
    metrics.took.record(1);
    metrics.flow.update(id, { bytes: 2 });
    const told = await collect(producer);
    assertEquals(valuesOf(told.jobs), [{ value: 1 }]);
    assertEquals(valuesOf(told["flow.bytes"]), [{ id: `${id}`, value: 2 }]);
    const { count, sum: total } = told.took.dataPoints[0].value as ExplicitHistogram;
    assertEquals([count, total], [1, 1]);
  });

  for (const perThread of [false, true]) {
    it(`loses no part of a histogram's sum that comes before its bin (perThread: ${perThread})`, async () => {
      const { stats, metrics } = make({ took: histogram({ boundaries: [10] }) });
      const source = new InFlight(stats);
      const producer = producerOf(source, { temporality: "delta", perThread });
      let [count, total] = [0, 0];
      const tell = async () => {
        const { took } = await collect(producer);
        for (const { value } of took?.dataPoints ?? []) {
          count += (value as ExplicitHistogram).count;
          total += (value as ExplicitHistogram).sum;
        }
      };
      const record = async (value: number) => {
        metrics.took.record(value);
        source.isInFlight = true;
        await tell();
        source.isInFlight = false;
        await tell();
      };
      await record(4);
      metrics.took.record(2);
      await record(3);
      stats.metrics.took.clear();
      await record(5);
      assertEquals([count, total], [4, 14]);
    });
  }

  it("tells the library's own counters as deltas too", async () => {
    const { stats, metrics } = make({
      jobs: counter({ labels: ["kind"], maxSeries: 1 }),
      hits: counter(),
    });
    const thread = stats.registerThread("gone");
    thread.unregister();
    const producer = new ThreadStatsProducer(stats, { temporality: "delta" });
    const figures = async (): Promise<unknown[]> => {
      const told = await collect(producer);
      return ["overflowed", "refused"].map((name) =>
        told[`thread_stats.${name}_updates`]?.dataPoints[0].value
      );
    };
    for (const kind of ["a", "b"]) metrics.jobs.labels({ kind }).add();
    assertThrows(() => thread.metrics.hits.add());
    assertEquals(await figures(), [1, 1]);
    assertEquals(await figures(), [undefined, undefined]);
    for (const kind of ["c", "d"]) metrics.jobs.labels({ kind }).add();
    assertThrows(() => thread.metrics.hits.add());
    assertEquals(await figures(), [2, 1]);
  });
});
