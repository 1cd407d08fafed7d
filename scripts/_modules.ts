import { capture, root } from "./_process.ts";

/** How the Deno subcommands are told where `@std/*` comes from. */
export interface ModuleSource {
  /** Options for `deno test`, `check`, `bench` and `doc`. */
  readonly args: readonly string[];
  /** A line for the log, when the stand-ins had to be taken. */
  readonly notice: string | undefined;
}

/**
 * Probes JSR with a short time limit and falls back to the stand-ins of `tests/std/`.
 *
 * The lock file is read from a copy either way: the set of modules differs between the two, and
 * what one run resolves must not show up as a change in the work tree.
 */
export async function findModules(): Promise<ModuleSource> {
  const lock = await Deno.makeTempFile({ prefix: "thread-stats-", suffix: ".lock" });
  await Deno.copyFile(new URL("deno.lock", root), lock);
  globalThis.addEventListener("unload", () => {
    try {
      Deno.removeSync(lock);
    } catch {
      // Somebody else tidied up first.
    }
  });
  const probe = 'import "@std/assert"; import "@std/testing/bdd"; console.log("answered");';
  const answer = await capture(
    [Deno.execPath(), "eval", `--lock=${lock}`, "--no-check", probe],
    8,
  );
  if (answer === "answered") return { args: [`--lock=${lock}`], notice: undefined };
  return {
    args: [`--lock=${lock}`, "--import-map=tests/std/import_map.json"],
    notice: "JSR does not answer: @std/assert and @std/testing are the stand-ins of tests/std/",
  };
}
