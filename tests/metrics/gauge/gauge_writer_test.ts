import { assertEquals, assertNotStrictEquals, assertStrictEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  defineSchema,
  gauge,
  type GaugeWriter,
  StaleThreadError,
  ThreadStats,
} from "../../../mod.ts";
import { CellWriter } from "../../../src/metrics/cell_writer.ts";
import { NOT_FINITE, NOT_NUMBERS } from "../../support/bad_values.ts";
import { attachKinds, createKinds, kinds, twoThreads } from "../../support/kinds.ts";
import { assertRefuses, assertRefusesUnchanged } from "../observe.ts";

const a = { name: "a" };
const b = { name: "b" };

/** The actions of the methods in error texts. */
const VERBS = {
  set: "set",
  add: "add to",
  sub: "subtract from",
  scope: "open a scope of",
} as const;

/** Writers and readers of a gauge whose threads' values add up, and of one of which the latest counts. */
const SINGLE = ["jobs", "latest"] as const;
const LABELLED = ["queue", "newest"] as const;

describe("gauge aggregate", () => {
  it("sum adds up the threads' values", () => {
    const stats = createKinds();
    const [one, two] = twoThreads(stats);
    assertEquals(stats.metrics.jobs.read(), 0);
    one.metrics.jobs.set(3);
    two.metrics.jobs.set(-0.5);
    assertEquals(stats.metrics.jobs.read(), 2.5);
    one.metrics.jobs.set(1);
    assertEquals([stats.metrics.jobs.read(), attachKinds(stats).metrics.jobs.read()], [0.5, 0.5]);
  });

  it("min is the least of the threads' values, Infinity without any", () => {
    const stats = createKinds();
    const [one, two] = twoThreads(stats);
    assertEquals(stats.metrics.lowest.read(), Infinity);
    one.metrics.lowest.set(3);
    assertEquals(stats.metrics.lowest.read(), 3);
    two.metrics.lowest.set(5);
    assertEquals(stats.metrics.lowest.read(), 3);
    two.metrics.lowest.set(-5);
    assertEquals(stats.metrics.lowest.read(), -5);
    two.metrics.lowest.set(4);
    assertEquals(stats.metrics.lowest.read(), 3);
  });

  it("max is the greatest of the threads' values, -Infinity without any", () => {
    const stats = createKinds();
    const [one, two] = twoThreads(stats);
    assertEquals(stats.metrics.highest.read(), -Infinity);
    one.metrics.highest.set(-3);
    two.metrics.highest.set(-5);
    assertEquals(stats.metrics.highest.read(), -3);
    two.metrics.highest.set(5);
    assertEquals(stats.metrics.highest.read(), 5);
    two.metrics.highest.set(-4);
    assertEquals(stats.metrics.highest.read(), -3);
  });

  it("latest is the value that was set last in any thread, 0 without any", () => {
    const stats = createKinds();
    const [one, two] = twoThreads(stats);
    assertEquals(stats.metrics.latest.read(), 0);
    for (let n = 1; n <= 50; n++) {
      const thread = n % 3 === 0 ? two : one;
      thread.metrics.latest.set(-n);
      assertEquals(stats.metrics.latest.read(), -n);
    }
    // A value that is set again is the latest one, even if it is equal.
    two.metrics.latest.set(7);
    one.metrics.latest.set(8);
    two.metrics.latest.set(7);
    assertEquals(stats.metrics.latest.read(), 7);
  });
});

describe("GaugeWriter", () => {
  it("set() replaces only this thread's value; add() and sub() change it by 1 or n", () => {
    for (const name of SINGLE) {
      const stats = createKinds();
      const [one, two] = twoThreads(stats);
      two.metrics[name].set(100);
      const gauge = one.metrics[name];
      const seen: number[] = [];
      const look = () => seen.push(stats.metrics[name].perThread()[0].value);
      for (
        const change of [
          () => gauge.add(),
          () => gauge.add(undefined),
          () => gauge.add(2.5),
          () => gauge.add(-0.25),
          () => gauge.sub(),
          () => gauge.sub(undefined),
          () => gauge.sub(10),
          () => gauge.sub(-1),
          () => gauge.set(-3),
          () => gauge.set(0),
          () => gauge.sub(4),
        ]
      ) {
        change();
        look();
      }
      assertEquals(seen, [1, 2, 4.5, 4.25, 3.25, 2.25, -7.75, -6.75, -3, 0, -4]);
      assertEquals(stats.metrics[name].perThread()[1].value, 100);
    }
  });

  it("refuses what is not finite and changes nothing, before the first value and after it", () => {
    const stats = createKinds();
    const { metrics } = stats.registerThread();
    const gauges = [
      [metrics.jobs, "jobs"],
      [metrics.latest, "latest"],
      [metrics.queue.labels(a), "queue"],
      [metrics.newest.labels(a), "newest"],
    ] as const;
    for (let round = 0; round < 2; round++) {
      for (const [gauge, name] of gauges) {
        for (const method of ["set", "add", "sub"] as const) {
          for (const [n, got] of NOT_FINITE) {
            const text = `Cannot ${VERBS[method]} ${name}: the value must be finite, got ${got}`;
            assertRefusesUnchanged(stats, () => gauge[method](n), RangeError, text);
          }
          for (const [n, got] of NOT_NUMBERS) {
            const text = `Cannot ${VERBS[method]} ${name}: the value must be a number, got ${got}`;
            assertRefusesUnchanged(stats, () => gauge[method](n as number), TypeError, text);
          }
        }
        const text = `Cannot set ${name}: the value must be a number, got undefined`;
        assertRefusesUnchanged(
          stats,
          () => gauge.set(undefined as unknown as number),
          TypeError,
          text,
        );
        gauge.set(1);
      }
    }
    assertEquals(SINGLE.map((name) => stats.metrics[name].read()), [1, 1]);
  });

  it("starts again from 0 after a clear, in every thread", () => {
    for (const name of SINGLE) {
      const stats = createKinds();
      const threads = twoThreads(stats);
      for (let round = 1; round <= 3; round++) {
        for (const { metrics } of threads) metrics[name].add(round);
        assertEquals(stats.metrics[name].read(), name === "jobs" ? 2 * round : round);
        stats.metrics[name].clear();
        assertEquals([stats.metrics[name].read(), stats.metrics[name].perThread()], [0, []]);
      }
      threads[1].metrics[name].add(7);
      assertEquals(stats.metrics[name].perThread(), [{ thread: "two", slot: 1, value: 7 }]);
    }
  });

  it("throws StaleThreadError after unregister() and revoke()", () => {
    const stats = createKinds();
    const gone = stats.registerThread("gone");
    const seat = stats.reserveThread("seat");
    const revoked = ThreadStats.attach(kinds, seat.handle).registerThread();
    for (const { metrics } of [gone, revoked]) {
      for (const name of SINGLE) metrics[name].set(1);
    }
    gone.unregister();
    seat.revoke();
    for (
      const [thread, got] of [[gone, "one that has ended"], [revoked, "a revoked one"]] as const
    ) {
      for (const name of SINGLE) {
        for (const change of ["set", "add", "sub", "scope"] as const) {
          const text = `Cannot ${VERBS[change]} ${name}: the thread must be registered, got ${got}`;
          assertRefuses(() => thread.metrics[name][change](1), StaleThreadError, text);
        }
      }
    }
    assertEquals(SINGLE.map((name) => stats.metrics[name].read()), [0, 0]);
  });
});

describe("GaugeWriter.scope()", () => {
  it("adds 1, and subtracts it once", () => {
    for (const name of SINGLE) {
      const stats = createKinds();
      const { jobs: _, ...metrics } = stats.registerThread().metrics;
      const gauge: GaugeWriter = name === "jobs" ? _ : metrics.latest;
      gauge.set(10);
      const [outer, inner] = [gauge.scope(), gauge.scope()];
      assertEquals(stats.metrics[name].read(), 12);
      inner[Symbol.dispose]();
      inner[Symbol.dispose]();
      assertEquals(stats.metrics[name].read(), 11);
      gauge.add(5);
      outer[Symbol.dispose]();
      assertEquals(stats.metrics[name].read(), 15);
    }
  });

  it("subtracts nothing after a clear, whether the gauge was set since then or not", () => {
    for (const name of SINGLE) {
      const stats = createKinds();
      const gauge = stats.registerThread().metrics[name];
      const [first, second] = [gauge.scope(), gauge.scope()];
      stats.metrics[name].clear();
      first[Symbol.dispose]();
      assertEquals([stats.metrics[name].read(), stats.metrics[name].perThread()], [0, []]);
      gauge.set(4);
      second[Symbol.dispose]();
      assertEquals(stats.metrics[name].read(), 4);
      gauge.scope()[Symbol.dispose]();
      assertEquals(stats.metrics[name].read(), 4);
    }
  });

  it("subtracts nothing and does not throw after unregister(), revoke() or destroy()", () => {
    const stats = createKinds();
    const seat = stats.reserveThread();
    const revoked = ThreadStats.attach(kinds, seat.handle).registerThread();
    const gone = stats.registerThread();
    const stays = stats.registerThread();
    const scopes = [
      ...SINGLE.flatMap((name) => [revoked.metrics[name].scope(), gone.metrics[name].scope()]),
      ...LABELLED.map((name) => stays.metrics[name].labels(a).scope()),
    ];
    seat.revoke({ stopped: true });
    gone.unregister();
    for (const name of LABELLED) stats.metrics[name].destroy(a);
    // Successors, in both slots and in both buckets.
    const successors = [stats.registerThread(), stats.registerThread()];
    for (const { metrics } of successors) for (const name of SINGLE) metrics[name].set(3);
    for (const name of LABELLED) stays.metrics[name].labels(b).set(3);
    const { refusedUpdates } = stats.snapshot().self;
    for (const scope of scopes) scope[Symbol.dispose]();
    assertEquals([stats.metrics.jobs.read(), stats.metrics.latest.read()], [6, 3]);
    assertEquals(LABELLED.map((name) => stats.metrics[name].read(b)), [3, 3]);
    assertEquals(stats.snapshot().self.refusedUpdates, refusedUpdates);
  });

  it("does not begin a new epoch with -1 when a clear comes during the disposal", () => {
    for (const name of SINGLE) {
      const stats = createKinds();
      const gauge = stats.registerThread().metrics[name];
      const scope = gauge.scope();
      clearAfterNextLook(() => stats.metrics[name].clear());
      scope[Symbol.dispose]();
      assertEquals([stats.metrics[name].read(), stats.metrics[name].perThread()], [0, []]);
      gauge.add(2);
      assertEquals(stats.metrics[name].read(), 2);
    }
  });
});

/** Clears the bucket right after the writer has compared the epoch for the next time. */
function clearAfterNextLook(clear: () => void): void {
  const { isCurrent } = CellWriter.prototype;
  CellWriter.prototype.isCurrent = function () {
    CellWriter.prototype.isCurrent = isCurrent;
    const found = this.isCurrent();
    clear();
    return found;
  };
}

describe("gauges of threads that ended", () => {
  for (const name of SINGLE) {
    it(`${name}: no longer contribute, after unregister() and after revoke()`, () => {
      const stats = createKinds();
      const seat = stats.reserveThread("seat");
      const revoked = ThreadStats.attach(kinds, seat.handle).registerThread();
      const stays = stats.registerThread("stays");
      const gone = stats.registerThread("gone");
      stays.metrics[name].set(1);
      revoked.metrics[name].set(10);
      gone.metrics[name].set(100);
      const sum = name === "jobs";
      assertEquals(stats.metrics[name].read(), sum ? 111 : 100);
      gone.unregister();
      assertEquals(stats.metrics[name].read(), sum ? 11 : 10);
      seat.revoke();
      assertEquals(stats.metrics[name].read(), 1);
      assertEquals(stats.metrics[name].perThread(), [{ thread: "stays", slot: 1, value: 1 }]);
      assertEquals(
        stats.metrics[name].aggregate(0, (total, value) => total + value),
        1,
      );
    });

    it(`${name}: a successor in the slot starts from 0 and does not show the earlier value`, () => {
      const stats = createKinds();
      for (let round = 1; round <= 3; round++) {
        const thread = stats.registerThread("worker");
        assertEquals(thread.slot, 0);
        assertEquals([stats.metrics[name].read(), stats.metrics[name].perThread()], [0, []]);
        thread.metrics[name].add(round);
        assertEquals(stats.metrics[name].read(), round);
        thread.metrics[name].add(round);
        assertEquals(stats.metrics[name].read(), 2 * round);
        thread.unregister();
        assertEquals(stats.metrics[name].read(), 0);
      }
    });
  }

  it("do not count for min and max", () => {
    const stats = createKinds();
    const [one, two] = twoThreads(stats);
    for (const [thread, value] of [[one, 5], [two, -5]] as const) {
      thread.metrics.lowest.set(value);
      thread.metrics.highest.set(-value);
    }
    assertEquals([stats.metrics.lowest.read(), stats.metrics.highest.read()], [-5, 5]);
    two.unregister();
    assertEquals([stats.metrics.lowest.read(), stats.metrics.highest.read()], [5, -5]);
    one.unregister();
    assertEquals([stats.metrics.lowest.read(), stats.metrics.highest.read()], [
      Infinity,
      -Infinity,
    ]);
  });
});

describe("LabelledGaugeWriter.labels()", () => {
  it("returns the same writer for the same labels, and all threads count in one bucket", () => {
    const stats = createKinds();
    const [one, two] = twoThreads(stats);
    for (const name of LABELLED) {
      const child = one.metrics[name].labels(a);
      assertStrictEquals(one.metrics[name].labels({ ...a }), child);
      assertNotStrictEquals(one.metrics[name].labels(b), child);
      child.set(1);
      two.metrics[name].labels(a).set(2);
      two.metrics[name].labels(b).set(5);
    }
    assertEquals(LABELLED.map((name) => stats.metrics[name].series()), [
      [{ id: 0, labels: a, value: 3 }, { id: 1, labels: b, value: 5 }],
      [{ id: 0, labels: a, value: 2 }, { id: 1, labels: b, value: 5 }],
    ]);
  });

  it("a writer of a destroyed bucket is refused, and the next life starts from 0", () => {
    const stats = createKinds();
    const { metrics } = stats.registerThread();
    for (const name of LABELLED) {
      const old = metrics[name].labels(a);
      old.set(5);
      stats.metrics[name].destroy(a);
      const next = metrics[name].labels(a);
      assertNotStrictEquals(next, old);
      assertEquals(stats.metrics[name].read(a), 0);
      next.add(2);
      assertRefusesUnchanged(
        stats,
        () => old.add(1),
        RangeError,
        `Cannot add to ${name}: the bucket must be live, got 0, one that was destroyed`,
      );
      assertEquals(stats.metrics[name].read(a), 2);
    }
  });

  it("returns the overflow series beyond maxSeries, whose updates are all counted", () => {
    const stats = createKinds();
    const { metrics } = stats.registerThread();
    for (const name of LABELLED) {
      metrics[name].labels(a).set(1);
      metrics[name].labels(b).set(1);
      assertEquals(stats.metrics[name].overflowed(), 0);
      const beyond = metrics[name].labels({ name: "c" });
      beyond.set(4);
      metrics[name].labels({ name: "d" }).add(2);
      beyond.sub(1);
      assertEquals(stats.metrics[name].overflowed(), 3);
      beyond.scope()[Symbol.dispose]();
      assertEquals(stats.metrics[name].overflowed(), 5);
      const overflow = stats.metrics[name].series().find(({ labels }) =>
        "otel_metric_overflow" in labels
      );
      assertEquals([overflow?.labels, overflow?.value], [{ otel_metric_overflow: "true" }, 5]);
      assertEquals(stats.metrics[name].read(a), 1);
      assertRefuses(
        () => beyond.set(NaN),
        RangeError,
        `Cannot set ${name}: the value must be finite, got NaN`,
      );
      assertEquals(stats.metrics[name].overflowed(), 5);
    }
  });

  it("refuses other labels", () => {
    const { queue } = createKinds().registerThread().metrics;
    const labels = (value: unknown) => () => queue.labels(value as { name: string });
    assertRefuses(
      labels({ nam: "a" }),
      TypeError,
      "Cannot bind labels of queue: the labels must be name, got the unknown label nam",
    );
  });
});

describe("gauges of many buckets", () => {
  it("stand in segments that double in size", () => {
    const many = defineSchema({
      queue: gauge({ labels: ["name"], maxSeries: 500 }),
      newest: gauge({ aggregate: "latest", labels: ["name"], maxSeries: 500 }),
    });
    const stats = ThreadStats.create(many);
    const threads = [stats, ThreadStats.attach(many, stats.handle)].map((each) =>
      each.registerThread()
    );
    for (const { metrics } of threads) {
      for (let n = 0; n < 300; n++) {
        metrics.queue.labels({ name: `${n}` }).set(n);
        metrics.newest.labels({ name: `${n}` }).set(n);
      }
    }
    const numbers = Array.from({ length: 300 }, (_, n) => n);
    const valuesOf = (name: "queue" | "newest") =>
      stats.metrics[name].series().map(({ value }) => value);
    assertEquals(valuesOf("queue"), numbers.map((n) => 2 * n));
    assertEquals(valuesOf("newest"), numbers);
  });
});
