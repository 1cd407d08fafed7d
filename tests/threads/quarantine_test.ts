import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { Quarantine } from "../../src/threads/quarantine.ts";
import { withClock } from "../support/clocks.ts";

describe("Quarantine.isOver()", () => {
  it("counts for each slot from when its control word was first found", () => {
    withClock((pass) => {
      const quarantine = new Quarantine(60);
      assertEquals(quarantine.isOver(0, 12), false);
      pass(59);
      assertEquals([quarantine.isOver(0, 12), quarantine.isOver(1, 12)], [false, false]);
      pass(2);
      assertEquals([quarantine.isOver(0, 12), quarantine.isOver(1, 12)], [true, false]);
    });
  });

  it("begins again with the control word of another tenure", () => {
    withClock((pass) => {
      const quarantine = new Quarantine(60);
      quarantine.isOver(0, 12);
      pass(61);
      assertEquals(quarantine.isOver(0, 20), false);
      pass(61);
      assertEquals(quarantine.isOver(0, 20), true);
    });
  });
});

describe("Quarantine.isNone", () => {
  it("tells a quarantine of 0 seconds", () => {
    assertEquals([new Quarantine(0).isNone, new Quarantine(1).isNone], [true, false]);
  });
});
