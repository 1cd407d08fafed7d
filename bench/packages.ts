/**
 * The packages that the library is compared with. They are pinned in `packages/`, which is all that knows them:
 * `scripts/bench.ts` and `bench/collect.ts` install them there, and no other task needs them.
 *
 * @module
 */

import { createRequire } from "node:module";

const require = createRequire(new URL("./packages/package.json", import.meta.url));

/** Loads one, for all three runtimes in the same way. The caller says what of it is used. */
export function loadPackage<Package>(name: string): Package {
  try {
    return require(name);
  } catch (error) {
    throw new Error(`Cannot load ${name}: run \`deno install --frozen\` in bench/packages first`, {
      cause: error,
    });
  }
}
