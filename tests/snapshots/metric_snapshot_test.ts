import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { inspect } from "node:util";
import { counter, defineSchema, Snapshot, ThreadStats } from "../../mod.ts";
import { prometheusHandler, prometheusText } from "../../src/prometheus/mod.ts";
import { columnsOf } from "../../src/snapshots/metric_snapshot.ts";

const schema = defineSchema({
  jobs: counter({ labels: ["queue"] }),
  few: counter({ labels: ["queue"] }),
  alone: counter(),
});

/** Statistics with enough series that their rows are made late. */
function filled() {
  const stats = ThreadStats.create(schema);
  const { jobs, few, alone } = stats.registerThread("main").metrics;
  for (let n = 0; n < 100; n++) jobs.labels({ queue: `${n}` }).add(n);
  few.labels({ queue: "one" }).add();
  alone.add();
  return { stats, jobs };
}

describe("the rows of a snapshot that are made when somebody reads them", () => {
  it("show what was counted when the snapshot was taken, whatever happened since", () => {
    const { stats, jobs } = filled();
    const early = stats.snapshot();
    const expected = stats.snapshot().metrics.jobs.series;
    assertEquals(expected.length, 100);
    assertEquals(expected[7], { id: 7, labels: { queue: "7" }, value: 7, epoch: 1 });
    const later = stats.snapshot();
    for (let n = 0; n < 200; n++) jobs.labels({ queue: `${n}` }).add(1000);
    stats.metrics.jobs.clear({ queue: "1" });
    stats.metrics.jobs.destroy({ queue: "2" });
    stats.metrics.jobs.id({ queue: "another" });
    stats.snapshot();
    assertEquals(early.metrics.jobs.series, expected);
    assertEquals(later.metrics.jobs.series, expected);
    const now = stats.snapshot().metrics.jobs.series;
    assertEquals(now.length, 200);
    assertEquals(now.find(({ labels }) => labels.queue === "1")!.value, 0);
    assertEquals(now.find(({ labels }) => labels.queue === "3")!.value, 1003);
    assertEquals(now[2].labels, { queue: "another" });
  });

  it("are the same array each time, and belong to an entry that is frozen", () => {
    const { metrics } = filled().stats.snapshot();
    assertStrictEquals(metrics.jobs.series, metrics.jobs.series);
    for (const metric of [metrics.jobs, metrics.few, metrics.alone]) {
      assert(Object.isFrozen(metric));
      assertEquals(Object.keys(metric), ["definition", "series"]);
      assertThrows(() => Object.assign(metric, { series: [] }), TypeError);
    }
  });

  it("can be cloned, sent as JSON, spread and printed like all others", () => {
    const { stats } = filled();
    const expected = stats.snapshot().metrics.jobs.series;
    const clone = new Snapshot(structuredClone({ ...stats.snapshot() }));
    assertEquals(clone.metrics.jobs.series, expected);
    assertEquals(JSON.parse(JSON.stringify(stats.snapshot())).metrics.jobs.series, expected);
    assertEquals({ ...stats.snapshot().metrics.jobs }.series, expected);
    const text = inspect(stats.snapshot().metrics.jobs, { depth: 5 });
    assert(/series: \[\s+\{\s*id: 0/.test(text), text);
    assertEquals(stats.snapshot().metrics.jobs, stats.snapshot().metrics.jobs);
  });

  it("count differences, also after one of the two was read", () => {
    const { stats, jobs } = filled();
    const [before, other] = [stats.snapshot(), stats.snapshot()];
    jobs.labels({ queue: "5" }).add(3);
    const grown = (earlier: Snapshot<typeof schema.metrics>) =>
      stats.snapshot().since(earlier).metrics.jobs.series.filter(({ value }) => value > 0);
    assertEquals(other.metrics.jobs.series[5].value, 5);
    for (const earlier of [before, other]) {
      assertEquals(grown(earlier).map(({ id, value }) => [id, value]), [[5, 3]]);
    }
  });

  it("are exported as whoever has the snapshot has changed them", () => {
    const snapshot = filled().stats.snapshot();
    const line = (value: number) => `jobs_total{queue="7"} ${value}\n`;
    (snapshot.metrics.jobs.series[7] as { value: number }).value = 123;
    assertStrictEquals(columnsOf(snapshot.metrics.jobs), undefined);
    assert(prometheusText(snapshot).includes(line(123)));
  });

  it("are not made by a scrape, nor for few series", async () => {
    const { stats } = filled();
    const taken: ReturnType<typeof stats.snapshot>[] = [];
    const handler = prometheusHandler({
      snapshot(options) {
        taken.push(stats.snapshot(options));
        return taken[taken.length - 1] as unknown as Snapshot;
      },
    });
    for (const accept of ["text/plain", "application/openmetrics-text;version=1.0.0"]) {
      const request = new Request("http://localhost/metrics", { headers: { accept } });
      assert((await handler(request).text()).includes('jobs_total{queue="7"} 7\n'));
    }
    assertEquals(taken.length, 3);
    for (const { metrics } of taken) {
      assertEquals(columnsOf(metrics.jobs)?.values.length, 100);
      assertEquals(columnsOf(metrics.few), undefined);
    }
  });
});
