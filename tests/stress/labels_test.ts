import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { ThreadStats } from "../../mod.ts";
import { Arena } from "../../src/memory/arena.ts";
import { meanwhile, startCrew, type Stats } from "./crew.ts";
import { assertMarked, markerOf, schema } from "./schema.ts";
import { runtime, scaled } from "./scale.ts";

/** All live labels with their values, each once. */
function seriesByLabels(stats: Stats) {
  const all = new Map<string, { id: number; mark: number; count: bigint }>();
  for (const { id, labels, value } of stats.metrics.flow.series()) {
    const text = JSON.stringify(labels);
    if (all.has(text)) throw new Error(`series() has ${text} twice`);
    assertMarked(value, labels);
    all.set(text, { id, ...value });
  }
  return all;
}

describe("LabelledRecordWriter.labels()", () => {
  it("gives the same labels the same bucket in 4 threads that meet them in different orders", async () => {
    const stats = ThreadStats.create(schema);
    await using crew = await startCrew(stats, "buckets", { count: 4 });
    const series = Math.min(3900, scaled(2000));
    const work = crew.workers.map((worker) => worker.call<number[]>("intern", series, 3));
    const ids = await meanwhile(work, () => seriesByLabels(stats), 1);
    for (const others of ids) assertEquals(others, ids[0]);
    assertEquals([...ids[0]].sort((a, b) => a - b), Array.from({ length: series }, (_, n) => n));
    const all = seriesByLabels(stats);
    assertEquals(all.size, series);
    for (const [text, { id, mark, count }] of all) {
      const { x, y } = JSON.parse(text);
      assertEquals([count, mark], [12n, 12 * markerOf(x, y)]);
      assertEquals(id, ids[0][Number(y.slice(1))]);
    }
    for (const { value } of stats.metrics.calls.series()) assertEquals(value, 4);
  });

  it("keeps updates apart while 4 threads bind, update, destroy and read the same few labels", async () => {
    const stats = ThreadStats.create(schema);
    await using crew = await startCrew(stats, "buckets", { count: 4 });
    const work = crew.workers.map((worker) => worker.call<number>("labelRace", 4, scaled(100_000)));
    await meanwhile(work, () => {
      seriesByLabels(stats);
      for (const x of ["v0", "v1"]) {
        const labels = { x, y: "v1" };
        assertMarked(stats.metrics.flow.read(labels), labels);
      }
    }, 20);
    for (const [text, { id }] of seriesByLabels(stats)) {
      assertEquals(stats.metrics.flow.id(JSON.parse(text)), id);
    }
    assert(stats.metrics.flow.ids().every((id) => id < 8));
  });

  it("sends what goes beyond maxSeries to one overflow series, and counts it", async () => {
    const stats = ThreadStats.create(schema);
    await using crew = await startCrew(stats, "buckets", { count: 4 });
    const count = scaled(2000);
    await Promise.all(crew.workers.map((worker) => worker.call("overflow", count)));
    const series = stats.metrics.few.series();
    assertEquals(series.length, 9);
    assertEquals(series.filter(({ labels }) => labels.otel_metric_overflow === "true").length, 1);
    assertEquals(series.reduce((sum, { value }) => sum + value, 0), 4 * count);
    const overflow = series.find(({ labels }) => labels.otel_metric_overflow === "true")!;
    assertEquals(stats.metrics.few.overflowed(), overflow.value);
    assertEquals(overflow.value, 4 * (count - 8));
  });
});

describe("LabelledReader.destroy()", () => {
  // Ten million are to be recycled: Bun does it by hand (about 50 s), THREAD_STATS_STRESS=10 makes
  // the others do it too.
  const total = scaled(runtime === "bun" ? 10_000_000 : 1_000_000);
  it(`recycles ids and texts: ${total} labelled buckets of 2 threads in bounded memory`, async () => {
    const stats = ThreadStats.create(schema);
    await using crew = await startCrew(stats, "buckets", { count: 2 });
    let early = 0;
    const used = () => new Arena(stats.handle).bytesUsed;
    const work = crew.workers.map((worker) => worker.call("labelChurn", total / 2));
    await meanwhile(work, () => {
      if (early === 0 && crew.progress.get(0) > total / 40) early = used();
      stats.metrics.calls.series();
    }, 1);
    console.log(`  ${total} lives, ${early} bytes used after a twentieth, ${used()} in the end`);
    assert(early > 0);
    // A thread that was suspended with a text in its hands makes the others take one more, and
    // perhaps apart from the others.
    assert(used() - early <= 8192, `${used()} bytes, ${early} after a twentieth`);
    assertEquals(stats.metrics.calls.ids(), []);
    assertEquals(stats.metrics.calls.id({ key: "next" }), 0);
  });
});
