import { assertEquals, assertStrictEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { assertRefuses, assertRefusesUnchanged } from "../observe.ts";
import { attachTraffic, createTraffic, NOTHING } from "../traffic.ts";

/** Statistics with one bucket that holds something, and a thread's writer. */
function begun() {
  const stats = createTraffic();
  const id = stats.metrics.cell.create();
  const thread = stats.registerThread();
  const { cell } = thread.metrics;
  const held = { bytes: 1n, packets: 1, first: 1, last: 1, flags: 1 };
  cell.update(id, held);
  const read = () => stats.metrics.cell.read(id);
  return { stats, id, thread, cell, held, read };
}

describe("RecordWriter.begin()", () => {
  it("begins with the bucket's present values, and shows nothing before the commit", () => {
    const { id, cell, held, read } = begun();
    const burst = cell.begin(id);
    assertEquals(burst.id, id);
    assertEquals(
      [burst.bytes, burst.packets, burst.first, burst.last, burst.flags],
      [1n, 1, 1, 1, 1],
    );
    burst.merge({ bytes: 5, packets: 5 });
    burst.merge({ bytes: 5n, first: -5, flags: 8 });
    burst.packets *= 10;
    burst.flags &= ~1;
    burst.last = 0;
    burst.bytes -= 100n;
    assertEquals(read(), held);
    assertEquals([burst.bytes, burst.flags], [2n ** 64n - 89n, 8]);
    burst.commit();
    assertEquals(read(), { bytes: 2n ** 64n - 89n, packets: 60, first: -5, last: 0, flags: 8 });
  });

  it("is seen by readers whole or not at all, commit by commit", () => {
    const { stats, id, cell } = begun();
    const there = attachTraffic(stats).metrics.cell;
    for (let n = 2; n < 50; n++) {
      const burst = cell.begin(id);
      burst.packets++;
      assertEquals(there.read(id).packets, n - 1);
      burst.bytes += 1n;
      assertEquals(there.read(id).bytes, BigInt(n - 1));
      burst.commit();
      assertEquals([there.read(id).packets, there.read(id).bytes], [n, BigInt(n)]);
    }
  });

  it("gives the same object each time", () => {
    const { id, cell } = begun();
    const burst = cell.begin(id);
    burst.commit();
    assertStrictEquals(cell.begin(id), burst);
  });

  it("begins with the identities in a bucket that nobody touched, or that was cleared", () => {
    const { stats, id, cell } = begun();
    const fresh = stats.metrics.cell.create();
    const values = () => {
      const burst = cell.begin(fresh);
      const { bytes, packets, first, last, flags } = burst;
      burst.commit();
      return { bytes, packets, first, last, flags };
    };
    assertEquals(values(), NOTHING);
    cell.update(fresh, { packets: 5 });
    assertEquals(values(), { ...NOTHING, packets: 5 });
    stats.metrics.cell.clear(fresh);
    assertEquals(values(), NOTHING);
    stats.metrics.cell.destroy(id);
    assertEquals(stats.metrics.cell.create(), id);
    const burst = cell.begin(id);
    assertEquals([burst.bytes, burst.first], [0n, Infinity]);
    burst.discard();
  });

  it("is an error while another burst of the metric is open, and update() is, too", () => {
    const { stats, id, cell, thread, held } = begun();
    const other = stats.metrics.cell.create();
    const burst = cell.begin(id);
    burst.packets = 7;
    for (const bucket of [id, other]) {
      for (const verb of ["begin", "update"] as const) {
        assertRefusesUnchanged(
          stats,
          () => cell[verb](bucket, { packets: 1 }),
          TypeError,
          `Cannot ${verb} cell: no burst may be open, got an open one on bucket ${id}`,
        );
      }
    }
    // Other metrics and other threads go on.
    thread.metrics.flow.labels({ source: "a" }).begin().commit();
    thread.metrics.packets.add(1);
    attachTraffic(stats).registerThread().metrics.cell.update(id, { packets: 100 });
    assertEquals(burst.packets, 7, "the burst was not disturbed");
    burst.commit();
    assertEquals(stats.metrics.cell.read(id), { ...held, packets: 107 });
    cell.begin(other).commit();
    cell.update(other, {});
  });

  it("is the same error for labelled records", () => {
    const { stats, thread: { metrics: { flow } } } = begun();
    const child = flow.labels({ source: "a" });
    const burst = child.begin();
    const text = "no burst may be open, got an open one on bucket 0";
    for (const verb of ["begin", "update"] as const) {
      assertRefuses(() => child[verb]({}), TypeError, `Cannot ${verb} flow: ${text}`);
      assertRefuses(() => flow[verb](0, {}), TypeError, `Cannot ${verb} flow: ${text}`);
    }
    assertEquals(flow.labels({ source: "b" }).id, 1, "labels are no change");
    burst.packets = 5;
    burst.commit();
    assertEquals(stats.metrics.flow.read({ source: "a" }), { ...NOTHING, packets: 5 });
  });
});

describe("RecordBurst.discard()", () => {
  it("drops all changes, also for what comes after", () => {
    const { id, cell, held, read } = begun();
    const burst = cell.begin(id);
    burst.merge({ bytes: 100, packets: 100, first: -100, last: 100, flags: 100 });
    burst.packets = 5;
    burst.discard();
    burst.discard();
    assertEquals(read(), held);
    cell.update(id, { packets: 1 });
    assertEquals(read(), { ...held, packets: 2 });
    assertEquals(cell.begin(id).packets, 2);
  });

  it("is what `using` does without a commit, and nothing after one", () => {
    const { id, cell, held, read } = begun();
    {
      using burst = cell.begin(id);
      burst.packets = 100;
    }
    assertEquals(read(), held);
    {
      using burst = cell.begin(id);
      burst.packets = 100;
      burst.commit();
    }
    assertEquals(read(), { ...held, packets: 100 });
    cell.update(id, { packets: 1 });
    assertEquals(read().packets, 101);
  });

  it("takes a bucket that nobody touched back to the identities", () => {
    const { stats, cell } = begun();
    const fresh = stats.metrics.cell.create();
    const burst = cell.begin(fresh);
    burst.merge({ bytes: 1, packets: 1, first: 1, last: 1, flags: 1 });
    burst.discard();
    assertEquals(stats.metrics.cell.perThread(fresh), []);
    cell.update(fresh, {});
    assertEquals(stats.metrics.cell.read(fresh), NOTHING);
  });
});

describe("RecordBurst.commit()", () => {
  it("counts for nothing when the bucket was cleared or destroyed since it began", () => {
    for (const end of ["clear", "destroy", "destroy and create"] as const) {
      const { stats, id, cell } = begun();
      const burst = cell.begin(id);
      burst.merge({ bytes: 7, packets: 7 });
      if (end === "clear") stats.metrics.cell.clear(id);
      else stats.metrics.cell.destroy(id);
      if (end === "destroy and create") assertEquals(stats.metrics.cell.create(), id);
      burst.commit();
      if (end === "destroy") {
        assertEquals(stats.metrics.cell.ids(), []);
        continue;
      }
      assertEquals(stats.metrics.cell.read(id), NOTHING);
      assertEquals(stats.metrics.cell.perThread(id), []);
      cell.update(id, { packets: 1 });
      assertEquals(stats.metrics.cell.read(id), { ...NOTHING, packets: 1 });
    }
  });

  it("never counts in another label set's life of the bucket", () => {
    const { stats, thread: { metrics: { flow } } } = begun();
    const burst = flow.labels({ source: "old" }).begin();
    burst.packets = 7;
    stats.metrics.flow.destroy({ source: "old" });
    assertEquals(stats.metrics.flow.id({ source: "young" }), 0);
    burst.commit();
    assertEquals(stats.metrics.flow.read({ source: "young" }), NOTHING);
    flow.labels({ source: "young" }).update({ packets: 1 });
    assertEquals(stats.metrics.flow.read({ source: "young" }), { ...NOTHING, packets: 1 });
  });

  it("ends the burst: every use of it afterwards is refused", () => {
    for (const end of ["commit", "discard"] as const) {
      const { stats, id, cell } = begun();
      const burst = cell.begin(id);
      burst[end]();
      const uses: [string, () => unknown][] = [
        ["merge into", () => burst.merge({ packets: 1 })],
        ["commit", () => burst.commit()],
        ["read", () => burst.packets],
        ["read", () => burst.bytes],
        ["read", () => burst.flags],
        ["change", () => burst.packets = 5],
        ["change", () => burst.bytes = 5n],
        ["change", () => burst.flags = 5],
      ];
      for (const [verb, use] of uses) {
        assertRefusesUnchanged(
          stats,
          use,
          TypeError,
          `Cannot ${verb} cell: the burst must be open, got one that is over`,
        );
      }
    }
  });
});

describe("RecordBurst's properties", () => {
  it("refuse values of the wrong type or out of range, and keep the old ones", () => {
    const { stats, id, cell, held, read } = begun();
    const burst = cell.begin(id);
    const bad: [keyof typeof held, unknown, new () => Error, string][] = [
      ["bytes", 0.5, RangeError, "bytes must be a bigint or a safe integer, got 0.5"],
      ["bytes", NaN, RangeError, "bytes must be a bigint or a safe integer, got NaN"],
      ["bytes", "5", TypeError, 'bytes must be a bigint or a safe integer, got "5"'],
      ["bytes", undefined, TypeError, "bytes must be a bigint or a safe integer, got undefined"],
      ["packets", NaN, RangeError, "packets must be a finite number, got NaN"],
      ["packets", 5n, TypeError, "packets must be a number, got 5n"],
      ["packets", undefined, TypeError, "packets must be a number, got undefined"],
      ["first", "5", TypeError, 'first must be a number, got "5"'],
      ["last", null, TypeError, "last must be a number, got null"],
      ["flags", 0.5, RangeError, "flags must be an integer of 32 bits, got 0.5"],
      ["flags", 2 ** 32, RangeError, "flags must be an integer of 32 bits, got 4294967296"],
      ["flags", NaN, RangeError, "flags must be an integer of 32 bits, got NaN"],
      ["flags", 5n, TypeError, "flags must be a number, got 5n"],
    ];
    for (const [name, value, Class, text] of bad) {
      assertRefusesUnchanged(
        stats,
        () => (burst as unknown as Record<string, unknown>)[name] = value,
        Class,
        `Cannot change cell: ${text}`,
      );
    }
    burst.commit();
    assertEquals(read(), held);
  });

  it("take numbers for 64-bit integers, negative ones modulo 2^64, and signed 32 bits", () => {
    const { id, cell, read } = begun();
    const burst = cell.begin(id);
    (burst as { bytes: number | bigint }).bytes = -1;
    assertEquals(burst.bytes, 2n ** 64n - 1n);
    burst.bytes = 2n ** 64n + 5n;
    burst.flags = -1;
    assertEquals([burst.bytes, burst.flags], [5n, 0xffffffff]);
    burst.first = Infinity;
    burst.last = -Infinity;
    burst.commit();
    assertEquals(read(), {
      bytes: 5n,
      packets: 1,
      first: Infinity,
      last: -Infinity,
      flags: 0xffffffff,
    });
  });

  it("may set back what merging could never", () => {
    const { id, cell, read } = begun();
    const burst = cell.begin(id);
    burst.bytes = 0n;
    burst.packets = -5;
    burst.first = 100;
    burst.last = -100;
    burst.flags = 0;
    burst.commit();
    assertEquals(read(), { bytes: 0n, packets: -5, first: 100, last: -100, flags: 0 });
    cell.update(id, { first: 101, last: -101 });
    assertEquals([read().first, read().last], [100, -100]);
  });
});
