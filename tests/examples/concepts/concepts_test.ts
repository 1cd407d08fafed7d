import { assert, assertEquals, assertLess } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import process from "node:process";
import { execFile } from "node:child_process";
import { runtime } from "../../stress/scale.ts";

const folder = new URL("../../../examples/concepts/", import.meta.url);
/** Where the package is that Node needs for files. */
const cwd = fileURLToPath(new URL("../../file/", import.meta.url));
/** A program that has not ended by then hangs, in milliseconds. */
const LIMIT = 120_000;
/** A line that prints, and a comment with what. */
const PRINTS = /^\s*console\.log\(.*\); \/\/ (.*)$/;

/** Runs an example to its end, and returns what it prints. */
function run(file: string): Promise<{ code: number | null; output: string }> {
  const flags = runtime === "deno"
    ? ["run", "-A", "--quiet", "--no-check", "--no-lock"]
    : runtime === "node"
    ? ["--no-warnings"]
    : [];
  const env = { ...process.env, NO_COLOR: "1" };
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [...flags, fileURLToPath(new URL(file, folder))],
      { cwd, env, timeout: LIMIT, killSignal: "SIGKILL" },
      (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : child.exitCode ?? null, output: stdout + stderr }),
    );
  });
}

describe("examples/concepts", () => {
  const files = readdirSync(folder).filter((file) => file.endsWith(".ts"));

  it("has one file for each concept, none of which is long", () => {
    const readme = readFileSync(new URL("README.md", folder), "utf8");
    for (const file of files) {
      assert(readme.includes(`\`${file}\``), file);
      assertLess(readFileSync(new URL(file, folder), "utf8").split("\n").length, 62, file);
    }
  });

  for (const file of files) {
    it(`${file} prints what its comments say`, async () => {
      const text = readFileSync(new URL(file, folder), "utf8");
      const expected = text.split("\n").flatMap((line) => PRINTS.exec(line)?.[1] ?? []);
      assert(expected.length > 0);
      const { code, output } = await run(file);
      assertEquals([code, output.trim().split("\n")], [0, expected]);
    });
  }
});
