import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { counter, defineSchema, gauge, histogram, record, sum, ThreadStats } from "../../mod.ts";
import { scaled } from "../stress/scale.ts";
import { heapUsed } from "../support/heap.ts";
import { fc } from "./fast_check.ts";

const MOST = { short: 20, middle: 600, long: 5000, times: 1024 };
const schema = defineSchema({
  short: counter({ labels: ["a"], maxLabelLength: MOST.short, maxSeries: 6 }),
  middle: gauge({
    labels: ["a", "b"],
    maxLabelLength: MOST.middle,
    maxSeries: 6,
  }),
  long: record({ n: sum() }, {
    labels: ["a"],
    maxLabelLength: MOST.long,
    maxSeries: 6,
  }),
  times: histogram({ labels: ["a"], boundaries: [1], maxSeries: 6 }),
});
type Name = keyof typeof MOST;
const NAMES = Object.keys(MOST) as Name[];

/** Lengths near all that matters: a head, a line, the limits and beyond. */
const length = fc.oneof(
  fc.nat(40),
  fc.constantFrom(12, 13, 14, 15, 16, 30, 46, 600, 601, 1024, 1025, 5000, 5001),
  fc.nat(6000),
);
const step = fc.record({
  thread: fc.nat(2),
  metric: fc.constantFrom(...NAMES),
  text: fc.nat(3),
  length,
  action: fc.constantFrom(
    "update",
    "update",
    "update",
    "destroy",
    "destroy",
    "read",
  ),
});

const textOf = (text: number, length: number) => `${"abcd"[text]}`.repeat(length);
const labelsOf = (metric: Name, a: string) => metric === "middle" ? { a, b: a } : { a };

/** The statistics as some threads have them. Their calls go by name, so the types cannot follow. */
// deno-lint-ignore no-explicit-any
type Any = any;

function attachTwice(maxByteLength: number) {
  const stats = ThreadStats.create(schema, { maxThreads: 4, maxByteLength });
  return [
    stats,
    ThreadStats.attach(schema, stats.handle),
    ThreadStats.attach(schema, stats.handle),
  ]
    .map((stats) => ({ stats, thread: stats.registerThread() }));
}

describe("labels of all lengths", () => {
  it("are held equal to a plain map, in memory bounded by the most alive at once", () => {
    // Four metrics with six series each and the overflow series: at most so many bytes of text at a
    // time.
    const most = 7 * (20 + 1200 + 5000 + 1024) * 2 + 4 * 7 * 64;
    fc.assert(
      fc.property(
        fc.array(step, { minLength: 50, maxLength: 400 }),
        (history) => {
          const threads = attachTwice(2 ** 21);
          for (const { stats, thread } of threads) {
            for (const name of NAMES) {
              const labels = labelsOf(name, "");
              update(thread, name, labels);
              (stats.metrics as Any)[name].destroy(labels);
            }
          }
          const start = threads[0].stats.snapshot().self.arena.usedBytes;
          const live = new Map<string, number>();
          const counts: Record<string, number> = {};
          for (const { thread: n, metric, text, length, action } of history) {
            const { stats, thread } = threads[n];
            const reader = (stats.metrics as Any)[metric];
            const labels = labelsOf(metric, textOf(text, length));
            const own = `${metric} ${textOf(text, length)}`;
            const others = [...live.keys()].filter((key) => key.startsWith(`${metric} `));
            const isIn = length <= MOST[metric] &&
              (live.has(own) ||
                others.filter((key) => key !== `${metric} overflow`).length <
                  6);
            const key = isIn ? own : `${metric} overflow`;
            // Labels that are too long name the overflow series; those for which there was no room
            // name none.
            const named = length > MOST[metric] ? `${metric} overflow` : own;
            if (action === "update") {
              update(thread, metric, labels);
              live.set(key, (live.get(key) ?? 0) + 1);
              if (!isIn) counts[metric] = (counts[metric] ?? 0) + 1;
            } else if (action === "destroy" && live.has(named)) {
              reader.destroy(labels);
              live.delete(named);
            }
            assertEquals(
              countOf(metric, reader.read(labels)),
              live.get(named) ?? 0,
            );
          }
          for (const { stats } of threads) {
            for (const name of NAMES) {
              const series: Any[] = (stats.metrics as Any)[name].series();
              const seen = series.map(({ labels, value }) =>
                [
                  `${name} ${labels.a ?? "overflow"}`,
                  countOf(name, value),
                ] as const
              );
              const wanted = [...live].filter(([key]) => key.startsWith(`${name} `));
              assertEquals(new Map(seen), new Map(wanted));
              assertEquals(
                (stats.metrics as Any)[name].overflowed(),
                counts[name] ?? 0,
              );
            }
          }
          const used = threads[0].stats.snapshot().self.arena.usedBytes - start;
          // Twice: lines between pieces in use, a map, and segments of cells that a thread first
          // needed.
          assert(
            used <= 2 * most + 65536,
            `${used} bytes for at most ${most} of text`,
          );
        },
      ),
      { numRuns: scaled(40) },
    );
  });

  it("leave their memory to whatever needs some next", () => {
    const schema = defineSchema({
      texts: counter({
        labels: ["a"],
        maxLabelLength: 2 ** 20,
        maxSeries: 5000,
      }),
      others: counter({ labels: ["b"], maxSeries: 20_000 }),
      cells: record({ n: sum() }),
      times: histogram({ labels: ["c"], lowest: 1e-6, highest: 60 }),
    });
    for (const size of [900, 1024, 10_000, 50_000, 2 ** 20]) {
      const stats = ThreadStats.create(schema, {
        maxThreads: 2,
        maxByteLength: 2 ** 23,
      });
      const { texts, cells } = stats.metrics;
      const thread = stats.registerThread();
      for (let round = 0; round < 3; round++) {
        let made = 0;
        try {
          for (;;) {
            texts.id({ a: `${made}`.padEnd(size, "x") });
            made++;
          }
        } catch (error) {
          // Full now.
          assert(
            error instanceof RangeError &&
              / must allocate /.test(error.message),
            `${error}`,
          );
        }
        assert(
          made * size * 2 > (round === 0 ? 2 ** 22 : 2 ** 20),
          `${made} texts of ${size}`,
        );
        for (const id of texts.ids()) texts.destroy(id);
        if (round > 0) continue;
        // Short texts, segments of buckets and of cells, blocks of bins.
        for (let n = 0; n < 2000; n++) {
          thread.metrics.others.labels({ b: `b${n}` }).add();
        }
        for (let n = 0; n < 2000; n++) {
          thread.metrics.cells.update(cells.create(), { n: 1 });
        }
        for (let n = 0; n < 20; n++) {
          thread.metrics.times.labels({ c: `c${n}` }).record(1);
        }
        assertEquals(stats.metrics.others.series().length, 2000);
        assert(stats.metrics.others.series().every(({ value }) => value === 1));
        assert(cells.series().every(({ value }) => value.n === 1));
        assert(
          stats.metrics.times.series().every(({ value }) => value.count === 1),
        );
      }
    }
  });

  it("come and go without an end in the private memory of threads that write, read and list", async () => {
    for (const [size, lives] of [[1024, 8000], [50_000, 300], [2 ** 20, 30]]) {
      const schema = defineSchema({
        texts: counter({
          labels: ["a"],
          maxLabelLength: 2 ** 20,
          maxSeries: 4,
        }),
      });
      const stats = ThreadStats.create(schema, { maxByteLength: 2 ** 25 });
      const reader = ThreadStats.attach(schema, stats.handle);
      const { texts } = stats.registerThread().metrics;
      const round = (n: number) => {
        const labels = { a: `${n}`.padEnd(size, "x") };
        texts.labels(labels).add();
        assertEquals(reader.metrics.texts.read(labels), 1);
        assertEquals(stats.snapshot().metrics.texts.series.length, 1);
        reader.metrics.texts.destroy(labels);
      };
      for (let n = 0; n < lives / 10; n++) round(n);
      const before = await heapUsed();
      const used = stats.snapshot().self.arena.usedBytes;
      for (let n = 0; n < lives; n++) round(lives + n);
      const grown = await heapUsed() - before;
      assertEquals(stats.snapshot().self.arena.usedBytes, used);
      // The texts alone would be 16 MB and more.
      assert(
        grown < 2 ** 23,
        `${grown} bytes more after ${lives} texts of ${size}`,
      );
    }
  });
});

function update(thread: Any, name: Name, labels: object): void {
  const writer = thread.metrics[name].labels(labels);
  switch (name) {
    case "short":
      return writer.add();
    case "middle":
      return writer.add();
    case "long":
      return writer.update({ n: 1 });
    case "times":
      return writer.record(1);
  }
}

function countOf(name: Name, value: Any): number {
  return name === "long" ? value.n : name === "times" ? value.count : value;
}
