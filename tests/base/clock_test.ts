import { assertEquals, assertLessOrEqual } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { steady } from "../../src/base/clock.ts";
import { withClock, withClocks } from "../support/clocks.ts";

describe("steady()", () => {
  it("never falls, while clocks are replaced and put back", () => {
    const seen: number[] = [];
    const look = () => seen.push(steady());
    for (let n = 0; n < 3; n++) {
      look();
      withClock((pass) => {
        look();
        for (const seconds of [1, -3600, 50, 1e9, -1e9]) {
          pass(seconds);
          look();
        }
      });
      look();
      withClocks(({ pass, set }) => {
        look();
        for (const seconds of [-1, 3600, -1e9, 1e9]) {
          set(seconds);
          pass(1);
          look();
        }
      });
    }
    for (const [n, time] of seen.entries()) assertLessOrEqual(seen[n - 1] ?? 0, time);
  });

  it("is not moved by a wall clock that is set while it runs", () => {
    const { now } = Date;
    let offset = 0;
    Date.now = () => now() + offset;
    try {
      const start = performance.now();
      const before = steady();
      for (const seconds of [5, -5, 3600, -3600, 1.6e9, -3e9]) {
        offset += seconds * 1000;
        steady();
      }
      const passed = steady() - before;
      assertLessOrEqual(passed, performance.now() - start);
    } finally {
      Date.now = now;
    }
  });

  it("follows a wall clock that a test moves by hand: forward, by steps that are no setting", () => {
    withClock((pass) => {
      const before = steady();
      const rest = (seconds: number) => {
        pass(seconds);
        return Math.round((steady() - before) / 1000);
      };
      assertEquals([10, 0.4, -3600, 60, 3600, 0.6].map(rest), [10, 10, 10, 70, 70, 71]);
    });
  });

  it("takes the clock of fake timers that replace both", () => {
    withClocks(({ pass, set }) => {
      const before = steady();
      pass(7);
      set(99);
      assertEquals(Math.round(steady() - before), 7000);
    });
    const start = performance.now();
    const before = steady();
    assertLessOrEqual(steady() - before, performance.now() - start, "the real one goes on");
  });
});
