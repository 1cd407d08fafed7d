/**
 * What one update of a record costs, beside the floor (plain private additions), a mutex and bare shared
 * `Atomics.add` cells. In 2 threads: `threads_bench.ts`.
 *
 * The floor wins always: it publishes nothing, and nobody can read a total from it. In one thread
 * a mutex that nobody contends for is two atomic operations, and a burst under it is as cheap as
 * the floor; what a mutex and shared cells cost shows with the second thread.
 *
 * @module
 */

import { benchAlone } from "./driver.ts";

await benchAlone("record update", "record burst of 32");
