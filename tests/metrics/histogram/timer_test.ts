import {
  assertAlmostEquals,
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  defineSchema,
  histogram,
  type HistogramWriter,
  StaleThreadError,
  ThreadStats,
} from "../../../mod.ts";
import { type Clocks, withClocks } from "../../support/clocks.ts";
import { assertRefusesUnchanged } from "../observe.ts";

const bins = { lowest: 1e-6, highest: 1e12 };
const schema = defineSchema({
  took: histogram({ unit: "seconds", ...bins }),
  plain: histogram(bins),
  milliseconds: histogram({ unit: "milliseconds", ...bins }),
  microseconds: histogram({ unit: "microseconds", ...bins }),
  nanoseconds: histogram({ unit: "nanoseconds", ...bins }),
  size: histogram({ unit: "bytes", boundaries: [10] }),
  route: histogram({ unit: "milliseconds", labels: ["route", "status"], ...bins }),
  sizes: histogram({ unit: "bytes", labels: ["route"], boundaries: [10] }),
  few: histogram({ labels: ["route"], maxSeries: 1, boundaries: [10] }),
});

const home = { route: "/", status: "200" };

function setUp() {
  const stats = ThreadStats.create(schema);
  return { stats, read: stats.metrics, thread: stats.registerThread("main") };
}

/** Count and sum of a histogram. */
function counted({ count, sum }: { count: number; sum: number }): [number, number] {
  return [count, Math.round(sum * 1e6) / 1e6];
}

describe("HistogramWriter.startTimer()", () => {
  it("records the time since the start in the histogram's unit, and returns it", () => {
    withClocks(({ pass }) => {
      const { read, thread } = setUp();
      const factors = [
        ["took", 1],
        ["plain", 1],
        ["milliseconds", 1e3],
        ["microseconds", 1e6],
        ["nanoseconds", 1e9],
      ] as const;
      for (const [name, factor] of factors) {
        const end = thread.metrics[name].startTimer();
        pass(2.5);
        assertEquals(read[name].read().count, 0);
        const duration = end();
        assertAlmostEquals(duration, 2.5 * factor, 1e-6 * factor);
        const { count, sum } = read[name].read();
        assertEquals([count, sum], [1, duration]);
      }
    });
  });

  it("measures by a clock that nobody sets", () => {
    withClocks(({ pass, set }) => {
      const { thread } = setUp();
      for (const seconds of [3600, -3600, 1e9, -1e9]) {
        const end = thread.metrics.took.startTimer();
        set(seconds);
        pass(1);
        assertAlmostEquals(end(), 1, 1e-6);
      }
    });
  });

  it("records again when it is called again, and not when it is disposed of afterwards", () => {
    withClocks(({ pass }) => {
      const { read, thread } = setUp();
      const end = thread.metrics.took.startTimer();
      pass(1);
      end();
      pass(1);
      assertAlmostEquals(end(), 2, 1e-6);
      end[Symbol.dispose]();
      assertEquals(counted(read.took.read()), [2, 3]);
    });
  });

  it("records once when it is disposed of, as time() does", () => {
    withClocks(({ pass }) => {
      const { read, thread } = setUp();
      for (const timer of [thread.metrics.took.startTimer(), thread.metrics.took.time()]) {
        pass(1);
        timer[Symbol.dispose]();
        timer[Symbol.dispose]();
      }
      assertEquals(counted(read.took.read()), [2, 3]);
    });
  });

  it("works on a bound child, and counts updates of the overflow series", () => {
    withClocks(({ pass }) => {
      const { read, thread } = setUp();
      const { route, few } = thread.metrics;
      const end = route.labels(home).startTimer();
      pass(1);
      assertAlmostEquals(end(), 1000, 1e-3);
      assertEquals(read.route.read(home).count, 1);
      few.labels({ route: "a" }).startTimer()();
      few.labels({ route: "b" }).startTimer()();
      assertEquals([read.few.overflowed(), read.few.read().count], [1, 2]);
    });
  });

  it("refuses a histogram whose unit is not one of time", () => {
    const { stats, thread } = setUp();
    const required = "its unit must be seconds, milliseconds, microseconds or nanoseconds";
    const { size, sizes } = thread.metrics;
    let calls = 0;
    for (
      const [name, use] of [
        ["size", () => size.startTimer()],
        ["size", () => size.time()],
        ["size", () => size.time(() => calls++)],
        ["sizes", () => sizes.startTimer()],
        ["sizes", () => sizes.labels({ route: "/" }).startTimer()],
      ] as const
    ) {
      if (name === "sizes") sizes.labels({ route: "/" });
      const text = `Cannot time ${name}: ${required}, got "bytes"`;
      assertRefusesUnchanged(stats, use, TypeError, text);
    }
    assertEquals(calls, 0);
  });

  it("throws StaleThreadError at its end if the thread has left", () => {
    const { read, thread } = setUp();
    const end = thread.metrics.took.startTimer();
    const labelled = thread.metrics.route.startTimer();
    thread.unregister();
    assertThrows(() => end(), StaleThreadError, "Cannot record in took");
    assertThrows(() => labelled(home), StaleThreadError, "Cannot bind labels of route");
    // A block that has ended with this error does not end with a second one.
    end[Symbol.dispose]();
    assertEquals([read.took.read().count, read.route.read().count], [0, 0]);
  });

  it("cannot be replaced", () => {
    const { thread } = setUp();
    assertThrows(() => Object.assign(thread.metrics.route, { startTimer: null }), TypeError);
  });
});

describe("LabelledHistogramWriter.startTimer()", () => {
  it("records with the labels that are known at the end", () => {
    withClocks(({ pass }) => {
      const { read, thread } = setUp();
      const end = thread.metrics.route.startTimer();
      pass(0.25);
      assertAlmostEquals(end({ route: "/", status: "404" }), 250, 1e-6);
      pass(0.25);
      assertAlmostEquals(end(home), 500, 1e-6);
      assertEquals(counted(read.route.read({ status: "404" })), [1, 250]);
      assertEquals(counted(read.route.read(home)), [1, 500]);
    });
  });

  it("records nothing with wrong labels, and can be ended again", () => {
    const { stats, read, thread } = setUp();
    const end = thread.metrics.route.startTimer();
    const bad: [unknown, string][] = [
      [undefined, "the labels must be route, status, got undefined"],
      [{ route: "/" }, "the labels must be route, status, got no status"],
      [
        { ...home, method: "GET" },
        "the labels must be route, status, got the unknown label method",
      ],
    ];
    for (const [labels, text] of bad) {
      assertRefusesUnchanged(
        stats,
        () => end(labels as typeof home),
        TypeError,
        `Cannot bind labels of route: ${text}`,
      );
    }
    end(home);
    assertEquals(read.route.read().count, 1);
  });
});

describe("HistogramWriter.time() of a function", () => {
  it("records how long it took, and returns what it returned", () => {
    withClocks(({ pass }) => {
      const { read, thread } = setUp();
      const result = { a: 1 };
      const returned = thread.metrics.took.time(() => {
        pass(2);
        return result;
      });
      assertStrictEquals(returned, result);
      assertEquals(counted(read.took.read()), [1, 2]);
      for (const value of [undefined, null, 0, "", { then: 5 }]) {
        assertStrictEquals(thread.metrics.took.time((): unknown => value), value);
      }
    });
  });

  it("records it also when it throws, and throws the same", () => {
    withClocks(({ pass }) => {
      const { read, thread } = setUp();
      const error = new Error("no");
      const thrown = assertThrows(() =>
        thread.metrics.took.time(() => {
          pass(3);
          throw error;
        })
      );
      assertStrictEquals(thrown, error);
      assertEquals(counted(read.took.read()), [1, 3]);
    });
  });

  it("records how long its promise took", async () => {
    await withClocks(async ({ pass }: Clocks) => {
      const { read, thread } = setUp();
      const { promise, resolve } = Promise.withResolvers<string>();
      const timed = thread.metrics.took.time(async () => {
        pass(1);
        const text = await promise;
        pass(1);
        return text;
      });
      await Promise.resolve();
      assertEquals(read.took.read().count, 0);
      pass(2);
      resolve("done");
      assertEquals(await timed, "done");
      assertEquals(counted(read.took.read()), [1, 4]);
    });
  });

  it("records it also when its promise is rejected, and passes the reason on", async () => {
    const { read, thread } = setUp();
    const error = new RangeError("no");
    const timed = thread.metrics.took.time(() => Promise.reject(error));
    assertStrictEquals(await assertRejects(() => timed), error);
    assertEquals(read.took.read().count, 1);
  });

  it("waits for any object with a method `then`, which it calls once", async () => {
    const { read, thread } = setUp();
    let calls = 0;
    // Such as a builder of queries, which sends the query in `then`.
    const query: PromiseLike<number> = {
      then: (succeed) => {
        calls++;
        return Promise.resolve(7).then(succeed);
      },
    };
    const timed: Promise<number> = thread.metrics.took.time(() => query);
    assertEquals([await timed, calls], [7, 1]);
    assertEquals(read.took.read().count, 1);
  });

  it("passes on the function's error, not the one of a thread that has left", async () => {
    const { thread } = setUp();
    const { took } = thread.metrics;
    const fail = () => {
      thread.unregister();
      throw new RangeError("its own");
    };
    assertThrows(() => took.time(fail), RangeError, "its own");
    await assertRejects(() => took.time(() => Promise.reject(new URIError("late"))), URIError);
    assertThrows(() => took.time(() => 1), StaleThreadError);
    await assertRejects(() => took.time(() => Promise.resolve(1)), StaleThreadError);
  });

  it("refuses what is not a function", () => {
    const { stats, thread } = setUp();
    const took = thread.metrics.took as unknown as { time(call: unknown): unknown };
    for (const [call, got] of [[5, "5"], [null, "null"], ["f", '"f"'], [{}, "an object"]]) {
      const text = `Cannot time took: a function is required, got ${got}`;
      assertRefusesUnchanged(stats, () => took.time(call), TypeError, text);
    }
  });

  it("calls the function without arguments and without this", () => {
    const { thread } = setUp();
    const seen = thread.metrics.took.time(function (this: unknown, ...given: unknown[]) {
      return [this, given];
    });
    assertEquals(seen, [undefined, []]);
  });

  it("can be nested", () => {
    withClocks(({ pass }) => {
      const { read, thread } = setUp();
      const { took }: { took: HistogramWriter } = thread.metrics;
      took.time(() => {
        pass(1);
        took.time(() => pass(2));
      });
      assertEquals(counted(read.took.read()), [2, 5]);
    });
  });
});
