import { assertEquals, assertMatch, assertNotMatch } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { runtime } from "../stress/scale.ts";

/** A runner that has not ended by then hangs, in milliseconds. */
const LIMIT = 180_000;
const project = fileURLToPath(new URL("./project", import.meta.url));
const require = createRequire(import.meta.url);

/** Runs a package's program to its end on the project's test files. */
function run(
  flags: readonly string[],
  [name, path]: readonly [name: string, path: string],
  args: readonly string[],
): Promise<{ code: number | null; output: string }> {
  const program = join(dirname(require.resolve(`${name}/package.json`)), path);
  // Both colour their output where they take the terminal for one that can, and Jest has a cache in a shared folder.
  const env = { ...process.env, NO_COLOR: "1", FORCE_COLOR: "0" };
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [...flags, program, ...args],
      { cwd: project, env, timeout: LIMIT, killSignal: "SIGKILL" },
      (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : child.exitCode, output: stdout + stderr }),
    );
    child.stdin?.end();
  });
}

/** Either says so when something keeps a thread alive, and then ends it. */
const complaints = /did not exit|failed to exit|close timed out|open handle|force exited/i;

const vitest: Record<string, readonly string[]> = {
  node: ["threads", "forks", "vmThreads", "vmForks"],
  bun: ["threads"],
  // Vitest itself fails there.
  deno: [],
};

describe("ThreadStats.join() in Vitest", { ignore: vitest[runtime].length === 0 }, () => {
  const flags = runtime === "bun" ? ["--bun"] : [];
  for (const pool of vitest[runtime]) {
    for (const workers of ["1", "2"]) {
      it(`lets ${workers} of pool ${pool} end`, async () => {
        const args = ["run", "--pool", pool, "--maxWorkers", workers];
        const { code, output } = await run(flags, ["vitest", "vitest.mjs"], args);
        assertEquals(code, 0, output);
        assertMatch(output, /Tests +4 passed \(4\)/);
        assertNotMatch(output, complaints);
      });
    }
  }
});

describe("ThreadStats.join() in Jest", { ignore: runtime !== "node" }, () => {
  // One after the other in one thread, each in a context of its own; in processes; in threads.
  for (const how of [["--runInBand"], ["--maxWorkers=2"], ["--maxWorkers=2", "--workerThreads"]]) {
    it(`lets it end with ${how.join(" ")}`, async () => {
      const args = ["--config", "jest.config.mjs", "--no-cache", ...how];
      const flags = ["--experimental-vm-modules", "--no-warnings"];
      const { code, output } = await run(flags, ["jest", "bin/jest.js"], args);
      assertEquals(code, 0, output);
      assertMatch(output, /Tests: +4 passed, 4 total/);
      assertNotMatch(output, complaints);
    });
  }
});
