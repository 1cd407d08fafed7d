// deno-lint-ignore-file no-import-prefix -- what stands in the root's deno.json is downloaded by every task
/**
 * The pools, which these tests alone need. `scripts/test.ts` installs them into the `node_modules` of the folder above (by hand:
 * `npm install --no-save` there), where all three runtimes find them.
 *
 * @module
 */
import { createRequire } from "node:module";
import type * as Piscina from "npm:piscina@5.3.2";
import type * as Poolifier from "npm:poolifier@5.3.2";
import type * as Tinypool from "npm:tinypool@2.2.0";
import type * as Workerpool from "npm:workerpool@10.0.3";

const require = createRequire(new URL("../package.json", import.meta.url));

export const loadPiscina = (): typeof Piscina => require("piscina");
export const loadPoolifier = (): typeof Poolifier => require("poolifier");
export const loadTinypool = (): typeof Tinypool => require("tinypool");
export const loadWorkerpool = (): typeof Workerpool => require("workerpool");
