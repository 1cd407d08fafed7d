/**
 * Measures one case in a fresh process: `measure.ts GROUP IMPLEMENTATION CIRCUMSTANCES [--quick]`, the circumstances as JSON.
 * Prints the median nanoseconds per operation (and thread), after it has made sure that the implementation did what it was told.
 *
 * @module
 */

import process from "node:process";
import { type ImplementationName, loadCase } from "./cases/all.ts";
import type { Circumstances, GroupName } from "./cases/case.ts";
import { groups } from "./cases/groups.ts";
import { startPool } from "./pool.ts";
import { readSettings } from "./results.ts";
import { sample } from "./sample.ts";

const { quick, rest } = readSettings();
const group = rest[0] as GroupName;
const implementation = rest[1] as ImplementationName;
const at: Circumstances = JSON.parse(rest[2]);
const pool = await startPool(await loadCase(group, implementation), { implementation, group, at });
const { chunk } = groups[group];
await pool.run(chunk);
await expectTotal(chunk, chunk);
const { ns, perSample, operations } = await sample(
  (chunks) => pool.run(chunks * chunk),
  {
    ...(quick ? { warmUpMs: 50, budgetMs: 50, least: 3 } : { warmUpMs: 150, budgetMs: 200 }),
    // To wake threads and to wait for the last takes some 0.1 ms.
    ...(at.threads! > 1 && { sampleMs: 20 }),
  },
);
await expectTotal((operations + 1) * chunk, perSample * chunk);
console.log(JSON.stringify(ns / chunk));
pool.stop();
process.exit(0);

async function expectTotal(done: number, last: number): Promise<void> {
  const total = await pool.total();
  const expected = pool.expected(done, last);
  // Shared atomic cells have 32 bits.
  if (total !== undefined && (total | 0) !== (expected | 0)) {
    throw new Error(
      `Cannot measure ${implementation}: it must have counted ${expected}, got ${total}`,
    );
  }
}
