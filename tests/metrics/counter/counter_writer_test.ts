import { assert, assertEquals, assertNotStrictEquals, assertStrictEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { CounterWriter } from "../../../mod.ts";
import { assertRefuses, assertRefusesUnchanged } from "../observe.ts";
import { NEGATIVE_OR_NOT_FINITE, NOT_NUMBERS } from "../../support/bad_values.ts";
import { attachTraffic, createTraffic } from "../../support/traffic.ts";

const get = { method: "GET", status: "200" };
const post = { method: "POST", status: "201" };

/** The requirement for an increment, and increments that are refused. */
const REQUIRED = "the increment must be a finite number and not negative, got";

describe("CounterWriter.add()", () => {
  it("adds 1 by default, and also fractions and 0", () => {
    const stats = createTraffic();
    const { packets } = stats.registerThread().metrics;
    packets.add();
    packets.add(undefined);
    packets.add(0.25);
    packets.add(0);
    packets.add(-0);
    assertEquals(stats.metrics.packets.read(), 2.25);
  });

  it("is exact for integers to 2^53", () => {
    const stats = createTraffic();
    const { packets } = stats.registerThread().metrics;
    packets.add(2 ** 53 - 2);
    packets.add(1);
    assertEquals(stats.metrics.packets.read(), 2 ** 53 - 1);
  });

  it("shows at once in all readers, which add up over threads", () => {
    const stats = createTraffic();
    const there = attachTraffic(stats);
    const one = stats.registerThread("one").metrics.packets;
    const two = there.registerThread("two").metrics.packets;
    for (let n = 1; n <= 100; n++) {
      one.add(1);
      two.add(2);
      assertEquals([stats.metrics.packets.read(), there.metrics.packets.read()], [3 * n, 3 * n]);
    }
  });

  it("refuses bad increments and changes nothing, before the first add and after", () => {
    const stats = createTraffic();
    const { packets, requests } = stats.registerThread().metrics;
    const request = requests.labels(get);
    for (let round = 0; round < 2; round++) {
      for (const [counter, name] of [[packets, "packets"], [request, "requests"]] as const) {
        for (const [n, got] of NEGATIVE_OR_NOT_FINITE) {
          const text = `Cannot add to ${name}: ${REQUIRED} ${got}`;
          assertRefusesUnchanged(stats, () => counter.add(n), RangeError, text);
        }
        for (const [n, got] of NOT_NUMBERS) {
          const text = `Cannot add to ${name}: ${REQUIRED} ${got}`;
          assertRefusesUnchanged(stats, () => counter.add(n as number), TypeError, text);
        }
        counter.add(1);
      }
    }
    assertEquals([stats.metrics.packets.read(), stats.metrics.requests.read(get)], [2, 2]);
  });

  it("starts again from 0 after a clear, in every thread", () => {
    const stats = createTraffic();
    const threads = [stats.registerThread(), attachTraffic(stats).registerThread()];
    for (let round = 1; round <= 3; round++) {
      for (const { metrics } of threads) metrics.packets.add(round);
      assertEquals(stats.metrics.packets.read(), 2 * round);
      stats.metrics.packets.clear();
      assertEquals(stats.metrics.packets.read(), 0);
      assertEquals(stats.metrics.packets.perThread(), []);
    }
    threads[1].metrics.packets.add(7);
    assertEquals(stats.metrics.packets.perThread(), [{ thread: "thread-1", slot: 1, value: 7 }]);
  });
});

describe("LabelledCounterWriter.labels()", () => {
  it("returns the same writer for the same labels, in any order", () => {
    const stats = createTraffic();
    const { requests } = stats.registerThread().metrics;
    const child = requests.labels(get);
    assertStrictEquals(requests.labels({ status: "200", method: "GET" }), child);
    child.add(1);
    assertStrictEquals(requests.labels({ ...get }), child);
    assertNotStrictEquals(requests.labels(post), child);
    stats.metrics.requests.clear(get);
    assertStrictEquals(requests.labels(get), child);
    assertEquals(stats.metrics.requests.ids(), [0, 1]);
  });

  it("counts in one bucket for all threads", () => {
    const stats = createTraffic();
    const there = attachTraffic(stats);
    const one = stats.registerThread("one").metrics.requests;
    const two = there.registerThread("two").metrics.requests;
    one.labels(get).add(1);
    two.labels(post).add(10);
    two.labels(get).add(2);
    one.labels(post).add(20);
    assertEquals(stats.metrics.requests.series(), [
      { id: 0, labels: get, value: 3 },
      { id: 1, labels: post, value: 30 },
    ]);
    assertEquals(there.metrics.requests.perThread(get), [
      { thread: "one", slot: 0, value: 1 },
      { thread: "two", slot: 1, value: 2 },
    ]);
  });

  it("refuses labels that are not exactly the metric's, also beside known ones", () => {
    const stats = createTraffic();
    const { requests } = stats.registerThread().metrics;
    const what = "Cannot bind labels of requests:";
    const names = `${what} the labels must be method, status, got`;
    const bad: [unknown, string][] = [
      [undefined, `${names} undefined`],
      [null, `${names} null`],
      ["GET", `${names} "GET"`],
      [() => {}, `${names} a function`],
      [{}, `${names} no method`],
      [{ method: "GET" }, `${names} no status`],
      [{ status: "200" }, `${names} no method`],
      [{ ...get, status: undefined }, `${names} no status`],
      [{ ...get, host: "a" }, `${names} the unknown label host`],
      [{ method: "GET", code: "200" }, `${names} the unknown label code`],
      [{ method: "GET", Status: "200" }, `${names} the unknown label Status`],
      [["GET", "200"], `${names} ["GET","200"]`],
      [{ ...get, status: 200 }, `${what} the label status must be a string, got 200`],
      [{ ...get, status: null }, `${what} the label status must be a string, got null`],
      [{ ...get, method: ["GET"] }, `${what} the label method must be a string, got ["GET"]`],
      [{ ...get, method: Symbol() }, `${what} the label method must be a string, got a symbol`],
      [
        { ...get, method: new String("GET") },
        `${what} the label method must be a string, got an object of class String`,
      ],
    ];
    for (let round = 0; round < 2; round++) {
      for (const [labels, text] of bad) {
        assertRefusesUnchanged(
          stats,
          () => requests.labels(labels as typeof get),
          TypeError,
          text,
        );
      }
      requests.labels(get).add(1); // from now on these are known
    }
  });

  it("accepts any string as a value, and never confuses two", () => {
    const stats = createTraffic();
    const texts = [
      "",
      " ",
      "\0",
      "a,b",
      'a"b',
      "a\\b",
      "a\nb",
      "__proto__",
      "constructor",
      "toString",
      "undefined",
      "null",
      "grüße 日本 😀",
      "\ufffd",
      "é",
      "e\u0301",
      "x".repeat(1024),
      "x".repeat(1023) + "y",
    ];
    // Two metrics' worth of series in one: the schema's bound is 3, so one at a time.
    const { requests } = stats.registerThread().metrics;
    const there = attachTraffic(stats).metrics.requests;
    for (const method of texts) {
      for (const status of ["", method]) {
        requests.labels({ method, status }).add(2);
        assertEquals(there.read({ method, status }), 2);
        assertEquals(there.series(), [{ id: 0, labels: { method, status }, value: 2 }]);
        there.destroy({ method, status });
        assertEquals(there.series(), []);
      }
    }
  });

  it("counts in one overflow series beyond maxSeries", () => {
    const stats = createTraffic();
    const there = attachTraffic(stats);
    const { requests } = there.registerThread("one").metrics;
    for (const method of ["a", "b", "c"]) requests.labels({ method, status: "" }).add(1);
    assertEquals(stats.metrics.requests.overflowed(), 0);
    const overflow = requests.labels({ method: "d", status: "" });
    assertStrictEquals(requests.labels({ method: "e", status: "" }), overflow);
    overflow.add(5);
    overflow.add(5);
    stats.registerThread("two").metrics.requests.labels(get).add(1);
    assertEquals(stats.metrics.requests.overflowed(), 3);
    assertEquals(there.metrics.requests.overflowed(), 3);
    assertEquals(there.metrics.requests.series()[3], {
      id: 3,
      labels: { otel_metric_overflow: "true" },
      value: 11,
    });
    assertEquals(stats.metrics.requests.id({ method: "f", status: "" }), 3);
    assertEquals(stats.metrics.requests.read({ method: "d", status: "" }), 0);
    assertRefusesUnchanged(
      stats,
      () => overflow.add(-1),
      RangeError,
      `Cannot add to requests: ${REQUIRED} -1`,
    );
    // There is room again: new labels get a bucket, and the known labels still have theirs.
    stats.metrics.requests.destroy({ method: "b", status: "" });
    requests.labels({ method: "d", status: "" }).add(7);
    assertEquals(stats.metrics.requests.read({ method: "d", status: "" }), 7);
    assertEquals(stats.metrics.requests.read({ method: "a", status: "" }), 1);
    overflow.add(1);
    assertEquals(stats.metrics.requests.overflowed(), 4);
  });

  it("never counts in a later life of a bucket for its earlier labels", () => {
    const stats = createTraffic();
    const there = attachTraffic(stats);
    const { requests } = stats.registerThread().metrics;
    const other = there.registerThread().metrics.requests;
    const gone = (id: number, child: CounterWriter) =>
      assertRefusesUnchanged(
        stats,
        () => child.add(1),
        RangeError,
        `Cannot add to requests: the bucket must be live, got ${id}, one that was destroyed`,
      );
    const old = requests.labels(get);
    const untouched = other.labels(get);
    old.add(1);
    there.metrics.requests.destroy(get);
    gone(0, old);
    gone(0, untouched);
    other.labels(post).add(10); // takes the id
    assertEquals(stats.metrics.requests.ids(), [0]);
    gone(0, old);
    gone(0, untouched);
    assertEquals(stats.metrics.requests.read(post), 10);
    // The same labels again begin another life.
    stats.metrics.requests.destroy(post);
    const young = requests.labels(get);
    assertNotStrictEquals(young, old);
    young.add(100);
    gone(0, old);
    gone(0, untouched);
    assertEquals(stats.metrics.requests.read(get), 100);
    stats.metrics.requests.clear(get);
    gone(0, old);
    young.add(3);
    assertEquals(stats.metrics.requests.series(), [{ id: 0, labels: get, value: 3 }]);
  });

  it("does not take the writer of an ended life for the one of a new life", () => {
    const stats = createTraffic();
    const { requests } = stats.registerThread().metrics;
    for (let n = 1; n <= 20; n++) {
      requests.labels(get).add(n);
      assertEquals(stats.metrics.requests.read(get), n);
      if (n % 2 === 0) stats.metrics.requests.clear(get);
      else {
        stats.metrics.requests.destroy(get);
        assertRefuses(
          () => stats.metrics.requests.destroy(get),
          RangeError,
          `Cannot destroy requests: a live bucket must have these labels, got ${
            JSON.stringify(get)
          }`,
        );
      }
      assertEquals(stats.metrics.requests.read(get), 0);
    }
    assert(stats.metrics.requests.ids().length <= 1);
  });
});
