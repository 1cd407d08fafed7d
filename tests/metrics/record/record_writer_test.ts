import { assertEquals, assertNotStrictEquals, assertStrictEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { runInNewContext } from "node:vm";
import {
  defineSchema,
  record,
  type RecordBucketWriter,
  type RecordDelta,
  type RecordWriter,
  sum,
  ThreadStats,
} from "../../../mod.ts";
import { assertRefuses, assertRefusesUnchanged } from "../observe.ts";
import { attachTraffic, createTraffic, NOTHING, type traffic } from "../traffic.ts";

type Fields = typeof traffic.metrics.cell.fields;
type Delta = RecordDelta<Fields>;

describe("RecordWriter.update()", () => {
  it("merges each field by its op, and leaves out what the delta leaves out", () => {
    const stats = createTraffic();
    const id = stats.metrics.cell.create();
    const { cell } = stats.registerThread().metrics;
    const steps: [Delta, object][] = [
      [{}, {}],
      [{ bytes: 5 }, { bytes: 5n }],
      [{ packets: 0.5, flags: 4 }, { packets: 0.5, flags: 4 }],
      [{ first: 3, last: 3 }, { first: 3, last: 3 }],
      [{ first: 4, last: 2, flags: 1 }, { flags: 5 }],
      [{ first: -1, last: 9 }, { first: -1, last: 9 }],
      [{ bytes: 7n, packets: -2 }, { bytes: 12n, packets: -1.5 }],
      [{ bytes: undefined, packets: undefined, first: undefined, flags: undefined }, {}],
      [{ flags: -0x80000000 }, { flags: 0x80000005 }],
      [{ flags: 0xffffffff }, { flags: 0xffffffff }],
      [{ first: -Infinity, last: Infinity }, { first: -Infinity, last: Infinity }],
      [{ first: Infinity, last: -Infinity, packets: -0 }, {}],
    ];
    let expected: object = NOTHING;
    for (const [delta, change] of steps) {
      cell.update(id, delta);
      expected = { ...expected, ...change };
      assertEquals(stats.metrics.cell.read(id) as object, expected);
    }
  });

  it("adds u64 modulo 2^64, numbers and bigints, beyond 2^32 and below 0", () => {
    const stats = createTraffic();
    const id = stats.metrics.cell.create();
    const { cell } = stats.registerThread().metrics;
    let expected = 0n;
    const deltas = [
      ...[1, 2 ** 32 - 1, 1, 2 ** 32, 2 ** 32 + 1, Number.MAX_SAFE_INTEGER, -1, -(2 ** 32), -0],
      ...[Number.MIN_SAFE_INTEGER, 2n ** 63n, 2n ** 64n - 1n, -(2n ** 64n) - 5n, 2n ** 130n + 3n],
    ];
    for (const delta of deltas) {
      cell.update(id, { bytes: delta });
      expected = BigInt.asUintN(64, expected + BigInt(delta));
      assertEquals(stats.metrics.cell.read(id).bytes, expected, `${delta}`);
    }
    cell.update(id, { bytes: -expected - 1n });
    assertEquals(stats.metrics.cell.read(id).bytes, 2n ** 64n - 1n);
    // Threads add up modulo 2^64 too.
    attachTraffic(stats).registerThread().metrics.cell.update(id, { bytes: 3 });
    assertEquals(stats.metrics.cell.read(id).bytes, 2n);
  });

  it("merges threads' parts by the ops", () => {
    const stats = createTraffic();
    const id = stats.metrics.cell.create();
    const parts = [
      { bytes: 2n ** 63n, packets: 1, first: 5, last: 5, flags: 1 },
      { bytes: 2n ** 63n, packets: 2, first: 3, last: 9, flags: 6 },
      { bytes: 1n, packets: -1, first: 4, last: 1, flags: 0x80000000 },
    ];
    for (const part of parts) attachTraffic(stats).registerThread().metrics.cell.update(id, part);
    assertEquals(stats.metrics.cell.read(id), {
      bytes: 1n,
      packets: 2,
      first: 3,
      last: 9,
      flags: 0x80000007,
    });
    assertEquals(stats.metrics.cell.perThread(id).map(({ value }) => value), parts);
  });

  it("keeps buckets apart, over several segments", () => {
    const stats = createTraffic();
    const { cell } = stats.registerThread().metrics;
    const ids = Array.from({ length: 500 }, () => stats.metrics.cell.create());
    for (const id of [...ids].reverse()) cell.update(id, { packets: id, bytes: -id, last: id });
    for (const id of ids) cell.update(id, { packets: 1 });
    for (const id of ids) {
      const bytes = BigInt.asUintN(64, BigInt(-id));
      assertEquals(stats.metrics.cell.read(id), {
        ...NOTHING,
        packets: id + 1,
        bytes,
        last: id,
      });
    }
  });

  it("keeps every bit of a 64-bit integer when private memory grows", () => {
    // Bits that are a signalling NaN as a double: an engine may change those when it copies doubles.
    const stats = createTraffic();
    const { cell } = stats.registerThread().metrics;
    const bits = [0x7ff4000000000001n, 0xfff0000000000001n, 0x7ff0000000000001n];
    for (let id = 0; id < 64; id++) {
      stats.metrics.cell.create();
      cell.update(id, { bytes: bits[id % 3] });
    }
    for (let id = 64; id < 500; id++) stats.metrics.cell.create();
    cell.update(499, { packets: 1 });
    for (let id = 0; id < 64; id++) {
      cell.update(id, { packets: 1 });
      assertEquals(stats.metrics.cell.read(id).bytes, bits[id % 3]);
    }
  });

  it("takes deltas of any kind of object", () => {
    const stats = createTraffic();
    const id = stats.metrics.cell.create();
    const { cell } = stats.registerThread().metrics;
    cell.update(id, Object.create({ packets: 2 }));
    cell.update(id, Object.assign(Object.create(null), { packets: 3 }));
    cell.update(
      id,
      new (class {
        get packets() {
          return 4;
        }
      })(),
    );
    cell.update(id, { packets: 1, other: 5 } as Delta);
    for (
      const empty of [{}, Object.create(null), runInNewContext("({})"), { packets: undefined }]
    ) {
      cell.update(id, empty as Delta);
    }
    assertEquals(stats.metrics.cell.read(id), { ...NOTHING, packets: 10 });
  });

  it("refuses deltas none of whose fields it knows, and changes nothing", () => {
    const stats = createTraffic();
    const id = stats.metrics.cell.create();
    const { cell, flow } = stats.registerThread().metrics;
    const source = flow.labels({ source: "s" });
    const burst = flow.begin(stats.metrics.flow.id({ source: "t" }));
    const bad: [unknown, string][] = [
      [{ packet: 1 }, 'the unknown field "packet"'],
      [{ packet: undefined, other: 1 }, 'the unknown field "packet"'],
      [{ ["x".repeat(1e5)]: 1 }, `the unknown field "${"x".repeat(80)}…"`],
      [runInNewContext("({ packet: 1 })"), 'the unknown field "packet"'],
      [[], "[]"],
      [[1], "[1]"],
      [new Map([["packets", 1]]), "an object of class Map"],
      [new Int32Array(2 ** 26), "an object of class Int32Array"],
      [stats, "a ThreadStats"],
      [cell, "a RecordWriter of cell"],
    ];
    for (const [delta, got] of bad) {
      const calls: [() => void, string][] = [
        [() => cell.update(id, delta as Delta), "update cell"],
        [() => source.update(delta as Delta), "update flow"],
        [() => burst.merge(delta as Delta), "merge into flow"],
      ];
      for (const [call, what] of calls) {
        const text =
          `Cannot ${what}: the fields are bytes, packets, first, last, flags, got ${got}`;
        assertRefusesUnchanged(stats, call, TypeError, text);
      }
    }
    burst.merge({ packets: 1 });
    burst.commit();
  });

  it("reads a delta before anything else, so that a getter may use the same metric", () => {
    const uses: Record<string, [(writer: RecordWriter<Fields>, ids: number[]) => void, number]> = {
      "update of the same bucket": [(writer, [id]) => writer.update(id, { packets: 5 }), 106],
      "update that makes private memory grow": [(writer, [, far]) => writer.update(far, {}), 101],
      "begin()": [(writer, [id]) => writer.begin(id).discard(), 101],
      "commit()": [(writer, [id]) => writer.begin(id).commit(), 101],
    };
    for (const [what, [use, expected]] of Object.entries(uses)) {
      const stats = createTraffic();
      const ids = Array.from({ length: 300 }, () => stats.metrics.cell.create());
      const { cell } = stats.registerThread().metrics;
      cell.update(ids[0], { packets: 1 });
      cell.update(ids[0], {
        get packets() {
          use(cell, [ids[0], ids[299]]);
          return 100;
        },
      });
      assertEquals(stats.metrics.cell.read(ids[0]), { ...NOTHING, packets: expected }, what);
    }
  });

  it("sees what a getter of its delta has done: a burst left open, a clear, another life", () => {
    const stats = createTraffic();
    const id = stats.metrics.cell.create();
    const { cell, flow } = stats.registerThread().metrics;
    const update = (during: () => void) =>
      cell.update(id, {
        get packets() {
          during();
          return 100;
        },
      });
    cell.update(id, { packets: 1 });
    update(() => stats.metrics.cell.clear(id));
    assertEquals(stats.metrics.cell.read(id).packets, 100);

    assertRefuses(
      () => update(() => void cell.begin(id)),
      TypeError,
      `Cannot update cell: no burst may be open, got an open one on bucket ${id}`,
    );
    assertEquals(stats.metrics.cell.read(id).packets, 100);

    const source = flow.labels({ source: "a" });
    assertRefuses(
      () =>
        source.update({
          get packets() {
            stats.metrics.flow.destroy(source.id);
            flow.labels({ source: "b" }).update({ packets: 7 });
            return 100;
          },
        }),
      RangeError,
      `Cannot update flow: the bucket must be live, got ${source.id}, one that was destroyed`,
    );
    assertEquals(stats.metrics.flow.read({ source: "b" }).packets, 7);
  });

  it("refuses a bad field and changes nothing, not even the good ones beside it", () => {
    const stats = createTraffic();
    const id = stats.metrics.cell.create();
    const { cell, flow } = stats.registerThread().metrics;
    const source = flow.labels({ source: "s" });
    cell.update(id, { bytes: 1, packets: 1, first: 1, last: 1, flags: 1 });
    source.update({}); // the first touch takes memory, whatever becomes of it
    const bad: [string, unknown, new () => Error, string][] = [
      ["bytes", 0.5, RangeError, "bytes must be a bigint or a safe integer, got 0.5"],
      [
        "bytes",
        2 ** 53,
        RangeError,
        "bytes must be a bigint or a safe integer, got 9007199254740992",
      ],
      ["bytes", NaN, RangeError, "bytes must be a bigint or a safe integer, got NaN"],
      ["bytes", -Infinity, RangeError, "bytes must be a bigint or a safe integer, got -Infinity"],
      ["bytes", "1", TypeError, 'bytes must be a bigint or a safe integer, got "1"'],
      ["bytes", null, TypeError, "bytes must be a bigint or a safe integer, got null"],
      ["packets", NaN, RangeError, "packets must be a finite number, got NaN"],
      ["packets", Infinity, RangeError, "packets must be a finite number, got Infinity"],
      ["packets", -Infinity, RangeError, "packets must be a finite number, got -Infinity"],
      ["packets", 1n, TypeError, "packets must be a number, got 1n"],
      ["packets", null, TypeError, "packets must be a number, got null"],
      ["packets", "1", TypeError, 'packets must be a number, got "1"'],
      ["first", NaN, RangeError, "first must be a finite number, got NaN"],
      ["first", {}, TypeError, "first must be a number, got an object"],
      ["last", NaN, RangeError, "last must be a finite number, got NaN"],
      ["last", true, TypeError, "last must be a number, got true"],
      ["flags", 0.5, RangeError, "flags must be an integer of 32 bits, got 0.5"],
      ["flags", 2 ** 32, RangeError, "flags must be an integer of 32 bits, got 4294967296"],
      ["flags", -(2 ** 31) - 1, RangeError, "flags must be an integer of 32 bits, got -2147483649"],
      ["flags", NaN, RangeError, "flags must be an integer of 32 bits, got NaN"],
      ["flags", 1n, TypeError, "flags must be a number, got 1n"],
    ];
    const good = { bytes: 10, packets: 10, first: -10, last: 10, flags: 2 };
    for (const [name, value, Class, text] of bad) {
      const delta = { ...good, [name]: value } as Delta;
      assertRefusesUnchanged(
        stats,
        () => cell.update(id, delta),
        Class,
        `Cannot update cell: ${text}`,
      );
      assertRefusesUnchanged(
        stats,
        () => source.update(delta),
        Class,
        `Cannot update flow: ${text}`,
      );
      const burst = cell.begin(id);
      const merged = `Cannot merge into cell: ${text}`;
      assertRefusesUnchanged(stats, () => burst.merge(delta), Class, merged);
      burst.commit();
    }
    const shapes: [unknown, string][] = [
      [null, "null"],
      [undefined, "undefined"],
      [5, "5"],
      ["x", '"x"'],
      [() => {}, "a function"],
    ];
    for (const [delta, got] of shapes) {
      assertRefusesUnchanged(
        stats,
        () => cell.update(id, delta as Delta),
        TypeError,
        `Cannot update cell: the change must be an object, got ${got}`,
      );
    }
    // What was refused has left no trace in private memory either.
    cell.update(id, {});
    const once = { bytes: 1n, packets: 1, first: 1, last: 1, flags: 1 };
    assertEquals(stats.metrics.cell.read(id), once);
    cell.update(id, { packets: 1 });
    assertEquals(stats.metrics.cell.read(id), { ...once, packets: 2 });
  });

  it("refuses buckets that do not live", () => {
    const stats = createTraffic();
    const { cell } = stats.metrics;
    const dead = cell.create();
    const live = cell.create();
    const writer = stats.registerThread().metrics.cell;
    writer.update(dead, { packets: 1 });
    writer.update(live, { packets: 1 });
    attachTraffic(stats).metrics.cell.destroy(dead);
    const bad: [unknown, new () => Error, string][] = [
      [dead, RangeError, "the bucket must be live, got 0, one that was destroyed"],
      [2, RangeError, "the bucket must be live, got 2, one that never lived"],
      [100, RangeError, "the bucket must be live, got 100, one that never lived"],
      [-1, RangeError, "the bucket must be live, got -1, no id"],
      [1.5, RangeError, "the bucket must be live, got 1.5, no id"],
      [NaN, RangeError, "the bucket must be live, got NaN, no id"],
      [2 ** 32 + 1, RangeError, "the bucket must be live, got 4294967297, no id"],
      ["1", TypeError, 'the bucket\'s id must be a number, got "1"'],
      [undefined, TypeError, "the bucket's id must be a number, got undefined"],
      [1n, TypeError, "the bucket's id must be a number, got 1n"],
      [{ source: "a" }, TypeError, "the bucket's id must be a number, got an object"],
    ];
    for (const [id, Class, text] of bad) {
      for (const verb of ["update", "begin"] as const) {
        assertRefusesUnchanged(
          stats,
          () => writer[verb](id as number, { packets: 1 }),
          Class,
          `Cannot ${verb} cell: ${text}`,
        );
      }
    }
  });

  it("starts again from the identities after a clear", () => {
    const stats = createTraffic();
    const id = stats.metrics.cell.create();
    const { cell } = stats.registerThread().metrics;
    cell.update(id, { bytes: 1, packets: 1, first: 1, last: 1, flags: 1 });
    attachTraffic(stats).metrics.cell.clear(id);
    cell.update(id, {});
    assertEquals(stats.metrics.cell.read(id), NOTHING);
    assertEquals(stats.metrics.cell.perThread(id).length, 1, "an empty commit is a commit");
    cell.update(id, { last: -5 });
    assertEquals(stats.metrics.cell.read(id), { ...NOTHING, last: -5 });
  });
});

describe("LabelledRecordWriter.labels()", () => {
  it("gives the same child for the same labels, bound to one bucket", () => {
    const stats = createTraffic();
    const { flow } = stats.registerThread().metrics;
    const child = flow.labels({ source: "a" });
    assertEquals(child.id, 0);
    assertStrictEquals(flow.labels({ source: "a" }), child);
    child.update({ packets: 1 });
    flow.update(child.id, { packets: 2 });
    flow.labels({ source: "a" }).begin().commit();
    assertStrictEquals(flow.labels({ source: "a" }), child);
    assertNotStrictEquals(flow.labels({ source: "b" }), child);
    assertEquals(stats.metrics.flow.read({ source: "a" }).packets, 3);
    assertEquals(attachTraffic(stats).registerThread().metrics.flow.labels({ source: "b" }).id, 1);
  });

  it("refuses labels that are not exactly the metric's, also beside known ones", () => {
    const stats = createTraffic();
    const { flow } = stats.registerThread().metrics;
    const what = "Cannot bind labels of flow:";
    const bad: [unknown, string][] = [
      [undefined, `${what} the labels must be source, got undefined`],
      [{}, `${what} the labels must be source, got no source`],
      [{ source: "a", x: "b" }, `${what} the labels must be source, got the unknown label x`],
      [{ target: "a" }, `${what} the labels must be source, got the unknown label target`],
      [{ source: 1 }, `${what} the label source must be a string, got 1`],
    ];
    for (let round = 0; round < 2; round++) {
      for (const [labels, text] of bad) {
        assertRefusesUnchanged(
          stats,
          () => flow.labels(labels as { source: string }),
          TypeError,
          text,
        );
      }
      flow.labels({ source: "a" }).update({ packets: 1 });
    }
  });

  it("counts each commit beyond maxSeries", () => {
    const stats = createTraffic();
    const { flow } = stats.registerThread().metrics;
    for (const source of ["a", "b", "c"]) flow.labels({ source }).update({ packets: 1 });
    const overflow = flow.labels({ source: "d" });
    assertStrictEquals(flow.labels({ source: "e" }), overflow);
    assertEquals(stats.metrics.flow.overflowed(), 0);
    overflow.update({ packets: 1 });
    overflow.update({ packets: 1 });
    const burst = overflow.begin();
    burst.merge({ packets: 1 });
    burst.merge({ packets: 1 });
    burst.commit();
    overflow.begin().discard();
    flow.update(overflow.id, { packets: 1 });
    flow.labels({ source: "a" }).update({ packets: 1 });
    assertEquals(stats.metrics.flow.overflowed(), 4);
    assertEquals(stats.metrics.flow.series()[3], {
      id: 3,
      labels: { otel_metric_overflow: "true" },
      value: { ...NOTHING, packets: 5 },
    });
    // The overflow series' id may become another's: then its commits are counted no more.
    for (const source of ["a", "b", "c"]) stats.metrics.flow.destroy({ source });
    stats.metrics.flow.destroy(3);
    for (const source of ["f", "g", "h"]) flow.labels({ source }).update({ packets: 1 });
    assertEquals(stats.metrics.flow.overflowed(), 4);
  });

  it("counts no more for the overflow series when its bucket has become another's", () => {
    const schema = defineSchema({ r: record({ n: sum() }, { labels: ["l"], maxSeries: 1 }) });
    const stats = ThreadStats.create(schema);
    const { r } = stats.registerThread().metrics;
    r.labels({ l: "a" }).update({ n: 1 });
    r.labels({ l: "b" }).update({ n: 1 });
    assertEquals(stats.metrics.r.overflowed(), 1);
    stats.metrics.r.destroy(1);
    stats.metrics.r.destroy(0);
    r.labels({ l: "c" }).update({ n: 1 }); // bucket 0
    const overflow = r.labels({ l: "d" }); // bucket 1 again
    overflow.update({ n: 1 });
    assertEquals(stats.metrics.r.overflowed(), 2);
    r.labels({ l: "c" }).update({ n: 1 });
    assertEquals(stats.metrics.r.overflowed(), 2);
  });

  it("never changes a bucket's new life for its old labels", () => {
    const stats = createTraffic();
    const there = attachTraffic(stats);
    const { flow } = stats.registerThread().metrics;
    const gone = (child: RecordBucketWriter<typeof traffic.metrics.flow.fields>) => {
      for (const verb of ["update", "begin"] as const) {
        assertRefusesUnchanged(
          stats,
          () => child[verb]({ packets: 1 }),
          RangeError,
          `Cannot ${verb} flow: the bucket must be live, got 0, one that was destroyed`,
        );
      }
    };
    const old = flow.labels({ source: "old" });
    old.update({ packets: 1 });
    there.metrics.flow.destroy({ source: "old" });
    gone(old);
    const young = flow.labels({ source: "young" });
    assertEquals(young.id, 0);
    gone(old);
    young.update({ packets: 10 });
    gone(old);
    young.update({ packets: 10 });
    assertEquals(stats.metrics.flow.series(), [
      { id: 0, labels: { source: "young" }, value: { ...NOTHING, packets: 20 } },
    ]);
    // The same labels again are another life.
    stats.metrics.flow.destroy(0);
    const again = flow.labels({ source: "old" });
    assertNotStrictEquals(again, old);
    gone(old);
    again.update({ packets: 3 });
    stats.metrics.flow.clear(0);
    gone(old);
    again.update({ packets: 4 });
    again.begin().commit();
    gone(old);
    assertEquals(stats.metrics.flow.read({ source: "old" }).packets, 4);
  });
});
