import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { counter, defineSchema, histogram, ThreadStats, Window } from "../../mod.ts";
import { describe as describeValue, got, shorten } from "../../src/base/describe.ts";
import { cannot } from "../../src/base/errors.ts";

/** Throws: nobody may run it. */
function trap(): never {
  throw new Error("Somebody looked");
}

/** An object of which every look runs code of its own. */
function hostile(): object {
  return Object.create(null, {
    toJSON: { get: trap, enumerable: true },
    toString: { get: trap, enumerable: true },
    valueOf: { get: trap, enumerable: true },
    constructor: { get: trap, enumerable: true },
    [Symbol.toPrimitive]: { get: trap },
    [Symbol.toStringTag]: { get: trap },
  });
}

const TRAPS = Object.fromEntries(
  Object.getOwnPropertyNames(Reflect).map((name) => [name, trap]),
);

/** Something that nests. */
function nested(depth: number): unknown {
  let value: unknown = [];
  for (let n = 0; n < depth; n++) value = n % 2 === 0 ? { value } : [value, value];
  return value;
}

/** A class with a name that is none. */
function named(name: string): object {
  const Made = class {};
  Object.defineProperty(Made, "name", { value: name });
  return new Made();
}

describe("describe()", () => {
  it("says what a value is", () => {
    const cases: [unknown, string][] = [
      [undefined, "undefined"],
      [null, "null"],
      [NaN, "NaN"],
      [-0, "0"],
      [Infinity, "Infinity"],
      [5n, "5n"],
      [-(2n ** 127n), `${-(2n ** 127n)}n`],
      [true, "true"],
      ["a\n", '"a\\n"'],
      ["\ud800", '"\\ud800"'],
      [Symbol("x"), "a symbol"],
      [trap, "a function"],
      [class {}, "a function"],
      [{}, "an object"],
      [Object.create(null), "an object"],
      [{ a: 1 }, "an object"],
      [new Date(0), "an object of class Date"],
      [new Map(), "an object of class Map"],
      [new Int32Array(3), "an object of class Int32Array"],
      [[], "[]"],
      [["a", 1n, [1], {}, undefined], '["a",1n,an array,an object,undefined]'],
      [got("one that is over"), "one that is over"],
    ];
    for (const [value, text] of cases) assertEquals(describeValue(value), text);
  });

  it("calls the library's own objects by their names", () => {
    const stats = ThreadStats.create(
      defineSchema({ jobs: counter({ labels: ["queue"] }), took: histogram({ boundaries: [1] }) }),
    );
    const seat = stats.reserveThread("seat");
    const thread = stats.registerThread("main");
    const { jobs, took } = thread.metrics;
    const cases: [unknown, string][] = [
      [stats, "a ThreadStats"],
      [stats.handle, "a ThreadStatsHandle"],
      [ThreadStats.inspect(stats.handle), "a StatsView"],
      [thread, "a Thread"],
      [seat, "a Seat"],
      [stats.snapshot(), "a Snapshot"],
      [new Window(stats, { seconds: 1 }), "a Window"],
      [jobs, "a LabelledCounterWriter of jobs"],
      [jobs.labels({ queue: "a" }), "a CounterWriter of jobs"],
      [took, "a HistogramWriter of took"],
      [stats.metrics.jobs, "a LabelledCounterReader of jobs"],
      [stats.metrics.took, "a HistogramReader of took"],
      [stats.metrics.took.read(), "a HistogramValue"],
    ];
    for (const [value, text] of cases) assertEquals(describeValue(value), text);
    // What only looks like one of them has nothing to tell.
    assertEquals(describeValue(Object.create(Object.getPrototypeOf(took))), "an object");
  });

  it("runs nothing of a value's, and bears proxies that throw", () => {
    const { proxy, revoke } = Proxy.revocable([], {});
    revoke();
    const getter = Object.defineProperty([1, 2], 1, { get: trap });
    const cases: [unknown, string][] = [
      [hostile(), "an object"],
      [new Proxy({}, TRAPS), "an object"],
      [new Proxy([], TRAPS), "an object"],
      [new Proxy(trap, TRAPS), "a function"],
      [proxy, "an object"],
      [[proxy, hostile()], "an object"],
      [getter, "[1,undefined]"],
      [Object.create(hostile()), "an object"],
      [Object.create(new Proxy({}, TRAPS)), "an object"],
    ];
    for (const [value, text] of cases) assertEquals(describeValue(value), text);
  });

  it("is short and looks at few things, however large the value is", () => {
    let looks = 0;
    const counted = new Proxy(Array(2 ** 32 - 1), {
      getOwnPropertyDescriptor(target, key) {
        looks++;
        return Reflect.getOwnPropertyDescriptor(target, key) ??
          { value: "item", configurable: true };
      },
    });
    const rope = "x".repeat(2 ** 28) + "y".repeat(2 ** 27);
    const values = [
      counted,
      Array(2 ** 32 - 1),
      Array.from({ length: 100_000 }, (_, n) => `${n}`),
      Array(1000).fill("\u0000".repeat(10_000)),
      new Float64Array(2 ** 22),
      Object.fromEntries(Array.from({ length: 100_000 }, (_, n) => [`k${n}`, n])),
      nested(10_000),
      rope,
      [rope, rope],
      2n ** 100_000n,
      -(2n ** 100_000n),
      named("x".repeat(1e6)),
      named("got: nothing"),
      new Map([[rope, rope]]),
    ];
    for (const value of values) {
      const text = describeValue(value);
      assert(text.length <= 600, text);
      assert(cannot("test", "nothing", value).length <= 250);
    }
    assert(looks < 100, `${looks} looks`);
  });
});

describe("cannot()", () => {
  it("bounds all parts of the text", () => {
    const long = "x".repeat(100_000);
    assert(cannot(long, long, got(long)).length < 1000);
    assertEquals(shorten("abc", 2), "ab…");
    assertEquals(shorten("ab", 2), "ab");
  });
});
