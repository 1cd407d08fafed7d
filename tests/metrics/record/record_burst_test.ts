import { assertEquals, assertNotStrictEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { type RecordBurst, type RecordDelta, StaleThreadError, ThreadStats } from "../../../mod.ts";
import { assertRefuses, assertRefusesUnchanged, observe } from "../observe.ts";
import { attachTraffic, createTraffic, NOTHING, traffic } from "../../support/traffic.ts";

/** Statistics with one bucket that has a value, and a thread's writer. */
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

type Burst = RecordBurst<typeof traffic.metrics.cell.fields>;

/**
 * Fails unless every use of the burst is refused and changes nothing. An assignment to a field
 * after the commit must be ignored.
 */
function assertIsOver(
  stats: ReturnType<typeof createTraffic>,
  burst: Burst,
  how: "committed" | "discarded",
  metric = "cell",
): void {
  const uses: [string, () => unknown][] = [
    ["merge into", () => burst.merge({ packets: 1 })],
    ["commit", () => burst.commit()],
    ["read", () => burst.packets],
    ["read", () => burst.bytes],
    ["read", () => burst.flags],
    ["change", () => burst.packets = 5],
    ["change", () => burst.bytes = 5n],
    ["change", () => burst.flags = 0.5],
  ];
  for (const [verb, use] of uses) {
    if (verb === "change" && how === "committed") {
      const before = observe(stats);
      use();
      assertEquals(observe(stats), before);
      continue;
    }
    assertRefusesUnchanged(
      stats,
      use,
      TypeError,
      `Cannot ${verb} ${metric}: the burst must be open, got one that is over`,
    );
  }
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

  it("shows in readers as a whole or not at all", () => {
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

  it("returns a new object each time", () => {
    const { id, cell } = begun();
    const burst = cell.begin(id);
    burst.commit();
    assertNotStrictEquals(cell.begin(id), burst);
  });

  it("begins with the identities in a bucket that is unused or was cleared", () => {
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

  it("allows open bursts of several buckets at once, also when private memory grows", () => {
    const { stats, id, cell, held, read } = begun();
    const others = Array.from({ length: 300 }, () => stats.metrics.cell.create());
    const first = cell.begin(id);
    first.packets += 6;
    const bursts = others.map((other) => {
      const burst = cell.begin(other);
      burst.packets = other;
      burst.bytes += BigInt(other);
      return burst;
    });
    cell.update(others[0], { packets: 1 }); // discards one of them
    assertEquals([first.packets, bursts[7].packets], [7, others[7]]);
    for (const burst of bursts.slice(1)) burst.commit();
    assertEquals(read(), held, "the first is still open");
    first.bytes += 1n;
    first.commit();
    assertEquals(read(), { ...held, packets: 7, bytes: 2n });
    for (const other of others) {
      const { packets, bytes } = stats.metrics.cell.read(other);
      const wanted = other === others[0] ? [1, 0n] : [other, BigInt(other)];
      assertEquals([packets, bytes], wanted);
    }
  });

  it("discards the open burst of the same bucket, as update() does, and of no other bucket", () => {
    for (const verb of ["begin", "update"] as const) {
      const { stats, id, cell, thread, held, read } = begun();
      const other = stats.metrics.cell.create();
      const [open, beside] = [cell.begin(id), cell.begin(other)];
      open.packets = 7;
      beside.packets = 8;
      if (verb === "begin") {
        const next = cell.begin(id);
        assertEquals(next.packets, held.packets, "from the last commit on");
        assertIsOver(stats, open, "discarded");
        open.discard();
        open[Symbol.dispose]();
        next.packets += 1;
        next.commit();
      } else {
        cell.update(id, { packets: 1 });
        assertIsOver(stats, open, "discarded");
      }
      assertEquals(read(), { ...held, packets: 2 });
      beside.commit();
      assertEquals(stats.metrics.cell.read(other), { ...NOTHING, packets: 8 });
      thread.metrics.flow.labels({ source: "a" }).begin().commit();
    }
  });

  it("does the same by label and by id: they are one bucket", () => {
    const { stats, thread: { metrics: { flow } } } = begun();
    const child = flow.labels({ source: "a" });
    const changes: (() => void)[] = [
      () => child.begin().discard(),
      () => child.update({}),
      () => flow.begin(child.id).discard(),
      () => flow.update(child.id, {}),
    ];
    for (const begin of [() => child.begin(), () => flow.begin(child.id)]) {
      for (const change of changes) {
        const open = begin();
        open.packets = 5;
        change();
        assertIsOver(stats, open, "discarded", "flow");
        assertEquals(stats.metrics.flow.read({ source: "a" }), NOTHING);
      }
    }
  });

  it("discards nothing when it, or an update, is refused", () => {
    const { stats, id, cell, held, read } = begun();
    const burst = cell.begin(id);
    burst.packets = 7;
    for (const delta of [null, { packets: "1" }, { packets: 1, flags: 0.5 }, { bytes: NaN }]) {
      assertThrows(() => cell.update(id, delta as RecordDelta<typeof traffic.metrics.cell.fields>));
    }
    for (const bad of [-1, 1.5, "0", undefined, 1n, 100]) {
      assertThrows(() => cell.begin(bad as number));
      assertThrows(() => cell.update(bad as number, { packets: 1 }));
    }
    assertEquals(read(), held);
    assertEquals(stats.metrics.cell.ids(), [id]);
    burst.commit();
    assertEquals(read(), { ...held, packets: 7 });
  });

  it("is not blocked by an open burst that the program has lost", () => {
    const { stats, id, cell, held, read } = begun();
    const other = stats.metrics.cell.create();
    assertThrows(() => {
      const burst = cell.begin(id);
      burst.packets += (undefined as unknown as { length: number }).length;
      burst.commit();
    });
    for (let n = 1; n <= 3; n++) {
      cell.update(other, { packets: 1 });
      cell.update(id, { packets: 1 });
      assertEquals(read(), { ...held, packets: 1 + n });
      assertEquals(stats.metrics.cell.read(other).packets, n);
    }
  });

  it("has ended after a clear or a destruction, once the bucket is changed again", () => {
    for (const end of ["clear", "destroy and create"] as const) {
      const { stats, id, cell } = begun();
      const burst = cell.begin(id);
      burst.packets = 7;
      if (end === "clear") stats.metrics.cell.clear(id);
      else {
        stats.metrics.cell.destroy(id);
        assertRefuses(
          () => cell.begin(id),
          RangeError,
          `Cannot begin cell: the bucket must be live, got ${id}, one that was destroyed`,
        );
        assertEquals(stats.metrics.cell.create(), id);
      }
      cell.update(id, { packets: 1 });
      assertIsOver(stats, burst, "discarded");
      assertEquals(stats.metrics.cell.read(id), { ...NOTHING, packets: 1 });
    }
  });
});

describe("RecordBurst.discard()", () => {
  it("drops all changes, also for later bursts and updates", () => {
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

  it("of a burst that has ended does not end the bucket's open burst, also by disposing", () => {
    for (const end of ["commit", "discard", "refuse", "replace"] as const) {
      const { stats, id, cell, held, read } = begun();
      const first = cell.begin(id);
      first.packets += 5;
      if (end === "refuse") assertThrows(() => first.packets = NaN, RangeError);
      else if (end !== "replace") first[end]();
      const open = cell.begin(id);
      open.packets += 1;
      first[Symbol.dispose]();
      open.bytes += 1n;
      open.commit();
      const packets = end === "commit" ? 7 : 2;
      assertEquals(read(), { ...held, packets, bytes: 2n });
      assertEquals(stats.metrics.cell.ids(), [id]);
    }
  });

  it("is what disposing does without a commit, and nothing after one", () => {
    const { id, cell, held, read } = begun();
    const dropped = cell.begin(id);
    dropped.packets = 100;
    dropped[Symbol.dispose]();
    assertEquals(read(), held);
    const burst = cell.begin(id);
    burst.packets = 100;
    burst.commit();
    burst[Symbol.dispose]();
    assertEquals(read(), { ...held, packets: 100 });
    cell.update(id, { packets: 1 });
    assertEquals(read().packets, 101);
  });

  it("sets an unused bucket back to the identities", () => {
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
  it("has no effect if the bucket was cleared or destroyed since the burst began", () => {
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

  it("ends the burst, as discard(), `using` and a refused change do", () => {
    const ends: Record<string, (burst: Burst) => void> = {
      commit: (burst) => burst.commit(),
      discard: (burst) => burst.discard(),
      dispose: (burst) => burst[Symbol.dispose](),
      "a refused field": (burst) => assertThrows(() => burst.flags = 0.5, RangeError),
      "a refused merge": (burst) => assertThrows(() => burst.merge({ packets: NaN }), RangeError),
      "no change": (burst) => assertThrows(() => burst.merge(null as never), TypeError),
    };
    for (const [what, end] of Object.entries(ends)) {
      const { stats, id, cell, held, read } = begun();
      const burst = cell.begin(id);
      burst.packets = 7;
      end(burst);
      assertIsOver(stats, burst, what === "commit" ? "committed" : "discarded");
      assertEquals(burst.id, id);
      const packets = what === "commit" ? 7 : 1;
      assertEquals(read(), { ...held, packets });
      cell.update(id, { packets: 1 });
      assertIsOver(stats, burst, what === "commit" ? "committed" : "discarded");
      assertEquals(read(), { ...held, packets: packets + 1 });
    }
  });

  it("of a thread that may not write ends the burst", () => {
    const { stats, id, cell, thread, held, read } = begun();
    const burst = cell.begin(id);
    burst.packets = 7;
    thread.unregister();
    burst.packets = 8;
    const text = "Cannot commit cell: the thread must be registered, got one that has ended";
    assertRefuses(() => burst.commit(), StaleThreadError, text);
    assertIsOver(stats, burst, "discarded");
    assertThrows(() => cell.begin(id), StaleThreadError);
    assertEquals(read(), held);
  });

  it("of a thread that may not write changes nothing for the next owner of its slot", () => {
    const { stats, id, cell, thread, held, read } = begun();
    const burst = cell.begin(id);
    burst.packets = 7;
    thread.unregister();
    const next = stats.registerThread();
    assertEquals(next.slot, thread.slot);
    const other = next.metrics.cell.begin(id);
    const { packets } = other;
    burst.merge({ packets: 100, bytes: 100n });
    burst.bytes = 5n;
    assertEquals([burst.bytes, burst.packets], [5n, 107]);
    other.packets += 1;
    assertEquals(other.packets, packets + 1);
    other.commit();
    assertEquals(read(), { ...held, packets: packets + 1 });
    assertThrows(() => burst.commit(), StaleThreadError);
    assertEquals(read(), { ...held, packets: packets + 1 });
  });
});

describe("RecordBurst.merge()", () => {
  it("reads its change first, so that a getter may begin another burst, commit or leave", () => {
    const uses: Record<string, (of: ReturnType<typeof begun>, burst: Burst) => Burst | void> = {
      "another burst": ({ cell, id }) => cell.begin(id),
      commit: (_, burst) => burst.commit(),
      discard: (_, burst) => burst.discard(),
      update: ({ cell, id }) => cell.update(id, {}),
    };
    for (const [what, use] of Object.entries(uses)) {
      const all = begun();
      const { stats, id, cell, held, read } = all;
      const burst = cell.begin(id);
      burst.packets = 7;
      let other: Burst | void = undefined;
      const delta = {
        get packets() {
          other = use(all, burst);
          return 100;
        },
      };
      assertRefuses(
        () => burst.merge(delta),
        TypeError,
        "Cannot merge into cell: the burst must be open, got one that is over",
      );
      assertIsOver(stats, burst, what === "commit" ? "committed" : "discarded");
      (other as Burst | undefined)?.merge({ packets: 1 });
      (other as Burst | undefined)?.commit();
      const packets = { "another burst": 2, commit: 7, discard: 1, update: 1 }[what];
      assertEquals(read(), { ...held, packets }, what);
    }
  });

  it("leaves the burst open if a getter throws: that is not a refused change", () => {
    const { id, cell, held, read } = begun();
    const burst = cell.begin(id);
    burst.packets = 7;
    const delta = {
      bytes: 1,
      get packets(): number {
        throw new SyntaxError("the getter's");
      },
    };
    assertThrows(() => burst.merge(delta), SyntaxError, "the getter's");
    burst.commit();
    assertEquals(read(), { ...held, packets: 7 });
  });

  it("works if a getter makes the private memory move", () => {
    const { stats, id, cell, held, read } = begun();
    const far = Array.from({ length: 300 }, () => stats.metrics.cell.create()).at(-1)!;
    const burst = cell.begin(id);
    burst.merge({
      get packets() {
        cell.update(far, {});
        return 5;
      },
    });
    burst.commit();
    assertEquals(read(), { ...held, packets: 6 });
  });
});

describe("RecordBurst's properties", () => {
  it("refuse values of the wrong type or out of range, which ends the burst", () => {
    const { stats, id, cell, held, read } = begun();
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
      const burst = cell.begin(id);
      burst.packets = 7;
      assertRefusesUnchanged(
        stats,
        () => (burst as unknown as Record<string, unknown>)[name] = value,
        Class,
        `Cannot change cell: ${text}`,
      );
      assertIsOver(stats, burst, "discarded");
    }
    assertEquals(read(), held);
  });

  it("do not include `id`, so an assignment cannot redirect the burst", () => {
    const { stats, id, cell, held, read } = begun();
    const other = stats.metrics.cell.create();
    for (const packet of [{ id: other }, { id: "packet-17" }, { id: -5 }, { id: undefined }]) {
      const burst = cell.begin(id);
      assertThrows(() => Object.assign(burst, { ...packet, packets: 7 }), TypeError);
      assertEquals(burst.id, id);
      burst.packets += 1;
      burst.commit();
    }
    assertEquals(read(), { ...held, packets: 5 });
    assertEquals(stats.metrics.cell.read(other), NOTHING);
    ThreadStats.attach(traffic, structuredClone(stats.handle));
  });

  it("accept numbers for 64-bit integers, modulo 2^64, and signed 32-bit integers", () => {
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

  it("may set a value that merging cannot reach", () => {
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
