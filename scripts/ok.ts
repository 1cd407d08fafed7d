/**
 * The gate: everything that must hold before a commit. `--no-tests` skips the quick part of the test
 * suite, which runs in Deno only: `deno task test` has the other runtimes, `test:all` the rest.
 *
 * @module
 */

import { findModules } from "./_modules.ts";
import { filesIn, sourceFiles } from "./_files.ts";
import { stream } from "./shared/process.ts";

interface Check {
  readonly name: string;
  readonly command: readonly string[];
}

async function checks(withTests: boolean): Promise<Check[]> {
  const deno = Deno.execPath();
  const modules = await findModules();
  if (modules.notice !== undefined) console.log(modules.notice);
  const config = JSON.parse(await Deno.readTextFile(new URL("../deno.json", import.meta.url)));
  const entryPoints: string[] = Object.values(config.exports);
  const files = await sourceFiles();
  const documented = [...entryPoints, ...files.filter((path) => path.startsWith("src/"))];
  const pages = ["README.md", ...await filesIn("docs", (path) => path.endsWith(".md"))];
  return [
    { name: "format", command: [deno, "fmt", "--check"] },
    { name: "lint", command: [deno, "lint"] },
    {
      name: "imports",
      command: [deno, "run", "-A", "--no-check", "--no-lock", "scripts/imports.ts"],
    },
    { name: "types", command: [deno, "check", ...modules.args, ...files] },
    {
      name: "types of the examples in the documentation",
      command: [deno, "check", "--doc-only", ...modules.args, ...pages, ...documented],
    },
    { name: "documentation", command: [deno, "doc", "--lint", ...modules.args, ...entryPoints] },
    ...(withTests
      ? [{
        name: "tests",
        command: [deno, "run", "-A", "--no-check", "--no-lock", "scripts/test.ts", "deno"],
      }]
      : []),
    {
      name: "publish (dry run)",
      // The work tree is dirty whenever the gate is useful.
      command: [deno, "publish", "--dry-run", "--allow-dirty", ...modules.args],
    },
  ];
}

async function main(): Promise<number> {
  const failed: string[] = [];
  let passed = 0;
  for (const { name, command } of await checks(!Deno.args.includes("--no-tests"))) {
    console.log(`\n--- ${name}`);
    const ending = await stream(command, { limitMinutes: 30 });
    if (ending.success) passed++;
    else failed.push(name);
    console.log(`--- ${name}: ${ending.success ? "ok" : `FAILED, ${ending.reason}`}`);
  }
  if (failed.length > 0) console.log(`\nfailed: ${failed.join(", ")}`);
  console.log(`${passed} passed, ${failed.length} failed`);
  return failed.length === 0 ? 0 : 1;
}

Deno.exit(await main());
