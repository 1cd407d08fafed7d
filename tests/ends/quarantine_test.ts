import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { Arena } from "../../src/memory/arena.ts";
import { processId } from "../../src/host/host.ts";
import { makeMemory } from "../../src/memory/header.ts";
import { SlotReclaimer } from "../../src/ends/slot_reclaimer.ts";
import { ACTIVE } from "../../src/threads/control_word.ts";
import { SlotDirectory } from "../../src/threads/slot_directory.ts";
import { resultOf } from "../join/run_program.ts";
import { withClocks } from "../support/clocks.ts";

describe("SlotReclaimer.threadEnded()", () => {
  it("ends the quarantines that have passed, for threads that see them for the first time", () => {
    const format = { maxThreads: 2, maxMetrics: 4, quarantine: 60 };
    const handle = makeMemory(format, 2 ** 20);
    const open = () => {
      const arena = new Arena(handle);
      const slots = new SlotDirectory(arena, 2, 60);
      return { slots, ends: new SlotReclaimer(arena, slots, processId()) };
    };
    const stays = open();
    withClocks(({ pass }) => {
      for (const name of ["a", "b"]) {
        stays.slots.revoke(stays.slots.acquire(name, { state: ACTIVE }), false);
      }
      pass(61);
      // Of a thread that has no slot.
      stays.ends.threadEnded(7, { stopped: false, childrenStopped: false });
      assertEquals(open().slots.acquire("new", { state: ACTIVE }).slot, 0);
    });
  });
});

describe("ThreadStats.join(), workers that do not live as long as a quarantine", () => {
  for (const how of ["event", "timer"]) {
    it(`take the slots of others when it is over, which the thread that stays notices (${how})`, async () => {
      assertEquals(await resultOf("quarantine", [how]), "registered");
    });
  }
});
