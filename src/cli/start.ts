/**
 * Starts the command when its module is what the runtime was told to run.
 *
 * @module
 */
import { realpathSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { runCli } from "./main.ts";
import { hasTerminal } from "./terminal.ts";

/** Whether a module is the one that the program was started with. */
function isProgram({ main, url }: { readonly main?: boolean; readonly url: string }): boolean {
  if (main !== undefined) return main;
  // Node 22 has no `import.meta.main`. The path may be a link to the file.
  try {
    return realpathSync(process.argv[1]) === fileURLToPath(url);
  } catch {
    return false;
  }
}

/** Runs the command with the program's arguments, if this module is the program. */
export function startIfProgram(meta: { readonly main?: boolean; readonly url: string }): void {
  if (!isProgram(meta)) return;
  runCli(process.argv.slice(2)).then((status) => {
    process.exitCode = status;
    // Keys are not read any more, but some runtimes would wait for the next one.
    if (hasTerminal()) process.exit(status);
  });
}
