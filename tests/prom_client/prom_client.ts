/**
 * prom-client, which these tests alone need. `scripts/test.ts` installs it into this folder's `node_modules` (by hand:
 * `npm install --no-save` in this folder), where all three runtimes find it.
 *
 * @module
 */
import { createRequire } from "node:module";
// deno-lint-ignore no-import-prefix -- what stands in the root's deno.json is downloaded by every task
import type * as PromClient from "npm:prom-client@15.1.3";

/** The library. */
export const promClient: typeof PromClient = createRequire(
  new URL("./package.json", import.meta.url),
)("prom-client");
