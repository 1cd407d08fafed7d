/**
 * What an update costs when 2 threads make it at once, each of them: the library and the floor (plain private additions), whose threads have
 * memory of their own, beside a mutex and bare shared `Atomics.add` cells, for which they meet.
 *
 * On Deno it needs permissions, as all that starts threads: `deno bench -A`.
 *
 * @module
 */

import { benchThreads } from "./driver.ts";

await benchThreads("counter add", "record update", "record burst of 32");
