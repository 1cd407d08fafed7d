/**
 * A test file for Jest and Vitest, in their common words: it joins, counts, and reads what it has counted, as a module that it imports may do.
 *
 * @module
 */
import { metrics, stats } from "./stats.ts";

declare const test: (name: string, body: () => unknown) => void;

test("counts", () => {
  const before = stats.metrics.jobs.read();
  metrics.jobs.add(2);
  metrics.depth.set(1);
  // Another test file may count in another thread.
  const counted = stats.metrics.jobs.read() - before;
  if (counted < 2) throw new Error(`2 jobs were counted, got ${counted}`);
});

test("has one registration, also in a module that is loaded again", async () => {
  const again = await import("./stats.ts?again" as "./stats.ts");
  if (again.metrics.jobs !== metrics.jobs) throw new Error("another slot was taken");
});
