import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { counter, defineSchema, Snapshot, type SnapshotData, ThreadStats } from "../../mod.ts";
import { StartTimes } from "../../src/export/start_times.ts";

describe("StartTimes", () => {
  const schema = defineSchema({ jobs: counter({ labels: ["queue"] }), hits: counter() });

  /** Statistics, and snapshots of them at times that the test sets. */
  function watched() {
    const stats = ThreadStats.create(schema);
    const starts = new StartTimes();
    const observe = (takenAt: number, startedAt = 1000) => {
      const snapshot = new Snapshot<typeof schema.metrics>({
        ...stats.snapshot(),
        ...{ takenAt, startedAt },
      });
      starts.observe(snapshot as SnapshotData);
      return Object.fromEntries(
        snapshot.metrics.jobs.series.map((row) => [row.labels.queue, starts.of("jobs", row)]),
      );
    };
    return { stats, starts, observe };
  }

  it("of() is the start of the statistics for series in the first snapshot", () => {
    const { stats, observe } = watched();
    stats.metrics.jobs.id({ queue: "a" });
    assertEquals(observe(5000), { a: 1000 });
    assertEquals(observe(6000), { a: 1000 });
  });

  it("of() is the previous snapshot for series that were created or cleared since", () => {
    const { stats, observe } = watched();
    for (const queue of ["a", "b", "c"]) stats.metrics.jobs.id({ queue });
    observe(5000);
    stats.metrics.jobs.clear({ queue: "a" });
    stats.metrics.jobs.destroy({ queue: "b" });
    stats.metrics.jobs.id({ queue: "b" });
    stats.metrics.jobs.id({ queue: "d" });
    assertEquals(observe(6000), { a: 5000, b: 5000, c: 1000, d: 5000 });
    stats.metrics.jobs.clear({ queue: "a" });
    assertEquals(observe(7000), { a: 6000, b: 5000, c: 1000, d: 5000 });
  });

  it("of() follows ids with gaps", () => {
    const { stats, observe } = watched();
    for (const queue of ["a", "b", "c"]) stats.metrics.jobs.id({ queue });
    stats.metrics.jobs.destroy({ queue: "a" });
    assertEquals(observe(5000), { b: 1000, c: 1000 });
    stats.metrics.jobs.id({ queue: "e" });
    assertEquals(observe(6000), { e: 5000, b: 1000, c: 1000 });
  });

  it("of() is undefined for unknown series, and if the statistics' start is invalid", () => {
    const { stats, starts, observe } = watched();
    const id = stats.metrics.jobs.id({ queue: "a" });
    assertEquals(starts.of("jobs", { id, labels: {}, value: 0, epoch: 1 }), undefined);
    assertEquals(observe(5000, NaN), { a: undefined });
  });

  it("of() is undefined for a series that was cleared before a later snapshot", () => {
    const { stats, starts, observe } = watched();
    stats.metrics.jobs.id({ queue: "a" });
    const [row] = stats.snapshot().metrics.jobs.series;
    observe(5000);
    assertEquals(starts.of("jobs", row), 1000);
    stats.metrics.jobs.clear({ queue: "a" });
    observe(6000);
    assertEquals(starts.of("jobs", row), undefined);
  });
});
