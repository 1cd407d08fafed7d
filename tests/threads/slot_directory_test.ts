import { assert, assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { Arena } from "../../src/memory/arena.ts";
import { makeMemory } from "../../src/memory/header.ts";
import { ACTIVE, ENTERED, RESERVED, type Tenure } from "../../src/threads/control_word.ts";
import { SlotDirectory } from "../../src/threads/slot_directory.ts";
import { SLOT_NAME_GENERATION } from "../../src/memory/layout.ts";
import { assertRefuses, tooManyThreads } from "../metrics/observe.ts";
import { withClock, withClocks } from "../support/clocks.ts";

function makeDirectory({ maxThreads = 4, quarantine = 60 } = {}): SlotDirectory {
  const format = { maxThreads, maxMetrics: 4, quarantine };
  return new SlotDirectory(new Arena(makeMemory(format, 2 ** 20)), maxThreads, quarantine);
}

/** The same slots as several threads see them. */
function makeDirectories(
  threads: number,
  { maxThreads, quarantine }: { maxThreads: number; quarantine: number },
): SlotDirectory[] {
  const format = { maxThreads, maxMetrics: 4, quarantine };
  const handle = makeMemory(format, 2 ** 20);
  return Array.from(
    { length: threads },
    () => new SlotDirectory(new Arena(handle), maxThreads, quarantine),
  );
}

const states = (slots: SlotDirectory) =>
  Array.from({ length: slots.used }, (_, slot) => slots.describe(slot)?.state);

describe("SlotDirectory.acquire()", () => {
  it("takes new slots in rising order, and describes them", () => {
    const slots = makeDirectory();
    assertEquals(slots.used, 0);
    assertEquals(slots.describe(0), undefined);
    slots.acquire("a", { state: ACTIVE });
    slots.acquire(undefined, { state: RESERVED });
    assertEquals(slots.used, 2);
    assertEquals(slots.describe(0), { slot: 0, name: "a", state: "active" });
    assertEquals(slots.describe(1), { slot: 1, name: "thread-1", state: "reserved" });
  });

  it("takes the slot of the same name first, else the first whose owner is gone, else a new one", () => {
    const slots = makeDirectory();
    const tenures = ["a", "b", "c"].map((name) => slots.acquire(name, { state: ACTIVE }));
    for (const tenure of tenures) assert(slots.retire(tenure));
    assertEquals(slots.acquire("b", { state: ACTIVE }).slot, 1);
    assertEquals(slots.acquire("b", { state: ACTIVE }).slot, 0, "the one of that name is taken");
    assertEquals(slots.acquire("x", { state: ACTIVE }).slot, 2);
    assertEquals(slots.acquire("y", { state: ACTIVE }).slot, 3);
    assertEquals(slots.describe(0)!.name, "b");
  });

  it("does not take an active, a reserved or a quarantined slot of that name", () => {
    const slots = makeDirectory();
    slots.acquire("a", { state: ACTIVE });
    slots.acquire("a", { state: RESERVED });
    slots.revoke(slots.acquire("a", { state: ACTIVE }), false);
    assertEquals(slots.acquire("a", { state: ACTIVE }).slot, 3);
    assertEquals(states(slots), ["active", "reserved", "revoked", "active"]);
  });

  it("raises the generation with each owner", () => {
    const slots = makeDirectory({ maxThreads: 1 });
    const seen = new Set<number>();
    for (let n = 0; n < 100; n++) {
      const tenure = slots.acquire("a", { state: ACTIVE });
      assert(!seen.has(tenure.control));
      seen.add(tenure.control);
      slots.retire(tenure);
    }
  });

  it("makes well-formed Unicode of a name that was cut in the middle of a character", () => {
    const slots = makeDirectory();
    const tenures = ["worker \ud83d", "worker \ude00"].map((name) =>
      slots.acquire(name, { state: ACTIVE })
    );
    assertEquals([0, 1].map((slot) => slots.describe(slot)!.name), [
      "worker \ufffd",
      "worker \ufffd",
    ]);
    for (const tenure of tenures) slots.retire(tenure);
    slots.acquire("other", { state: ACTIVE });
    assertEquals(slots.acquire("worker \ud800", { state: ACTIVE }).slot, 1, "the same name");
  });

  it("refuses one more than maxThreads, and bad names", () => {
    const slots = makeDirectory({ maxThreads: 1 });
    assertRefuses(
      () => slots.acquire(5 as unknown as string, { state: ACTIVE }),
      TypeError,
      "Cannot register a thread: its name must be a string, got 5",
    );
    assertRefuses(
      () => slots.acquire("x".repeat(65), { state: ACTIVE }),
      RangeError,
      "Cannot register a thread: its name must have at most 64 UTF-16 code units, got 65",
    );
    assertEquals(slots.used, 0);
    const longest = "ü" + "😀".repeat(31) + "é";
    assertEquals(longest.length, 64);
    const tenure = slots.acquire(longest, { state: ACTIVE });
    assertEquals(slots.describe(0)!.name, longest);
    assertRefuses(
      () => slots.acquire("b", { state: RESERVED, action: "reserve a thread" }),
      RangeError,
      tooManyThreads(
        1,
        `1 active (${JSON.stringify(longest)}), 0 reserved, 0 in quarantine`,
        "reserve",
      ),
    );
    slots.retire(tenure);
    slots.acquire("", { state: ACTIVE });
    assertEquals(slots.describe(0), { slot: 0, name: "", state: "active" });
  });

  it("names some of those who have the slots when all are taken", () => {
    const slots = makeDirectory({ maxThreads: 12 });
    for (let n = 0; n < 9; n++) slots.acquire(`worker-${n}`, { state: ACTIVE });
    slots.acquire("seat", { state: RESERVED });
    for (let n = 0; n < 2; n++) slots.revoke(slots.acquire("dead", { state: ACTIVE }), false);
    const eight = Array.from({ length: 8 }, (_, n) => `"worker-${n}"`).join(", ");
    assertRefuses(
      () => slots.acquire("one more", { state: ACTIVE }),
      RangeError,
      tooManyThreads(12, `9 active (${eight}, 1 more), 1 reserved, 2 in quarantine`),
    );
  });

  it("shows no name while that of the new owner is not yet written", () => {
    const slots = makeDirectory();
    slots.retire(slots.acquire("old", { state: ACTIVE }));
    const handle = makeMemory(
      { maxThreads: 4, maxMetrics: 4, quarantine: 60 },
      2 ** 20,
    );
    const arena = new Arena(handle);
    const other = new SlotDirectory(arena, 4, 60);
    other.acquire("new", { state: ACTIVE });
    // As if the owner had been stopped before it wrote the name: that of an earlier generation stands there.
    arena.views().i32[other.controlIndex(0) + SLOT_NAME_GENERATION] = 0;
    assertEquals(other.describe(0), { slot: 0, name: "", state: "active" });
  });
});

describe("SlotDirectory.activate()", () => {
  it("makes a reserved slot active, once", () => {
    const slots = makeDirectory();
    const tenure = slots.acquire("a", { state: RESERVED });
    assertEquals(slots.activate(tenure), "reserved");
    assertEquals(slots.describe(0)!.state, "active");
    assertEquals(slots.activate(tenure), "active");
    slots.retire(tenure);
    assertEquals(slots.activate(tenure), "retired");
    const next = slots.acquire("a", { state: RESERVED });
    assertEquals(slots.activate(tenure), "over");
    slots.revoke(next, false);
    assertEquals(slots.activate(next), "revoked");
    assertEquals(slots.describe(0)!.state, "revoked");
  });
});

describe("SlotDirectory.retire()", () => {
  it("ends one's own tenure only", () => {
    const slots = makeDirectory({ maxThreads: 1 });
    const first = slots.acquire("a", { state: ACTIVE });
    assertEquals(slots.retire(first), true);
    assertEquals(slots.retire(first), false);
    slots.acquire("a", { state: ACTIVE });
    assertEquals(slots.retire(first), false);
    assertEquals(states(slots), ["active"]);
  });
});

describe("SlotDirectory.revoke()", () => {
  it("puts an entered slot in quarantine, as its thread may be noting its identity", () => {
    const slots = makeDirectory({ maxThreads: 2 });
    const entered = slots.acquire("a", { state: ENTERED });
    assertEquals(slots.revoke(entered, false), true);
    assertEquals(slots.acquire("b", { state: ENTERED }).slot, 1);
    assertEquals(slots.activate(entered, ENTERED), "revoked");
    assertEquals(slots.reserve(entered), false);
  });

  const cases: ["active" | "reserved", boolean, string][] = [
    ["active", false, "revoked"],
    ["reserved", false, "revoked"],
    ["active", true, "retired"],
    ["reserved", true, "retired"],
  ];
  for (const [from, stopped, to] of cases) {
    it(`makes a slot that was ${from} ${to}${stopped ? " when its thread has stopped" : ""}`, () => {
      const slots = makeDirectory();
      const tenure = slots.acquire("a", { state: from === "active" ? ACTIVE : RESERVED });
      assertEquals(slots.revoke(tenure, stopped), true);
      assertEquals(slots.describe(0), { slot: 0, name: "a", state: to as "revoked" | "retired" });
      assertEquals(slots.revoke(tenure, stopped), false);
      assertEquals(slots.retire(tenure), false);
    });
  }

  it("says afterwards that the thread has stopped", () => {
    const slots = makeDirectory({ maxThreads: 1 });
    const tenure = slots.acquire("a", { state: ACTIVE });
    assertEquals(slots.revoke(tenure, false), true);
    assertThrows(() => slots.acquire("b", { state: ACTIVE }), RangeError);
    assertEquals(slots.revoke(tenure, true), false);
    assertEquals(states(slots), ["retired"]);
    assertEquals(slots.acquire("b", { state: ACTIVE }).slot, 0);
  });

  it("leaves a later owner alone", () => {
    const slots = makeDirectory({ maxThreads: 1 });
    const first = slots.acquire("a", { state: ACTIVE });
    slots.retire(first);
    assertEquals(slots.revoke(first, true), false);
    slots.acquire("b", { state: ACTIVE });
    assertEquals(slots.revoke(first, true), false);
    assertEquals(slots.revoke(first, false), false);
    assertEquals(states(slots), ["active"]);
  });

  it("keeps the slot unused for the quarantine", () => {
    withClock((pass) => {
      const slots = makeDirectory({ maxThreads: 1, quarantine: 60 });
      slots.revoke(slots.acquire("a", { state: ACTIVE }), false);
      assertThrows(() => slots.acquire("b", { state: ACTIVE }), RangeError);
      pass(60);
      // Clocks are not exact: not before it is certain.
      assertThrows(() => slots.acquire("b", { state: ACTIVE }), RangeError);
      pass(1);
      assertEquals(slots.acquire("b", { state: ACTIVE }).slot, 0);
    });
  });

  for (const seconds of [-5, 5, -3600, 3600, -1.6e9, 1.6e9]) {
    it(`neither shortens nor lengthens it when the wall clock is set by ${seconds} s`, () => {
      withClocks(({ pass, set }) => {
        const slots = makeDirectory({ maxThreads: 1, quarantine: 60 });
        set(-seconds / 2);
        slots.revoke(slots.acquire("a", { state: ACTIVE }), false);
        for (let n = 0; n < 6; n++) {
          set(seconds);
          assertThrows(() => slots.acquire("b", { state: ACTIVE }), RangeError);
          pass(10);
          set(-seconds);
          assertThrows(() => slots.acquire("b", { state: ACTIVE }), RangeError);
        }
        pass(1);
        set(seconds);
        assertEquals(slots.acquire("b", { state: ACTIVE }).slot, 0);
      });
    });
  }

  it("counts the quarantine from when a thread has seen the slot revoked, and ends it for all", () => {
    withClock((pass) => {
      const [slots, watching, coming] = makeDirectories(3, { maxThreads: 1, quarantine: 60 });
      slots.revoke(slots.acquire("a", { state: ACTIVE }), false);
      pass(61);
      // It cannot know how long the slot has rested, and nobody has told it.
      assertThrows(() => watching.acquire("b", { state: ACTIVE }), RangeError);
      pass(59);
      assertThrows(() => watching.acquire("b", { state: ACTIVE }), RangeError);
      pass(2);
      assertEquals(watching.describe(0)?.state, "revoked");
      assertEquals(coming.acquire("b", { state: ACTIVE }).slot, 0);
      assertEquals(slots.describe(0), { slot: 0, name: "b", state: "active" });
    });
  });

  it("takes a rested slot for a revoked one, whose thread may be said to have stopped", () => {
    withClock((pass) => {
      const slots = makeDirectory({ maxThreads: 1, quarantine: 60 });
      const tenure = slots.acquire("a", { state: ACTIVE });
      slots.revoke(tenure, false);
      pass(61);
      assertEquals(slots.describe(0)?.state, "revoked");
      assertEquals([slots.reason(tenure), slots.activate(tenure)], ["a revoked one", "revoked"]);
      assertEquals([slots.revoke(tenure, false), slots.revoke(tenure, true)], [false, false]);
      assertEquals(slots.describe(0)?.state, "retired");
    });
  });

  it("needs no quarantine for a reservation that nobody took", () => {
    const [slots, other] = makeDirectories(2, { maxThreads: 1, quarantine: 60 });
    slots.revoke(slots.acquire("a", { state: RESERVED }), false);
    assertEquals(other.describe(0)?.state, "revoked");
    assertEquals(other.acquire("b", { state: ACTIVE }).slot, 0);
  });

  it("starts the quarantine anew with each revocation", () => {
    withClock((pass) => {
      const slots = makeDirectory({ maxThreads: 1, quarantine: 60 });
      slots.revoke(slots.acquire("a", { state: ACTIVE }), false);
      pass(61);
      const second = slots.acquire("b", { state: ACTIVE });
      pass(1000);
      slots.revoke(second, false);
      pass(30);
      assertThrows(() => slots.acquire("c", { state: ACTIVE }), RangeError);
      slots.revoke(second, false); // again: changes nothing, not even the time
      pass(31);
      assertEquals(slots.acquire("c", { state: ACTIVE }).slot, 0);
    });
  });

  it("has no quarantine of 0 seconds", () => {
    const slots = makeDirectory({ maxThreads: 1, quarantine: 0 });
    slots.revoke(slots.acquire("a", { state: ACTIVE }), false);
    assertEquals(slots.acquire("b", { state: ACTIVE }).slot, 0);
  });
});

describe("SlotDirectory.tenureOf()", () => {
  it("names the present tenure until it is over", () => {
    const slots = makeDirectory({ quarantine: 0 });
    const tenure = slots.acquire("a", { state: ACTIVE });
    assertEquals(slots.tenureOf(0), tenure);
    assertEquals(slots.tenureOf(1), undefined);
    slots.revoke(tenure, false);
    assertEquals(slots.tenureOf(0), tenure, "its thread may still run");
    slots.revoke(tenure, true);
    assertEquals(slots.tenureOf(0), undefined);
    const next = slots.acquire("b", { state: RESERVED, action: "reserve a thread" });
    assertEquals(slots.tenureOf(0), next);
    slots.activate(next);
    slots.retire(next);
    assertEquals(slots.tenureOf(0), undefined);
  });
});

describe("SlotDirectory.reason()", () => {
  it("tells why a tenure is over", () => {
    const slots = makeDirectory({ maxThreads: 1, quarantine: 0 });
    const over = (end: (tenure: Tenure) => void) => {
      const tenure = slots.acquire("a", { state: ACTIVE });
      end(tenure);
      return slots.reason(tenure);
    };
    assertEquals(over((tenure) => slots.retire(tenure)), "one that has ended");
    assertEquals(over((tenure) => slots.revoke(tenure, false)), "a revoked one");
    assertEquals(over((tenure) => slots.revoke(tenure, true)), "one that has ended");
    const text = over((tenure) => {
      slots.retire(tenure);
      slots.acquire("b", { state: ACTIVE });
    });
    assertEquals(text, "one whose slot has a new owner");
  });
});
