import { capture, root } from "./shared/process.ts";
import { packageFolders } from "./shared/suite.ts";

/** Where the Deno subcommands find `@std/*`. */
export interface ModuleSource {
  /** Options for `deno test`, `check`, `bench` and `doc`. */
  readonly args: readonly string[];
  /** A line for the log when the stand-ins are used. */
  readonly notice: string | undefined;
}

/**
 * Probes JSR with a short time limit, and falls back to the stand-ins in `tests/std/`.
 *
 * The lock file is a temporary one with the packages of the given folders. What a run resolves must
 * not change the work tree, and Deno fetches everything that its lock file has.
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
      // Something else removed it first.
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
