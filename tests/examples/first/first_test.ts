import { assert, assertEquals, assertMatch } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { runtime } from "../../stress/scale.ts";
import { resultOf } from "../flows/run_program.ts";

const root = new URL("../../../", import.meta.url);
const readme = await readFile(new URL("README.md", root), "utf8");
const FILES = ["metrics.ts", "worker.ts", "main.ts"];

/** The README's files by name: blocks that begin with it. */
const pasted = new Map(
  Array.from(
    readme.matchAll(/^```ts ignore\n(\/\/ (\w+\.ts)\b[^]*?)^```$/gm),
    ([, text, name]): [string, string] => [name, text],
  ),
);

/** What the README has for this runtime, without its comment. */
function commandOf(name: string): string[] {
  const found = new RegExp(`^(${name} .*main\\.ts)`, "m").exec(readme);
  assert(found !== null, `the README has no command for ${name}`);
  return found[1].split(" ");
}

/** Makes the package known in a folder, as `deno add` and `npx jsr add` do. */
async function install(folder: string): Promise<void> {
  const name = "@x/thread-stats";
  if (runtime === "deno") {
    const imports = { [name]: new URL("mod.ts", root).href };
    await writeFile(join(folder, "deno.json"), JSON.stringify({ imports }));
    return;
  }
  await writeFile(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  await mkdir(join(folder, "node_modules", "@x"), { recursive: true });
  await symlink(fileURLToPath(root), join(folder, "node_modules", name));
}

describe("README, the first program", () => {
  it("is the one in examples/first, and stands before all tables", async () => {
    assertEquals([...pasted.keys()], FILES);
    for (const [name, text] of pasted) {
      assertEquals(await readFile(new URL(`examples/first/${name}`, root), "utf8"), text);
      assert(readme.indexOf(text) < readme.search(/^\|/m), name);
    }
  });

  it("runs when pasted, with the command that stands there, and without a question", async () => {
    const folder = await mkdtemp(join(tmpdir(), "thread-stats-first-"));
    try {
      await install(folder);
      for (const [name, text] of pasted) await writeFile(join(folder, name), text);
      const [, ...args] = commandOf(runtime);
      const { status, stdout, stderr } = await resultOf(
        spawn(process.execPath, args, {
          cwd: folder,
          stdio: ["ignore", "pipe", "pipe"],
          env: { ...process.env, NO_COLOR: "1" },
        }),
      );
      assertEquals([status, stderr], [0, ""]);
      const lines = stdout.trim().split("\n");
      assertMatch(lines.at(-2)!, /^20000 jobs done, 0 threads at work$/);
      assertMatch(lines.at(-1)!, /^20000 jobs, half of them in under \d+\.\d µs$/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
