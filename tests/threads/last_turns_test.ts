import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { counter, defineSchema, ThreadStats } from "../../mod.ts";
import { Arena } from "../../src/memory/arena.ts";
import { SLOT_TURN_F64 } from "../../src/memory/layout.ts";
import type { Tenure } from "../../src/threads/control_word.ts";
import { LastTurns } from "../../src/threads/last_turns.ts";
import { SlotDirectory } from "../../src/threads/slot_directory.ts";
import { beginTurns, endTurns, writeResumed, writeTurn } from "../../src/threads/turns.ts";
import { type Clocks, withClocks } from "../support/clocks.ts";

/** A thread whose clock is `ahead` milliseconds ahead of the test's. */
function makeThreads(count: number) {
  const stats = ThreadStats.create(defineSchema({ jobs: counter() }));
  const arena = new Arena(stats.handle);
  const slots = new SlotDirectory(arena, 64, 60);
  const threads = Array.from({ length: count }, (_, n) => {
    const thread = stats.registerThread(`worker-${n}`);
    const tenure: Tenure = { slot: n, control: slots.activeControl(n) };
    const ahead = 1_000_000 * (n + 1);
    const clocks = () => ({
      now: performance.now() + ahead,
      wall: Date.now(),
      origin: performance.timeOrigin - ahead - 0.125,
    });
    return {
      thread,
      begin: (period = 1000) => beginTurns(arena, slots, tenure, { clocks: clocks(), period }),
      turn: () => writeTurn(arena, slots, tenure, clocks()),
      resume: () => writeResumed(arena, slots, tenure, clocks().now),
      end: () => endTurns(arena, slots, tenure),
      damage: () => {
        arena.views().f64[slots.controlIndex(n) / 2 + SLOT_TURN_F64] = NaN;
      },
    };
  });
  const reader = () => {
    const turns = new LastTurns(arena, slots);
    return (overdueSince?: number) => {
      const read = turns.read(overdueSince);
      return Array.from({ length: count }, (_, slot) => read.get(slot)?.blockedSeconds);
    };
  };
  return { stats, arena, slots, threads, reader };
}

/** Lets seconds pass in which the threads turn. */
function turning(clocks: Clocks, threads: readonly { turn(): void }[], seconds: number): void {
  for (let n = 0; n < seconds; n++) {
    clocks.pass(1);
    for (const thread of threads) thread.turn();
  }
}

describe("LastTurns.read()", () => {
  it("tells how long each thread is overdue, at the first look", () => {
    withClocks((clocks) => {
      const { threads: [one, two, three], reader } = makeThreads(3);
      one.begin();
      two.begin();
      turning(clocks, [one, two], 3);
      clocks.pass(0.5);
      assertEquals(reader()(), [0, 0, undefined]);
      clocks.pass(0.5);
      two.turn();
      clocks.pass(2);
      assertEquals(reader()(), [2, 1, undefined]);
      three.begin(10_000);
      clocks.pass(10.5);
      assertEquals(reader()(), [12.5, 11.5, 0.5]);
    });
  });

  it("tells when each thread turned last, by the wall clock", () => {
    withClocks((clocks) => {
      const { threads: [one], arena, slots } = makeThreads(1);
      one.begin();
      const at = Date.now();
      clocks.pass(5);
      assertAlmostEquals(new LastTurns(arena, slots).read().get(0)!.lastTurn, at, 0.01);
    });
  });

  it("is not misled by a wall clock that is set, once it has looked", () => {
    for (const step of [3600, -3600]) {
      withClocks((clocks) => {
        const { threads: [one, two], reader } = makeThreads(2);
        const read = reader();
        one.begin();
        two.begin();
        for (let n = 0; n < 3; n++) {
          turning(clocks, [one, two], 1);
          read();
        }
        // While one is blocked:
        clocks.pass(3);
        two.turn();
        clocks.set(step);
        assertEquals(read(), [2, 0]);
        clocks.pass(1);
        two.turn();
        assertEquals(read(), [3, 0]);
        one.turn();
        clocks.set(step);
        assertEquals(read(), [0, 0]);
        clocks.pass(4);
        const [late] = read();
        assert(late! >= 2 && late! <= 3.001, `${late}`);
      });
    }
  });

  it("never takes a turn for one of the future", () => {
    withClocks((clocks) => {
      const { threads: [one], reader, arena, slots } = makeThreads(1);
      one.begin();
      clocks.set(-3600);
      clocks.pass(4);
      // Nothing but the wall clock tells when it was, and that was set: it may as well be now.
      assertEquals(reader()(), [0]);
      assertAlmostEquals(new LastTurns(arena, slots).read().get(0)!.lastTurn, Date.now(), 0.01);
    });
  });

  it("recovers if the reader's clock was moved", () => {
    withClocks((clocks) => {
      const { threads: [one], reader } = makeThreads(1);
      const read = reader();
      one.begin();
      for (let n = 0; n < 3; n++) {
        turning(clocks, [one], 1);
        read();
      }
      const own = performance.now();
      Object.defineProperty(performance, "now", {
        value: () => own + 7200_000,
        configurable: true,
      });
      read();
      Object.defineProperty(performance, "now", { value: () => own, configurable: true });
      one.turn();
      assertEquals(read(), [0]);
    });
  });

  it("does not count the time of a suspension that another thread has noticed", () => {
    withClocks((clocks) => {
      const { threads: [one, two], reader } = makeThreads(2);
      const read = reader();
      one.begin();
      two.begin();
      turning(clocks, [one, two], 2);
      read();
      clocks.pass(3600);
      two.resume();
      two.turn();
      assertEquals(read(), [0, 0]);
      clocks.pass(3);
      two.turn();
      assertEquals(read(), [2, 0], "since the end of the suspension it is blocked");
    });
  });

  it("does not count the time in which the reader did not turn either", () => {
    withClocks((clocks) => {
      const { threads: [one], reader } = makeThreads(1);
      const read = reader();
      one.begin();
      turning(clocks, [one], 2);
      clocks.pass(3);
      const own = performance.now();
      clocks.pass(3600);
      assertEquals(read(own), [2]);
      assertEquals(read(), [3602]);
    });
  });

  it("forgets what a thread wrote whose tenure is over", () => {
    withClocks((clocks) => {
      const { stats, threads: [one, two], reader } = makeThreads(2);
      const read = reader();
      one.begin();
      two.begin();
      clocks.pass(5);
      assertEquals(read(), [4, 4]);
      one.thread.unregister();
      assertEquals(read(), [undefined, 4]);
      const next = stats.registerThread("worker-0");
      assertEquals(next.slot, 0);
      assertEquals(read(), [undefined, 4]);
      // What a fenced thread may still write belongs to its own tenure.
      one.turn();
      one.end();
      assertEquals(read(), [undefined, 4]);
      two.end();
      assertEquals(read(), [undefined, undefined]);
    });
  });

  it("takes no damaged times", () => {
    withClocks(() => {
      const { threads: [one], reader } = makeThreads(1);
      one.begin();
      one.damage();
      assertEquals(reader()(), [undefined]);
    });
  });
});
