import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { counter, defineSchema, Snapshot, type SnapshotData, ThreadStats } from "../../mod.ts";
import { StartTimes } from "../../src/export/start_times.ts";

describe("StartTimes", () => {
  const schema = defineSchema({ jobs: counter({ labels: ["queue"] }), hits: counter() });

  /** Statistics, and looks at them at times that the test says. */
  function watched() {
    const stats = ThreadStats.create(schema);
    const starts = new StartTimes();
    const look = (takenAt: number, startedAt = 1000) => {
      const snapshot = new Snapshot<typeof schema.metrics>({
        ...stats.snapshot(),
        ...{ takenAt, startedAt },
      });
      starts.observe(snapshot as SnapshotData);
      return Object.fromEntries(
        snapshot.metrics.jobs.series.map((row) => [row.labels.queue, starts.of("jobs", row)]),
      );
    };
    return { stats, starts, look };
  }

  it("of() is the start of the statistics for what the first look finds", () => {
    const { stats, look } = watched();
    stats.metrics.jobs.id({ queue: "a" });
    assertEquals(look(5000), { a: 1000 });
    assertEquals(look(6000), { a: 1000 });
  });

  it("of() is the look before for what was made, made again or cleared since", () => {
    const { stats, look } = watched();
    for (const queue of ["a", "b", "c"]) stats.metrics.jobs.id({ queue });
    look(5000);
    stats.metrics.jobs.clear({ queue: "a" });
    stats.metrics.jobs.destroy({ queue: "b" });
    stats.metrics.jobs.id({ queue: "b" });
    stats.metrics.jobs.id({ queue: "d" });
    assertEquals(look(6000), { a: 5000, b: 5000, c: 1000, d: 5000 });
    stats.metrics.jobs.clear({ queue: "a" });
    assertEquals(look(7000), { a: 6000, b: 5000, c: 1000, d: 5000 });
  });

  it("of() follows ids with gaps", () => {
    const { stats, look } = watched();
    for (const queue of ["a", "b", "c"]) stats.metrics.jobs.id({ queue });
    stats.metrics.jobs.destroy({ queue: "a" });
    assertEquals(look(5000), { b: 1000, c: 1000 });
    stats.metrics.jobs.id({ queue: "e" });
    assertEquals(look(6000), { e: 5000, b: 1000, c: 1000 });
  });

  it("of() is undefined for what it has not seen, and where the memory's start is no time", () => {
    const { stats, starts, look } = watched();
    const id = stats.metrics.jobs.id({ queue: "a" });
    assertEquals(starts.of("jobs", { id, labels: {}, value: 0, epoch: 1 }), undefined);
    assertEquals(look(5000, NaN), { a: undefined });
  });

  it("of() is undefined for a series that a later look has found cleared", () => {
    const { stats, starts, look } = watched();
    stats.metrics.jobs.id({ queue: "a" });
    const [row] = stats.snapshot().metrics.jobs.series;
    look(5000);
    assertEquals(starts.of("jobs", row), 1000);
    stats.metrics.jobs.clear({ queue: "a" });
    look(6000);
    assertEquals(starts.of("jobs", row), undefined);
  });
});
