import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { expectFigure, timeCalls, timeCase, timeOperations } from "../../bench/timer.ts";

describe("timeCalls()", () => {
  it("runs `before` before each call, and waits for both", async () => {
    const events: string[] = [];
    const later = async (event: string) => {
      await Promise.resolve();
      events.push(event);
    };
    const { min, p50, p75 } = await timeCalls(() => later("call"), {
      leastCalls: 3,
      before: () => later("before"),
    });
    assertEquals(events, Array.from({ length: 4 }, () => ["before", "call"]).flat());
    assert(min <= p50 && p50 <= p75);
  });
});

describe("timeOperations()", () => {
  it("counts the operations of all runs, and of the last one", async () => {
    let done = 0;
    let last = 0;
    const { perSample, operations } = await timeOperations((n) => {
      done += last = n;
    }, { warmUpMs: 5, budgetMs: 5, leastSamples: 3 });
    assertStrictEquals(operations, done);
    assertStrictEquals(perSample, last);
  });
});

describe("timeCase()", () => {
  it("gives nanoseconds of one operation", async () => {
    const { min, p50, p75 } = await timeCase(
      { group: "counter read", implementation: "library", at: { slots: 1 } },
      { warmUpMs: 5, budgetMs: 5, leastSamples: 3 },
    );
    assert(min > 0 && min <= p50 && p50 <= p75);
  });
});

describe("expectFigure()", () => {
  it("refuses the cost of work that was not done", () => {
    expectFigure("a read", 3, 3);
    assertThrows(
      () => expectFigure("a read", 2, 3),
      Error,
      "Cannot measure a read: it must give 3, got 2",
    );
  });
});
