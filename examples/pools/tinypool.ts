/**
 * Statistics of tinypool's workers, which are replaced after each round.
 *
 * @module
 */
// @ts-ignore: this folder's package.json has it, which the check of the whole repository does not read
import { Tinypool } from "tinypool";
import { report } from "./report.ts";

const filename = new URL("./task.ts", import.meta.url).href;
const pool = new Tinypool({ filename, minThreads: 0, maxThreads: 4 });

for (let round = 1; round <= 3; round++) {
  const primes: number[] = await Promise.all(
    Array.from({ length: 8 }, () => pool.run(20_000)),
  );
  console.log(
    `Round ${round}: ${primes.length} tasks found ${primes[0]} primes each`,
  );
  await pool.recycleWorkers();
}

await pool.destroy();
await report();
