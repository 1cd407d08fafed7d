import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { addFarTime, readFarTimes } from "../../../examples/flows/far_times.ts";
import { schema } from "../../../examples/flows/schema.ts";
import { ThreadStats } from "../../../mod.ts";

const times = [
  -(2n ** 83n),
  -(2n ** 53n) - 1n,
  2n ** 53n,
  2n ** 53n + 1n,
  2n ** 54n - 1n,
  2n ** 54n,
  2n ** 64n - 1n,
  2n ** 84n + 1n,
];

describe("readFarTimes()", () => {
  it("readFarTimes() gives the first and the last of all threads' times, exactly", () => {
    for (const one of times) {
      for (const other of times) {
        for (const third of times) {
          const stats = ThreadStats.create(schema, { maxThreads: 3 });
          for (const [i, time] of [one, other, third].entries()) {
            const thread = stats.registerThread(`worker-${i}`);
            addFarTime(stats, thread.metrics, 7, time);
            // In the same thread, too.
            addFarTime(stats, thread.metrics, 7, other);
          }
          const sorted = [one, other, third].sort((a, b) => a < b ? -1 : a > b ? 1 : 0);
          assertEquals(readFarTimes(stats).get(7), { first: sorted[0], last: sorted[2] });
        }
      }
    }
  });

  it("readFarTimes() keeps flows apart, and has none where there are none", () => {
    const stats = ThreadStats.create(schema);
    assertEquals(readFarTimes(stats).size, 0);
    const { metrics } = stats.registerThread("worker");
    for (const [flow, time] of times.entries()) addFarTime(stats, metrics, flow, time);
    assertEquals(
      [...readFarTimes(stats)].sort(([a], [b]) => a - b),
      times.map((time, flow) => [flow, { first: time, last: time }]),
    );
  });
});
