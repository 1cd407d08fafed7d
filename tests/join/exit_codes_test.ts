import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { runProgram } from "./run_program.ts";

/** What the main thread's exit code is then, in all runtimes. */
const ways = { natural: 0, exit: 7, exitCode: 5, handler: 6, throw: 1, later: 1, reject: 1 };

describe("ThreadStats.join(), exit codes", () => {
  for (const [way, code] of Object.entries(ways)) {
    it(`are those of the program, in a main thread and in a worker (${way})`, async () => {
      const run = (thread: string, library: string) =>
        runProgram("exit_codes", [way, thread, library]);
      const main = await run("main", "with");
      assertEquals(main.code, code, main.stderr);
      // What a worker's exit code is, the runtimes do not agree on.
      const worker = await run("worker", "with");
      assertEquals(worker.code, 0, worker.stderr);
      assertEquals(worker.stdout, (await run("worker", "without")).stdout);
    });
  }
});
