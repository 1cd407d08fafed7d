import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { createKinds } from "../kinds.ts";

/** Runs `fn` as a thread that is killed at its `at`th atomic operation. Whether it was. */
function killedAt(at: number, fn: () => void): boolean {
  const { store, add, compareExchange } = Atomics;
  let count = 0;
  const killing = (operation: (...args: never[]) => unknown) => (...args: never[]) => {
    if (++count === at) throw new Killed();
    return operation(...args);
  };
  Atomics.store = killing(store) as typeof store;
  Atomics.add = killing(add) as typeof add;
  Atomics.compareExchange = killing(compareExchange) as typeof compareExchange;
  try {
    fn();
    return false;
  } catch (error) {
    if (error instanceof Killed) return true;
    throw error;
  } finally {
    Object.assign(Atomics, { store, add, compareExchange });
  }
}

class Killed extends Error {}

describe("a thread killed at any of its atomic operations", () => {
  for (const name of ["jobs", "latest"] as const) {
    it(`${name}: shows its new value or nothing, and never its predecessor's`, () => {
      let kills = 0;
      for (let at = 1;; at++) {
        const stats = createKinds();
        const before = stats.registerThread("worker");
        before.metrics[name].set(100);
        before.unregister();
        const seat = stats.reserveThread("worker");
        const next = stats.registerThread("other");
        assertEquals([seat.slot, next.slot], [0, 1]);
        seat.revoke({ stopped: true });
        const successor = stats.registerThread("worker");
        const isKilled = killedAt(at, () => successor.metrics[name].set(7));
        const value = stats.metrics[name].read();
        assert(value === 7 || value === 0 && isKilled, `${value} at ${at}`);
        // The slot's next owner is not hindered by what is left.
        successor.unregister();
        const last = stats.registerThread("worker");
        assertEquals([last.slot, stats.metrics[name].read()], [0, 0]);
        last.metrics[name].add(1);
        assertEquals(stats.metrics[name].read(), 1);
        if (!isKilled) break;
        kills++;
      }
      assert(kills >= 2);
    });

    it(`${name}: after a clear shows its new value or nothing, and never the old one`, () => {
      for (let at = 1;; at++) {
        const stats = createKinds();
        const { metrics } = stats.registerThread();
        metrics[name].set(100);
        stats.metrics[name].clear();
        const isKilled = killedAt(at, () => metrics[name].add(7));
        const value = stats.metrics[name].read();
        assert(value === 7 || value === 0 && isKilled, `${value} at ${at}`);
        if (!isKilled) break;
      }
    });
  }

  it("size: after a clear shows its new value or nothing, and never old bins", () => {
    for (let at = 1;; at++) {
      const stats = createKinds();
      const { size } = stats.registerThread().metrics;
      size.record(5, 100);
      stats.metrics.size.clear();
      const isKilled = killedAt(at, () => size.record(200, 3));
      const { count, sum, max } = stats.metrics.size.read();
      assertEquals([count, sum, max], count === 0 ? [0, 0, NaN] : [3, 600, 200]);
      assert(count === 3 || isKilled);
      if (!isKilled) break;
    }
  });
});
