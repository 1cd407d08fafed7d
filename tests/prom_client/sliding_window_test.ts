import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import client from "../../src/prom_client/mod.ts";
import { Random } from "../support/random.ts";
import { promClient } from "./prom_client.ts";

// deno-lint-ignore no-explicit-any
type Any = any;

/** Runs with clocks that are advanced by hand. */
async function withClock(
  run: (advance: (milliseconds: number) => void) => Promise<void>,
) {
  const { now } = Date;
  const { now: performanceNow } = performance;
  let time = 1_000_000;
  Date.now = () => time;
  performance.now = () => time;
  try {
    await run((milliseconds) => time += milliseconds);
  } finally {
    Date.now = now;
    performance.now = performanceNow;
  }
}

describe("Summary's window", () => {
  it("random times and values give what prom-client gives", async () => {
    await withClock(async (advance) => {
      for (let seed = 1; seed <= 40; seed++) {
        const random = new Random(seed);
        const ageBuckets = random.pick([1, 2, 5]);
        const options = {
          ...{ name: "s", help: "h", labelNames: ["a"], ageBuckets },
          // In its first turn prom-client gives earlier values a greater weight. So with several
          // steps only the least and the greatest value agree.
          percentiles: ageBuckets === 1 ? [0, 0.5, 0.9, 1] : [0, 1],
          maxAgeSeconds: random.pick([1, 5, 7.5, 600]),
          pruneAgedBuckets: random.below(2) === 0,
        };
        const pairs = [promClient as Any, client as Any].map(
          ({ Summary, Registry }) => {
            const registry = new Registry();
            return {
              registry,
              summary: new Summary({ ...options, registers: [registry] }),
            };
          },
        );
        for (let n = 0; n < 60; n++) {
          advance(random.below(options.maxAgeSeconds * 500));
          const labels = { a: random.pick(["x", "y", "z"]) };
          const value = random.below(1000);
          if (random.below(3) > 0) {
            for (const { summary } of pairs) summary.observe(labels, value);
          }
          if (random.below(20) === 0) {
            for (const { summary } of pairs) summary.remove(labels);
          }
          const [theirs, ours] = await Promise.all(
            pairs.map(({ registry }) => registry.metrics()),
          );
          assertEquals(ours, theirs, `seed ${seed}, step ${n}`);
        }
        for (const { registry } of pairs) registry.clear();
      }
    });
  });
});
