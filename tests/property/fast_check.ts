/**
 * fast-check, a dependency of these tests alone. `scripts/test.ts` installs it into this folder's
 * `node_modules`, where Bun and Node find it (by hand: `npm install --no-save` in this folder);
 * Deno takes it from its own cache.
 *
 * @module
 */
import process from "node:process";
// deno-lint-ignore no-import-prefix -- what stands in the root's deno.json is downloaded by every task
import type FastCheck from "npm:fast-check@4.10.2";
// deno-lint-ignore no-import-prefix -- the same
import type { Arbitrary } from "npm:fast-check@4.10.2";

// Not a literal: Deno must not see the one name, Bun and Node not the other.
const specifier = "Deno" in globalThis ? ["npm:fast-check", "4.10.2"].join("@") : "fast-check";

/** The library. A failure names its seed, and `FAST_CHECK_SEED=n` runs everything with that one. */
export const fc: typeof FastCheck = (await import(specifier)).default;

const { FAST_CHECK_SEED } = process.env;
// In the text itself, as not all runners show causes.
fc.configureGlobal({
  includeErrorInReport: true,
  ...(FAST_CHECK_SEED !== undefined && { seed: Number(FAST_CHECK_SEED) }),
});

export type { Arbitrary };
