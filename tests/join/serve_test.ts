import { assert, assertEquals } from "@std/assert";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { fileURLToPath } from "node:url";
import { runtime } from "../stress/scale.ts";
import { type ServerProgram, startServerProgram } from "../support/server_program.ts";
import { comesTrue } from "./programs/any_worker.ts";

const THREADS = 4;
const program = fileURLToPath(new URL("./programs/serve.ts", import.meta.url));
// No permission but that to listen, which `deno serve` has.
const flags = ["--no-prompt", "--no-check", "--no-lock", "--parallel", "--host=127.0.0.1"];

interface Seen {
  readonly jobs: number;
  readonly depth: number;
  readonly states: readonly string[];
}

describe("ThreadStats.join() in deno serve --parallel", { ignore: runtime !== "deno" }, () => {
  let server: ServerProgram;
  const look = async (): Promise<Seen> => JSON.parse(await server.get(""));
  const allAre = (states: readonly string[]) => async () =>
    JSON.stringify((await look()).states) === JSON.stringify(states);

  /** Asks again and again, for some seconds (looks at locks are 5 s apart), or until the server has ended. */
  async function eventually(condition: () => Promise<boolean>): Promise<boolean> {
    let isSo = false;
    let isOver = false;
    server.ended.then(() => isOver = true);
    let isAsking = false;
    await comesTrue(() => {
      if (!isAsking && !isSo && !isOver) {
        isAsking = true;
        condition().then((is) => isSo = is, () => {}).finally(() => isAsking = false);
      }
      return isSo || isOver;
    }, 30);
    return isSo;
  }

  async function start(): Promise<void> {
    server = await startServerProgram(
      (port) => ["serve", ...flags, `--port=${port}`, program],
      { DENO_JOBS: `${THREADS}` },
    );
    assert(await eventually(allAre(Array(THREADS).fill("active"))));
  }
  beforeEach(start);
  afterEach(() => server.kill());

  /** Ends the thread that gets the request. Tells whether the process ends with it, or else the others notice. */
  async function endsWithThread(): Promise<boolean> {
    await server.get("throw");
    const states = [...Array(THREADS - 1).fill("active"), "retired"];
    const isNoticed = await eventually(allAre(states));
    const hasEnded = !isNoticed &&
      await Promise.race([server.ended.then(() => true), look()]) === true;
    assert(isNoticed || hasEnded, "a thread that has ended is still there");
    return hasEnded;
  }

  it("gives one memory to all threads, and ends at the first Ctrl-C with exit code 0", async () => {
    const first = await look();
    assertEquals(first.depth, THREADS);
    for (let n = 1; n <= 50; n++) assertEquals((await look()).jobs, first.jobs + n);
    const { status, output } = await server.interrupt();
    assertEquals(status, 0);
    assertEquals(/Error|Warning/.test(output), false, output);
  });

  it("gives back the slot of a thread that an exception ends, while the others serve on", async () => {
    // With the first of the threads the process ends; which that is, no request can tell.
    while (await endsWithThread()) {
      assertEquals((await server.ended).status, 1);
      await start();
    }
    assertEquals((await look()).depth, THREADS - 1);
    // As without the library.
    const { status, output } = await server.interrupt();
    assertEquals([status, output.includes("one thread ends")], [1, true]);
  });

  it("keeps the exit code of process.exit()", async () => {
    await server.get("exit").catch(() => {});
    assertEquals((await server.ended).status, 7);
  });
});
