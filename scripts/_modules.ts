import { capture, root } from "./_process.ts";
import { packageFolders } from "./_suite.ts";

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
 * The lock file is a temporary one that has what some of the `packageFolders` pin: what one run resolves must not show up as a change in the work
 * tree, and Deno fetches all that its lock file has.
 */
export async function findModules(
  folders: readonly string[] = packageFolders,
): Promise<ModuleSource> {
  const lock = await Deno.makeTempFile({ prefix: "thread-stats-", suffix: ".lock" });
  const locks = await Promise.all(folders.map((folder) => readJson(`${folder}/deno.lock`)));
  const merged = {
    version: "5",
    specifiers: Object.assign({}, ...locks.map(({ specifiers }) => specifiers)),
    npm: Object.assign({}, ...locks.map(({ npm }) => npm)),
  };
  await Deno.writeTextFile(lock, JSON.stringify(merged));
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

// deno-lint-ignore no-explicit-any
async function readJson(path: string): Promise<any> {
  return JSON.parse(await Deno.readTextFile(new URL(path, root)));
}
