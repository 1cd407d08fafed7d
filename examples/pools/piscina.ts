/**
 * Statistics of piscina's workers. The pool starts and ends them as it likes, and kills those whose tasks are aborted; this program knows none of them.
 *
 * @module
 */
// @ts-ignore: this folder's package.json has it, which the check of the whole repository does not read
import { Piscina } from "piscina";
import { report } from "./report.ts";

const filename = new URL("./task.ts", import.meta.url).href;
const pool = new Piscina({
  filename,
  minThreads: 0,
  maxThreads: 4,
  idleTimeout: 100,
});

const primes: number[] = await Promise.all(
  Array.from({ length: 20 }, () => pool.run(20_000)),
);
console.log(`${primes.length} tasks found ${primes[0]} primes each`);

// This one would take hours. Its worker is killed, which takes nothing but its gauge.
const endless = pool.run(Number.MAX_SAFE_INTEGER, {
  signal: AbortSignal.timeout(500),
});
await endless.catch((error: Error) => console.log(`One was aborted: ${error.name}`));

await pool.destroy();
await report();
