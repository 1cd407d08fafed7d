import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertLessOrEqual,
  assertThrows,
} from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { execFile } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import {
  counter,
  defineSchema,
  gauge,
  histogram,
  record,
  type SchemaDefinition,
  Snapshot,
  type SnapshotSource,
  sum,
  ThreadStats,
  Window,
} from "../../mod.ts";
import { attachKinds, createKinds, type Kinds } from "../support/kinds.ts";
import { assertRefuses } from "../metrics/observe.ts";
import { type Clocks, withClocks } from "../support/clocks.ts";

const a = { name: "a" };
const b = { name: "b" };

/** Statistics with a writer, and a window whose clock the test sets. */
function setUp(options: ConstructorParameters<typeof Window>[1]) {
  const stats = createKinds();
  const { metrics } = stats.registerThread("main");
  const source = new FakeSource(stats);
  const recent = new Window(source, options);
  return {
    stats,
    metrics,
    source,
    recent,
    /** Takes a snapshot at a time, in seconds. */
    takeAt(seconds: number) {
      source.seconds = seconds;
      return recent.take();
    },
  };
}

/** A source of snapshots with a clock of its own. */
class FakeSource implements SnapshotSource<Kinds> {
  readonly #stats: ThreadStats<Kinds>;
  seconds = 0;
  /** The number of snapshots taken, and those that the window still holds. */
  taken = 0;

  constructor(stats: ThreadStats<Kinds>) {
    this.#stats = stats;
  }

  snapshot(): Snapshot<Kinds> {
    this.taken++;
    return new Snapshot<Kinds>({ ...this.#stats.snapshot(), takenAt: this.seconds * 1000 });
  }
}

describe("Window.take()", () => {
  it("returns the snapshot", () => {
    const { takeAt, metrics } = setUp({ seconds: 10 });
    metrics.hits.add(4);
    const snapshot = takeAt(5);
    assertEquals([snapshot.takenAt, snapshot.metrics.hits.series[0].value], [5000, 4]);
  });

  it("covers the window with few snapshots, however often it takes them", () => {
    for (const maxSnapshots of [3, 5, 61]) {
      for (const pace of [0.001, 0.09, 0.1, 0.5, 1, 3.7, 9.9, 10, 25]) {
        const { takeAt, metrics, recent } = setUp({ seconds: 10, maxSnapshots });
        const seen: number[] = [];
        const steps = Math.min(5000, Math.ceil(60 / pace));
        for (let n = 0; n <= steps; n++) {
          metrics.jobs.set(n);
          takeAt(n * pace);
          seen.push(n * pace);
          // The value of the oldest snapshot that is still held says when it was taken.
          if (n === 0) continue;
          const first = n - recent.delta("jobs");
          const spacing = Math.max(pace, 10 / (maxSnapshots - 1));
          const age = (n - first) * pace;
          assertLessOrEqual(age, 10 + 2 * spacing + 1e-9, "reaches no further back than needed");
          if (n * pace > 10) assertLessOrEqual(10 - spacing, age + 1e-9, "reaches far enough");
        }
      }
    }
  });

  it("holds no more snapshots than maxSnapshots", () => {
    for (const mode of ["moving", "fixed"] as const) {
      for (const maxSnapshots of [2, 3, 10]) {
        for (const pace of [0.1, 0.37, 1.2, 7]) {
          const { takeAt } = setUp({ seconds: 10, maxSnapshots, mode });
          const held = heldBy(() => takeAt(0));
          for (let n = 1; n < 300; n++) {
            takeAt(n * pace);
            assertLessOrEqual(held.length, maxSnapshots);
          }
          assert(held.length > 1);
        }
      }
    }
  });
});

/** The array in which a window keeps its snapshots: the one to which `take()` adds one. */
function heldBy(take: () => unknown): readonly unknown[] {
  const { push } = Array.prototype;
  let held: unknown[] = [];
  Array.prototype.push = function (...items: unknown[]) {
    if (items[0] instanceof Snapshot) held = this;
    return push.apply(this, items);
  };
  try {
    take();
  } finally {
    Array.prototype.push = push;
  }
  return held;
}

describe("Window.delta() and rate(), moving", () => {
  it("return the growth in the window, and the growth per second", () => {
    const { takeAt, metrics, recent } = setUp({ seconds: 10 });
    for (let second = 0; second <= 30; second++) {
      takeAt(second);
      metrics.hits.add(second < 20 ? 1 : 5);
      metrics.latency.record(0.1, 2);
    }
    // From 20 s to 30 s: the additions of the seconds 20 to 29.
    assertEquals([recent.delta("hits"), recent.rate("hits")], [50, 5]);
    assertEquals([recent.delta("latency"), recent.rate("latency")], [20, 2]);
  });

  it("return a record's sums by field, and a gauge's change", () => {
    const { takeAt, metrics, recent } = setUp({ seconds: 10 });
    const flow = metrics.flow.labels({ source: "s" });
    flow.update({ bytes: 7n, way: 7 });
    metrics.jobs.set(7);
    takeAt(0);
    flow.update({ bytes: 2n ** 40n, way: -3, low: 1, flags: 1 });
    metrics.jobs.set(3);
    takeAt(2);
    assertEquals(recent.delta("flow"), { bytes: 2 ** 40, way: -3 });
    assertEquals(recent.rate("flow"), { bytes: 2 ** 39, way: -1.5 });
    assertEquals([recent.delta("jobs"), recent.rate("jobs")], [-4, -2]);
  });

  it("return the growth of one series with labels, of all series without", () => {
    const { takeAt, metrics, recent } = setUp({ seconds: 10 });
    metrics.queue.labels(a).set(10);
    takeAt(0);
    metrics.requests.labels({ method: "GET" }).add(3);
    metrics.requests.labels({ method: "PUT" }).add(5);
    metrics.took.labels({ route: "x" }).record(1, 4);
    metrics.took.labels({ route: "y" }).record(1);
    metrics.queue.labels(a).set(11);
    metrics.queue.labels(b).set(2);
    takeAt(2);
    assertEquals(recent.delta("requests"), 8);
    assertEquals(recent.delta("requests", { method: "GET" }), 3);
    assertEquals(recent.rate("requests", { method: "PUT" }), 2.5);
    assertEquals(recent.delta("requests", { method: "POST" }), 0);
    assertEquals(recent.delta("requests", {}), 8);
    assertEquals([recent.delta("took"), recent.delta("took", { route: "x" })], [5, 4]);
    assertEquals([recent.delta("queue"), recent.delta("queue", a)], [3, 1]);
  });

  it("count a bucket that was cleared or created again from its new start", () => {
    const { takeAt, metrics, recent, stats } = setUp({ seconds: 10 });
    metrics.hits.add(100);
    takeAt(0);
    stats.metrics.hits.clear();
    metrics.hits.add(30);
    takeAt(1);
    assertEquals([recent.delta("hits"), recent.rate("hits")], [30, 30]);
  });

  it("are NaN with fewer than two snapshots, and finite with two in one millisecond", () => {
    const { takeAt, metrics, recent, source } = setUp({ seconds: 10 });
    const looks = () => [recent.delta("hits"), recent.rate("hits"), recent.delta("jobs")];
    assertEquals(looks(), [NaN, NaN, NaN]);
    // The query itself took one, to know the schema.
    assertEquals(source.taken, 1);
    assertEquals(recent.delta("flow"), { bytes: NaN, way: NaN });
    assertEquals(recent.rate("flow"), { bytes: NaN, way: NaN });
    metrics.hits.add(2);
    takeAt(0);
    assertEquals(looks(), [2, 2000, 0]);
  });
});

describe("Window, when the wall clock is set", () => {
  // What happens to the wall clock at each tenth of a second, in a fixed irregular pattern.
  const settings: Record<string, (clocks: Clocks, n: number) => void> = {
    "back by 5 s, once": ({ set }, n) => n === 333 && set(-5),
    "forward by 5 s, once": ({ set }, n) => n === 333 && set(5),
    "back and forward by an hour, again and again": ({ set }, n) =>
      n % 7 === 0 && set(n % 2 === 0 ? -3600 : 3600),
    "by years, before each snapshot": ({ set }, n) => set(n % 3 === 0 ? 1.6e9 : -0.8e9),
    "back by 200 ms, before each snapshot": ({ set }) => set(-0.2),
    "forward by 200 ms, before each snapshot": ({ set }) => set(0.2),
  };
  for (const [how, setting] of Object.entries(settings)) {
    for (const mode of ["moving", "fixed"] as const) {
      it(`${how}: keeps rates, differences and quantiles, ${mode}`, () => {
        withClocks((clocks) => {
          const stats = createKinds();
          const { hits, latency, jobs } = stats.registerThread("main").metrics;
          const recent = new Window(stats, { seconds: 10, mode });
          for (let n = 0; n < 600; n++) {
            setting(clocks, n);
            recent.take();
            if (n > 250) {
              // The growth in 10 s, give or take one snapshot at each end.
              assertAlmostEquals(recent.rate("hits"), 70, 1e-6, `rate at ${n}`);
              const delta = recent.delta("hits");
              assert(delta >= 650 && delta <= 750, `${delta} hits at ${n}`);
              assertAlmostEquals(recent.quantile("latency", 0.5), 0.3, 0.01);
              assertEquals(recent.max("jobs"), 4);
            }
            hits.add(7);
            latency.record(0.3);
            jobs.set(4);
            clocks.pass(0.1);
          }
        });
      });
    }
  }

  it("treats snapshots of another thread that seem earlier as taken at the same time", () => {
    const { takeAt, metrics, recent } = setUp({ seconds: 10 });
    for (const second of [100, 101, 60, 61, 62, 5000, 10]) {
      takeAt(second);
      assert(!(recent.delta("hits") < 0) && !(recent.rate("hits") < 0));
      metrics.hits.add(1);
    }
    takeAt(11);
    takeAt(12);
    metrics.hits.add(4);
    takeAt(22);
    assertEquals([recent.delta("hits"), recent.rate("hits")], [4, 0.4]);
  });
});

describe("Window, labels", () => {
  it("finds a series by labels with half a surrogate pair", () => {
    const { takeAt, metrics, recent } = setUp({ seconds: 10 });
    takeAt(0);
    metrics.requests.labels({ method: "G \ud83d" }).add(3);
    takeAt(1);
    for (const method of ["G \ud83d", "G \ud83e", "G \ufffd"]) {
      assertEquals(recent.delta("requests", { method }), 3);
    }
  });
});

describe("Window, series", () => {
  it("are named by their id, by all labels, or by some of them", () => {
    const stats = ThreadStats.create(defineSchema({
      calls: counter({ labels: ["method", "status"], maxSeries: 3, maxLabelLength: 5 }),
      took: histogram({ labels: ["method", "status"], boundaries: [1, 2, 3, 4, 5] }),
      depth: gauge({ labels: ["method", "status"] }),
    }));
    const { calls, took, depth } = stats.registerThread("main").metrics;
    const recent = new Window(stats, { seconds: 10 });
    recent.take();
    const all = [["GET", "200"], ["GET", "404"], ["PUT", "200"]] as const;
    for (const [n, [method, status]] of all.entries()) {
      calls.labels({ method, status }).add(10 ** n);
      took.labels({ method, status }).record(n + 1);
      depth.labels({ method, status }).set(n + 1);
    }
    calls.labels({ method: "DELETE", status: "200" }).add(1000);
    recent.take();
    const id = stats.metrics.calls.id({ method: "GET", status: "404" });
    const overflow = { method: "a text that is too long", status: "" };
    const selections: [Parameters<typeof stats.metrics.calls.read>[0], number][] = [
      [undefined, 1111],
      [{}, 1111],
      [{ method: "GET" }, 11],
      [{ status: "200" }, 101],
      [{ method: "PUT", status: "200" }, 100],
      [{ method: "POST" }, 0],
      [id, 10],
      [overflow, 1000],
    ];
    for (const [selection, value] of selections) {
      assertEquals(recent.delta("calls", selection), value);
      assertEquals(stats.metrics.calls.read(selection), value, "as its reader says");
    }
    assertEquals(recent.quantile("took", 1, { method: "GET" }), 2);
    assertEquals(recent.quantile("took", 1, { status: "200" }), 3);
    assertEquals(recent.max("took", 0), 1);
    assertEquals(recent.max("depth", { method: "GET" }), 2);
    assertEquals(recent.max("depth", 2), 3);
  });

  it("of an id are those that have its labels, also where the id had others", () => {
    const { takeAt, metrics, recent, stats } = setUp({ seconds: 10 });
    metrics.queue.labels(a).set(100);
    takeAt(0);
    stats.metrics.queue.destroy(a);
    metrics.queue.labels(b).set(1);
    takeAt(1);
    assertEquals(stats.metrics.queue.id(b), 0);
    assertEquals(recent.max("queue", 0), 1);
    assertEquals(recent.max("queue"), 100);
    const cell = stats.metrics.cell.create();
    metrics.cell.update(cell, { n: 5 });
    takeAt(2);
    assertEquals(recent.delta("cell", cell), { n: 5 });
  });

  it("of a gauge combine by its aggregate", () => {
    const stats = ThreadStats.create(defineSchema({
      least: gauge({ labels: ["name"], aggregate: "min" }),
      most: gauge({ labels: ["name"], aggregate: "max" }),
    }));
    const { least, most } = stats.registerThread("main").metrics;
    const recent = new Window(stats, { seconds: 10 });
    for (const gauge of [least, most]) for (const name of ["x", "y"]) gauge.labels({ name }).set(5);
    recent.take();
    for (const gauge of [least, most]) {
      gauge.labels({ name: "x" }).set(2);
      gauge.labels({ name: "y" }).set(9);
    }
    recent.take();
    assertEquals([recent.delta("least"), recent.delta("most")], [-3, 4]);
  });

  it("with wrong labels are refused, also of a metric without any series", () => {
    const recent = new Window(createKinds(), { seconds: 10 });
    for (let round = 0; round < 2; round++) {
      const bad: [unknown, string][] = [
        [{ methods: "GET" }, "the labels must be method, got the unknown label methods"],
        [{ method: "GET", host: "a" }, "the labels must be method, got the unknown label host"],
        [{ method: 5 }, "the label method must be a string, got 5"],
        [{ method: undefined }, "the label method must be a string, got undefined"],
        [new Map([["method", "GET"]]), "the labels must be method, got an object of class Map"],
      ];
      for (const [labels, text] of bad) {
        for (const [look, verb] of LOOKS) {
          const { message } = assertThrows(() => look(recent, "requests", labels), TypeError);
          assertEquals(message, `Cannot ${verb} of requests: ${text}`);
        }
      }
      for (const [look, verb] of LOOKS) {
        const text = `Cannot ${verb} of hits: the metric has no labels, got the unknown label a`;
        assertRefuses(() => look(recent, "hits", { a: "b" }), TypeError, text);
      }
      recent.take();
    }
  });
});

describe("Window, metrics defined later", () => {
  it("are those that an earlier snapshot lacks: they grow from nothing", () => {
    const stats = ThreadStats.create(defineSchema({ jobs: counter() }));
    const thread = stats.registerThread("main");
    const recent: Window<SchemaDefinition> = new Window(stats, { seconds: 60 });
    recent.take();
    const more = stats.extend(defineSchema({
      calls: counter({ labels: ["to"] }),
      latency: histogram({ boundaries: [1, 2] }),
      flow: record({ bytes: sum() }),
      // Every object has a property of this name.
      toString: gauge(),
    }));
    const writers = thread.extend(more).metrics;
    writers.calls.labels({ to: "a" }).add(2);
    writers.calls.labels({ to: "b" }).add(3);
    writers.latency.record(1);
    writers.flow.update(more.metrics.flow.create(), { bytes: 7 });
    writers.toString.set(4);
    recent.take();
    assertEquals(recent.delta("calls"), 5);
    assertEquals(recent.delta("calls", { to: "b" }), 3);
    assert(recent.rate("calls") > 0);
    assertEquals(recent.delta("latency"), 1);
    assertEquals(recent.quantile("latency", 0.5), 1);
    assertEquals(recent.max("latency"), 1);
    assertEquals<unknown>(recent.delta("flow"), { bytes: 7 });
    assertEquals(recent.delta("toString"), 4);
    assertEquals(recent.max("toString"), 4);
  });
});

describe("Window, beyond the doubles", () => {
  it("returns finite numbers for finite updates", () => {
    const { takeAt, metrics, recent } = setUp({ seconds: 10 });
    const most = Number.MAX_VALUE;
    metrics.jobs.set(-most);
    metrics.queue.labels(a).set(-most);
    takeAt(0);
    metrics.jobs.set(most);
    metrics.queue.labels(b).set(most);
    metrics.hits.add(most);
    metrics.requests.labels({ method: "GET" }).add(most);
    metrics.requests.labels({ method: "PUT" }).add(most);
    for (const source of ["s", "t"]) {
      metrics.flow.labels({ source }).update({ way: most, bytes: -3 });
    }
    takeAt(0.001);
    const looks = (["hits", "requests", "jobs", "queue"] as const).map((name) =>
      recent.delta(name)
    );
    assertEquals(looks, [most, most, most, most]);
    assertEquals([recent.rate("hits"), recent.rate("jobs")], [most, most]);
    // A new series counts all of its value, modulo 2^64.
    assertEquals(recent.delta("flow"), { way: most, bytes: 2 * (2 ** 64) });
    assertEquals(recent.rate("flow").way, most);
    metrics.flow.labels({ source: "s" }).update({ bytes: -3 });
    takeAt(0.002);
  });

  it("has no change and no maximum of a gauge that no thread has set", () => {
    const { takeAt, metrics, recent } = setUp({ seconds: 10 });
    takeAt(0);
    takeAt(1);
    for (const name of ["lowest", "highest"] as const) {
      assertEquals([recent.delta(name), recent.rate(name), recent.max(name)], [0, 0, NaN]);
      metrics[name].set(-3);
    }
    takeAt(2);
    assertEquals([recent.max("lowest"), recent.max("highest")], [-3, -3]);
  });
});

describe("Window.quantile() and max(), moving", () => {
  it("return those of the values in the window only", () => {
    const { takeAt, metrics, recent } = setUp({ seconds: 10 });
    for (let second = 0; second <= 30; second++) {
      takeAt(second);
      metrics.latency.record(second < 20 ? 50 : 0.1, 10);
      metrics.latency.record(second === 25 ? 1 : 0.001);
      metrics.took.labels({ route: second % 2 === 0 ? "even" : "odd" }).record(second);
    }
    for (
      const [got, wanted] of [
        [recent.quantile("latency", 0.5), 0.1],
        [recent.quantile("latency", 1), 1],
        [recent.max("latency"), 1],
        [recent.quantile("latency", 0), 0.001],
      ]
    ) assertAlmostEquals(got, wanted, wanted * 0.01);
    assertEquals([recent.max("took"), recent.max("took", { route: "even" })], [29, 28]);
    assertEquals(recent.max("took", { route: "none" }), NaN);
  });

  it("merge all series without labels, also of cloned snapshots", () => {
    const { metrics, stats } = setUp({ seconds: 10 });
    // As in a thread that gets its snapshots by message.
    const recent = new Window<Kinds>({
      snapshot: () => new Snapshot<Kinds>(structuredClone(stats.snapshot())),
    }, { seconds: 10 });
    recent.take();
    metrics.took.labels({ route: "x" }).record(1, 5);
    metrics.took.labels({ route: "y" }).record(2, 5);
    recent.take();
    assertEquals(recent.delta("took"), 10);
    assertEquals(recent.quantile("took", 0.5), 1);
    assertEquals(recent.max("took"), 2);
  });

  it("max() returns a gauge's greatest value in the snapshots", () => {
    const { takeAt, metrics, recent, stats } = setUp({ seconds: 10 });
    for (let second = 0; second <= 30; second++) {
      metrics.jobs.set(second === 5 ? 1000 : second === 25 ? 500 : -second);
      metrics.queue.labels(a).set(second);
      metrics.queue.labels(b).set(-second);
      takeAt(second);
    }
    assertEquals([recent.max("jobs"), recent.max("queue"), recent.max("queue", b)], [500, 30, -20]);
    assertEquals(recent.max("queue", { name: "c" }), NaN);
    assertEquals(new Window(stats, { seconds: 1 }).max("jobs"), -30);
  });

  it("are NaN without values", () => {
    const { takeAt, metrics, recent } = setUp({ seconds: 10 });
    assertEquals([recent.quantile("latency", 0.5), recent.max("latency")], [NaN, NaN]);
    metrics.latency.record(1);
    takeAt(0);
    takeAt(1);
    takeAt(2);
    assertEquals(recent.max("latency"), 1);
    takeAt(20);
    takeAt(21);
    assertEquals([recent.quantile("latency", 0.5), recent.max("latency")], [NaN, NaN]);
    assertEquals(recent.quantile("took", 0.5), NaN);
  });
});

describe("Window, fixed", () => {
  it("covers the last complete interval since 1970", () => {
    const { takeAt, metrics, recent } = setUp({ seconds: 10, mode: "fixed" });
    const seen: number[] = [];
    for (let second = 0; second <= 45; second++) {
      takeAt(second);
      seen.push(recent.delta("hits"));
      // 1 in each second of the first interval, 2 in each second of the second one, ...
      metrics.hits.add(1 + Math.floor(second / 10));
      metrics.latency.record(1 + Math.floor(second / 10));
      metrics.jobs.set(second);
    }
    assertEquals(seen.slice(0, 10), Array(10).fill(NaN));
    assertEquals(seen.slice(10, 20), Array(10).fill(10));
    assertEquals(seen.slice(20, 30), Array(10).fill(20));
    assertEquals(seen.slice(30, 40), Array(10).fill(30));
    assertEquals(seen.slice(40), Array(6).fill(40));
    assertEquals(recent.rate("hits"), 4);
    assertAlmostEquals(recent.quantile("latency", 0.5), 4, 0.04);
    assertAlmostEquals(recent.max("latency"), 4, 0.04);
    // The first snapshot was taken before the gauge was set.
    assertEquals(recent.max("jobs"), 39);
  });

  it("is NaN without snapshots of the interval", () => {
    const { takeAt, recent } = setUp({ seconds: 10, mode: "fixed" });
    takeAt(13);
    takeAt(18);
    assertEquals(recent.delta("hits"), NaN);
    takeAt(24);
    assertEquals(recent.delta("hits"), 0);
  });
});

describe("Window.start() and stop()", () => {
  it("takes a snapshot immediately, and then periodically until stop()", async () => {
    const { recent, source } = setUp({ seconds: 10 });
    recent.start(1);
    assertEquals(source.taken, 1);
    recent.start(1);
    assertEquals(source.taken, 1);
    while (source.taken < 4) await breathe();
    recent.stop();
    recent.stop();
    const { taken } = source;
    await breathe(30);
    assertEquals(source.taken, taken);
    recent.start(1);
    assertEquals(source.taken, taken + 1);
    while (source.taken < taken + 3) await breathe();
    recent[Symbol.dispose]();
    const then = source.taken;
    await breathe(30);
    assertEquals(source.taken, then);
  });

  it("is disposable", async () => {
    const { source } = setUp({ seconds: 10 });
    const recent = new Window(source, { seconds: 0.06 });
    recent.start();
    while (source.taken < 3) await breathe();
    recent[Symbol.dispose]();
    const { taken } = source;
    await breathe(30);
    assertEquals(source.taken, taken);
  });

  it("has a working timer for very long windows too", async () => {
    const { source } = setUp({ seconds: 1 });
    const recent = new Window(source, { seconds: 1e9 });
    recent.start();
    await breathe(50);
    recent.stop();
    assertEquals(source.taken, 1);
  });

  it("does not keep the program alive", async () => {
    const program = fileURLToPath(new URL("./programs/started_window.ts", import.meta.url));
    const options = "Deno" in globalThis ? ["run", "-A", "--no-check", "--no-lock"] : [];
    const output = await new Promise<string>((resolve, reject) => {
      execFile(process.execPath, [...options, program], (error, stdout, stderr) => {
        if (error) reject(new Error(`${error.message}\n${stderr}`));
        else resolve(stdout);
      });
    });
    assertEquals(output.trim(), "counted 3");
  });
});

function breathe(ms = 1): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** All queries, and their action in error texts. */
const LOOKS: [(window: unknown, name: unknown, series?: unknown) => unknown, string][] = [
  [(window, ...given) => asAny(window).delta(...asArguments(given)), "compute a delta"],
  [(window, ...given) => asAny(window).rate(...asArguments(given)), "compute a rate"],
  [(window, ...given) => asAny(window).max(...asArguments(given)), "compute a maximum"],
  [
    (window, name, series) => {
      const [metric, labels] = asArguments([name, series]);
      return asAny(window).quantile(metric, 0.5, labels);
    },
    "compute a quantile",
  ],
];

/** A window of metrics of which the compiler knows nothing. */
function asAny(window: unknown): Window<SchemaDefinition> {
  return window as Window<SchemaDefinition>;
}

function asArguments([name, series]: unknown[]): [string, Record<string, string> | undefined] {
  return [name as string, series as Record<string, string> | undefined];
}

describe("Window, bad input", () => {
  const make = (source: unknown, options: unknown) => () =>
    new Window(source as SnapshotSource<Kinds>, options as { seconds: number });
  const stats = createKinds();

  it("constructor", () => {
    const what = "Cannot make a window";
    for (const [source, got] of [[null, "null"], [undefined, "undefined"], [{}, "an object"]]) {
      const text = `${what}: the source must be a ThreadStats or a view of one, got ${got}`;
      assertRefuses(make(source, { seconds: 1 }), TypeError, text);
    }
    const types: [unknown, string][] = [
      [null, "the options must be an object, got null"],
      [undefined, "the options must be an object, got undefined"],
      [{}, "seconds must be a number, got undefined"],
      [{ seconds: "1" }, 'seconds must be a number, got "1"'],
      [{ seconds: 1, maxSnapshots: null }, "maxSnapshots must be a number, got null"],
      [{ seconds: 1, mode: "still" }, 'the mode must be "moving" or "fixed", got "still"'],
    ];
    for (const [options, text] of types) {
      assertRefuses(make(stats, options), TypeError, `${what}: ${text}`);
    }
    for (const [seconds, got] of [[0, "0"], [-1, "-1"], [NaN, "NaN"], [Infinity, "Infinity"]]) {
      const text = `${what}: seconds must be positive and finite, got ${got}`;
      assertRefuses(make(stats, { seconds }), RangeError, text);
    }
    for (const maxSnapshots of [1, 2.5, 10_001, NaN]) {
      const text = `${what}: maxSnapshots must be an integer from 2 to 10000, got ${maxSnapshots}`;
      assertRefuses(make(stats, { seconds: 1, maxSnapshots }), RangeError, text);
    }
  });

  it("start()", () => {
    const recent = new Window(stats, { seconds: 1 });
    const what = "Cannot start the window: the interval must be";
    const start = (interval: unknown) => () => recent.start(interval as number);
    for (const interval of [0, -1, NaN, Infinity]) {
      assertRefuses(start(interval), RangeError, `${what} positive and finite, got ${interval}`);
    }
    assertRefuses(start("5"), TypeError, `${what} a number, got "5"`);
    assertRefuses(start(null), TypeError, `${what} a number, got null`);
  });

  it("unknown names, and metrics of another kind", () => {
    const recent = new Window(stats, { seconds: 1 });
    // Without snapshots, and with some.
    for (let round = 0; round < 2; round++) {
      for (const name of ["", "nothing", "toString", "__proto__"]) {
        const required = "the metric must be in the schema";
        for (const [look, verb] of LOOKS) {
          const text = `Cannot ${verb}: ${required}, got "${name}"`;
          assertRefuses(() => look(recent, name as "hits"), RangeError, text);
        }
      }
      for (const [look, verb] of LOOKS) {
        for (const name of [null, undefined, 5, Object.create(null), Symbol("x")]) {
          const { message } = assertThrows(() => look(recent, name), TypeError);
          const text = `Cannot ${verb}: the metric's name must be a string, got `;
          assert(message.startsWith(text), message);
        }
        for (const labels of [null, "a", ["a"], new Int32Array(2 ** 20)]) {
          const { message } = assertThrows(() => look(recent, "latency", labels), TypeError);
          const text = `Cannot ${verb} of latency: the labels must be an object, got `;
          assert(message.startsWith(text), message);
        }
        for (const id of [5, -1, NaN]) {
          const text = `Cannot ${verb} of latency: the series must be live, got ${id}, `;
          const { message } = assertThrows(() => look(recent, "latency", id), RangeError);
          assert(message.startsWith(text), message);
        }
      }
      for (
        const [name, got] of [["hits", "a counter"], ["jobs", "a gauge"], ["flow", "a record"]]
      ) {
        assertRefuses(
          () => recent.quantile(name as "latency", 0.5),
          TypeError,
          `Cannot compute a quantile: ${name} must be a histogram, got ${got}`,
        );
        if (name === "jobs") continue;
        assertRefuses(
          () => recent.max(name as "latency"),
          TypeError,
          `Cannot compute a maximum: ${name} must be a histogram, got ${got}`,
        );
      }
      recent.take();
      recent.take();
    }
  });

  it("invalid quantiles, also without values", () => {
    const recent = new Window(attachKinds(stats), { seconds: 1 });
    for (let round = 0; round < 3; round++) {
      const text = "Cannot tell a quantile: it must be from 0 to 1, got 2";
      assertRefuses(() => recent.quantile("latency", 2), RangeError, text);
      const type = 'Cannot tell a quantile: it must be a number, got "1"';
      assertRefuses(() => recent.quantile("latency", "1" as unknown as number), TypeError, type);
      recent.take();
    }
  });

  it("works on a view from the handle alone", () => {
    const recent = new Window(ThreadStats.inspect(stats.handle), { seconds: 60 });
    recent.take();
    stats.registerThread().metrics.hits.add(5);
    recent.take();
    assert((recent.rate("hits") as number) > 0);
    assertEquals<unknown>(recent.delta("hits"), 5);
  });
});
