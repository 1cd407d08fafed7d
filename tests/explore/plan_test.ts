import { assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { formatPlan, interruptionsOf, parsePlan } from "./plan.ts";
import { randomPlan } from "./random.ts";

describe("parsePlan()", () => {
  it("is the way back from formatPlan()", () => {
    for (let seed = 1; seed <= 100; seed++) {
      const plan = randomPlan(seed, { threads: 3, kills: true, steps: 100 });
      assertEquals(parsePlan(formatPlan(plan)), plan);
    }
    assertEquals(parsePlan("0:12,1:3k,0"), [
      { thread: 0, steps: 12 },
      { thread: 1, steps: 3, kill: true },
      { thread: 0 },
    ]);
  });

  it("throws on what is no plan", () => {
    for (const text of ["", "0;1", "0:", "0:1x", "a"]) {
      assertThrows(() => parsePlan(text), TypeError, "like 0:12");
    }
  });
});

describe("interruptionsOf()", () => {
  it("counts preemptions and kills", () => {
    assertEquals(interruptionsOf(parsePlan("0:12,1:3k,0")), 2);
  });
});
