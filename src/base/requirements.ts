/**
 * Refuses a runtime that is too old, at the load of the library and by its name: else the first use
 * of a missing function would say that something is not a function.
 *
 * Every module that can fail imports `errors.ts`, which imports this one, so it runs first.
 *
 * @module
 */

/** What tells the runtime's name; all optional, as browsers have none of it. */
interface RuntimeGlobals {
  readonly Deno?: { readonly version?: { readonly deno?: string } };
  readonly process?: { readonly versions?: Readonly<Record<string, string | undefined>> };
}

/** The newest functions that the library uses, by the object that has them. */
const NEEDED: Readonly<Record<string, (globals: typeof globalThis) => unknown>> = {
  "Promise.withResolvers": ({ Promise }) => Promise.withResolvers,
  "String.prototype.toWellFormed": ({ String }) => String.prototype.toWellFormed,
};

/** Name and version of the runtime, for a person. */
function runtimeOf(globals: typeof globalThis): string {
  const { Deno, process } = globals as RuntimeGlobals;
  if (Deno?.version?.deno !== undefined) return `Deno ${Deno.version.deno}`;
  const { bun, node } = process?.versions ?? {};
  if (bun !== undefined) return `Bun ${bun}`;
  return node === undefined ? "a runtime" : `Node ${node}`;
}

/**
 * Checks that a realm has all functions that the library needs.
 *
 * @throws {Error} When it has not. It names the runtimes that have, and what is missing.
 */
export function assertSupported(globals: typeof globalThis): void {
  const missing = Object.keys(NEEDED).filter((name) => NEEDED[name](globals) === undefined);
  if (missing.length === 0) return;
  throw new Error(
    "Cannot load thread-stats: Deno 2.9, Bun 1.4, Node 22.18, a browser of 2024 or later is required, " +
      `got ${runtimeOf(globals)} without ${missing.join(" and ")}`,
  );
}

assertSupported(globalThis);
