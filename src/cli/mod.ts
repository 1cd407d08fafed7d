/**
 * The command `thread-stats`: what a live page shows, or what is in a file with statistics, in a
 * terminal.
 *
 * ```sh
 * deno run --allow-net --allow-env jsr:@x/thread-stats/cli top http://localhost:8000/live/
 * deno run --allow-net --allow-env jsr:@x/thread-stats/cli read http://localhost:8000/live/ --format json
 * deno run -A jsr:@x/thread-stats/cli top /dev/shm/shop.stats
 * ```
 *
 * `top` shows threads and metrics until `q`; without a terminal it prints lines. `read` prints
 * them once.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { runCli } from "@x/thread-stats/cli";
 *
 * assertEquals(await runCli(["top"]), 2); // a source is required
 * ```
 *
 * @module
 */
import { startIfProgram } from "./start.ts";

export { runCli } from "./main.ts";

startIfProgram(import.meta);
