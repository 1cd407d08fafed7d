/**
 * Measures one case in a fresh process: `measure.ts GROUP IMPLEMENTATION THREADS [--quick]`. Prints the median nanoseconds per
 * update and thread, after it has made sure that the implementation counts what it is given.
 *
 * @module
 */

import process from "node:process";
import { type ImplementationName, loadCase } from "./cases/all.ts";
import type { GroupName } from "./cases/case.ts";
import { startPool } from "./pool.ts";
import { readSettings } from "./results.ts";
import { sample } from "./sample.ts";

const { quick, rest: [group, implementation, threads] } = readSettings();
const made = await loadCase(group as GroupName, implementation as ImplementationName);
const pool = await startPool(made, {
  implementation: implementation as ImplementationName,
  group: group as GroupName,
  threads: Number(threads),
});
// A multiple of the burst.
const chunk = 1024;
pool.run(chunk);
await expectTotal(chunk);
const { ns, perSample, operations } = sample(
  (chunks) => pool.run(chunks * chunk),
  {
    ...(quick && { warmUpMs: 50, budgetMs: 50, least: 3 }),
    // To wake threads and to wait for the last takes some 0.1 ms.
    ...(Number(threads) > 1 && { sampleMs: 20 }),
  },
);
await expectTotal(group === "gauge set" ? perSample * chunk : (operations + 1) * chunk);
console.log(JSON.stringify(ns / chunk));
pool.stop();
process.exit(0);

async function expectTotal(updates: number): Promise<void> {
  const total = await pool.total();
  // Shared atomic cells have 32 bits.
  if (total !== undefined && (total | 0) !== (updates | 0)) {
    throw new Error(
      `Cannot measure ${implementation}: it must have counted ${updates}, got ${total}`,
    );
  }
}
