import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { Arena } from "../../src/memory/arena.ts";
import { makeMemory } from "../../src/memory/header.ts";
import { ACTIVE, type Tenure } from "../../src/threads/control_word.ts";
import { SlotDirectory } from "../../src/threads/slot_directory.ts";
import {
  completeOwner,
  readOwner,
  readSince,
  writeLife,
  writeOwner,
} from "../../src/threads/slot_owner.ts";

function setUp() {
  const format = { maxThreads: 2, maxMetrics: 4, quarantine: 0 };
  const arena = new Arena(makeMemory(format, 2 ** 20));
  return { arena, slots: new SlotDirectory(arena, 2, 0) };
}

const identity = { process: 4321, thread: 7, ancestors: [2, 5], life: 2n ** 63n + 1n };

describe("readOwner()", () => {
  it("gives what the owner of the tenure has written, and nothing of another tenure's", () => {
    const { arena, slots } = setUp();
    const first = slots.acquire("a", { state: ACTIVE });
    assertEquals(readOwner(arena, slots, first), undefined, "before it was written");
    assertEquals(readSince(arena, slots, first), undefined);
    const before = Date.now();
    writeOwner(arena, slots, first, identity);
    assertEquals(readOwner(arena, slots, first), identity);
    const since = readSince(arena, slots, first)!;
    assert(since >= before && since <= Date.now());
    slots.retire(first);
    const second = slots.acquire("a", { state: ACTIVE });
    assertEquals([second.slot, readOwner(arena, slots, second)], [0, undefined]);
    assertEquals(readSince(arena, slots, second), undefined);
    writeOwner(arena, slots, second, { ...identity, ancestors: [] });
    assertEquals(readOwner(arena, slots, second), { ...identity, ancestors: [] });
    assertEquals(readOwner(arena, slots, first), undefined, "it has gone to another");
    assertEquals(slots.describe(0)!.name, "a", "the name stands beside it");
  });

  it("keeps the nearest 8 of the threads above", () => {
    const { arena, slots } = setUp();
    const tenure = slots.acquire("a", { state: ACTIVE });
    const ancestors = Array.from({ length: 12 }, (_, n) => n + 1);
    writeOwner(arena, slots, tenure, { ...identity, ancestors });
    assertEquals(readOwner(arena, slots, tenure)!.ancestors, ancestors.slice(-8));
  });

  it("tells of a lock that came later", () => {
    const { arena, slots } = setUp();
    const tenure = slots.acquire("a", { state: ACTIVE });
    writeOwner(arena, slots, tenure, { ...identity, life: 0n });
    writeLife(arena, slots, tenure.slot, 9n);
    assertEquals(readOwner(arena, slots, tenure)!.life, 9n);
  });
});

describe("completeOwner()", () => {
  const seat = { process: 4321, thread: -1, ancestors: [], life: 0n };

  it("leaves the process known wherever the thread is killed, and names no other's ancestors", () => {
    for (let steps = 0;; steps++) {
      const { arena, slots } = setUp();
      const former = slots.acquire("a", { state: ACTIVE });
      writeOwner(arena, slots, former, { ...identity, ancestors: [98, 99] });
      slots.retire(former);
      const tenure = slots.acquire("a", { state: ACTIVE });
      writeOwner(arena, slots, tenure, seat);
      const isComplete = runFor(steps, () => completeOwner(arena, slots, tenure, identity));
      const owner = readOwner(arena, slots, tenure)!;
      assertEquals(owner.process, 4321, `after ${steps} steps`);
      assert(owner.thread === -1 || owner.thread === identity.thread);
      assert(owner.ancestors.every((ancestor) => identity.ancestors.includes(ancestor)));
      if (!isComplete) continue;
      assertEquals(owner, identity);
      break;
    }
  });
});

describe("writeOwner() and completeOwner()", () => {
  it("put no process over that of the next owner, wherever they are suspended and killed", () => {
    const later = { process: 8765, thread: 3, ancestors: [1], life: 5n };
    for (const write of [writeOwner, completeOwner]) {
      let cases = 0;
      for (let [suspended, isOver] = [0, false]; !isOver; suspended++) {
        for (let killed = suspended;; killed++) {
          const { arena, slots } = setUp();
          const former = slots.acquire("a", { state: ACTIVE });
          if (write === completeOwner) writeOwner(arena, slots, former, { ...identity, life: 0n });
          let next: Tenure | undefined;
          const isWhole = runSteps(() => write(arena, slots, former, identity), {
            suspended,
            killed,
            meanwhile: () => {
              slots.revoke(former, true);
              next = slots.acquire("a", { state: ACTIVE });
              assertEquals(next.slot, former.slot);
              writeOwner(arena, slots, next, later);
            },
          });
          isOver = next === undefined;
          if (next !== undefined) {
            cases++;
            const owner = readOwner(arena, slots, next);
            assertEquals(owner?.process, 8765, `${write.name}: ${suspended}, ${killed}`);
          }
          if (isWhole) break;
        }
      }
      assert(cases > 20, `${write.name}: ${cases} cases`);
    }
  });
});

/**
 * Runs a function that is suspended before one of its atomic operations, and killed before a later
 * one; false if it was killed.
 */
function runSteps(
  run: () => void,
  { suspended, killed, meanwhile }: {
    suspended: number;
    killed: number;
    meanwhile: () => void;
  },
): boolean {
  const { load, store, compareExchange, exchange } = Atomics;
  const operations = { load, store, compareExchange, exchange };
  const end = new Error("killed");
  let step = 0;
  let isAway = false;
  for (const [name, operation] of Object.entries(operations)) {
    // deno-lint-ignore no-explicit-any -- each has arguments of its own
    (Atomics as any)[name] = (...args: unknown[]) => {
      if (!isAway) {
        if (step === suspended) {
          isAway = true;
          meanwhile();
          isAway = false;
        }
        if (step++ === killed) throw end;
      }
      // deno-lint-ignore no-explicit-any
      return (operation as any)(...args);
    };
  }
  try {
    run();
    return true;
  } catch (error) {
    if (error !== end) throw error;
    return false;
  } finally {
    Object.assign(Atomics, operations);
  }
}

/** Runs a function until it has made so many atomic stores; false if it had not ended by then. */
function runFor(stores: number, run: () => void): boolean {
  const { store } = Atomics;
  const killed = new Error("killed");
  let left = stores;
  Atomics.store = ((...args: Parameters<typeof store>) => {
    if (left-- === 0) throw killed;
    return store(...args);
  }) as typeof store;
  try {
    run();
    return true;
  } catch (error) {
    if (error !== killed) throw error;
    return false;
  } finally {
    Atomics.store = store;
  }
}
