/**
 * The cost of one update of a record, in one thread and in 2 threads at once. The baseline is plain
 * private additions. Beside it stand a mutex and `Atomics.add` on shared cells.
 *
 * The baseline always wins: it publishes nothing, and nobody can read a total from it. In one
 * thread a mutex is two atomic operations that nobody contends for, and a burst under it is as
 * cheap as the baseline. The second thread shows what a mutex and shared cells cost.
 *
 * @module
 */

import { bench } from "./driver.ts";

await bench("record update", "record burst of 32");
