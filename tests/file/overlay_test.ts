import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { copyFileSync, cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { counter, defineSchema } from "../../mod.ts";
import { openStats } from "../../src/file/mod.ts";
import { resultOf, runProgram } from "../join/run_program.ts";
import { runtime } from "../stress/scale.ts";
import { inFolder } from "./member.ts";

const schema = defineSchema({ jobs: counter() });
const REMOVED = new URL("./programs/removed.ts", import.meta.url);
const DROPPED = new URL("./programs/dropped.ts", import.meta.url);
const OPENING = new URL("./programs/opening.ts", import.meta.url);

/** The systems whose functions the library calls. */
const isSupported = ["linux x64", "linux arm64", "darwin x64"]
  .includes(`${process.platform} ${process.arch}`);
if (!isSupported) console.log(`skipped on ${process.platform} ${process.arch}: files as memory`);

/** What the engine must do so that a file can be laid over its memory: for each version. */
describe("memory with a file laid over it", { ignore: !isSupported }, () => {
  it("shows in the file what is written to it, and the other way round", async () => {
    await inFolder(async (folder) => {
      const path = `${folder}/a.stats`;
      const stats = await openStats(path, schema);
      const { metrics } = stats.registerThread();
      const words = new Int32Array(stats.handle.buffer);
      for (let n = 0; n < 100_000; n++) metrics.jobs.add();
      const bytes = new Uint8Array(readFileSync(path));
      const memory = bytes.subarray(65536);
      assertEquals(new Int32Array(memory.slice(0, 4096).buffer), words.slice(0, 1024));
      const found = new Float64Array(memory.slice(0, memory.length & ~7).buffer).indexOf(100_000);
      assert(found > 0, "the count is in the file");
      assert(stats.handle.buffer instanceof SharedArrayBuffer);
      assertEquals(stats.handle.buffer.byteLength, 2 ** 28);
    });
  });

  it("is the same memory in a worker, after the main thread has optimized its code", async () => {
    await inFolder(async (folder) => {
      const stats = await openStats(`${folder}/a.stats`, schema);
      const { metrics } = stats.registerThread();
      for (let n = 0; n < 200_000; n++) metrics.jobs.add();
      const words = new Int32Array(stats.handle.buffer);
      const before = words[30];
      const text = `
        const { parentPort, workerData } = require("node:worker_threads");
        const words = new Int32Array(workerData);
        for (let n = 0; n < 100000; n++) Atomics.add(words, words.length - 1, 1);
        parentPort.postMessage(Atomics.load(words, 0));`;
      // The last word is behind the file's end, so another one, which nobody uses, is taken.
      const worker = new Worker(text.replaceAll("words.length - 1", "30"), {
        eval: true,
        workerData: stats.handle.buffer,
      });
      const magic = await new Promise((resolve, reject) => {
        worker.once("message", resolve).once("error", reject);
      });
      assertEquals(magic, words[0]);
      assertEquals(Atomics.load(words, 30) - before, 100_000);
      Atomics.store(words, 30, before);
      await worker.terminate();
    });
  });

  for (const how of ["closed", "open", "refused"]) {
    it(`leaves no address of a collected memory to a file: ${how}`, async () => {
      await inFolder(async (folder, join) => {
        const maker = join();
        await maker.call("open", `${folder}/a.stats`, "shop", { maxByteLength: 2 ** 22 });
        await maker.end();
        const flags = runtime === "deno" ? ["-A", "--v8-flags=--expose-gc"] : ["--expose-gc"];
        // It would end by a signal (SIGBUS), or find bytes of the file in its own memory.
        const { isIntact } = await resultOf(DROPPED, [folder, how], runtime === "bun" ? [] : flags);
        assert(isIntact);
      });
    });
  }

  it("grows below the buffer that every thread has", async () => {
    await inFolder(async (folder) => {
      const stats = await openStats(`${folder}/a.stats`, schema);
      const { buffer } = stats.handle;
      const more = defineSchema(
        Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`more${n}`, counter()])),
      );
      const { metrics } = stats.registerThread().extend(stats.extend(more));
      // deno-lint-ignore no-explicit-any -- names that are made up
      for (const writer of Object.values(metrics as any)) (writer as { add(): void }).add();
      assertEquals(stats.handle.buffer, buffer);
      // deno-lint-ignore no-explicit-any
      assertEquals((stats.snapshot().metrics as any).more199.series[0].value, 1);
    });
  });
});

describe("openStats() without what it needs", { ignore: !isSupported }, () => {
  it(
    "says on Deno which permission is missing, and needs no more than it says",
    { ignore: runtime !== "deno" },
    async () => {
      await inFolder(async (folder) => {
        const path = `${folder}/a.stats`;
        const files = [`--allow-read=${folder}`, `--allow-write=${folder}`];
        const refused = await runProgram(OPENING, [path], ["--no-prompt", ...files]);
        assertStringIncludes(refused.stdout, "deno run --allow-ffi=");
        const [library] = /--allow-ffi=\S+?(?=\))/.exec(refused.stdout)!;
        // The second one finds a file.
        for (let n = 0; n < 2; n++) {
          const { stdout, stderr } = await runProgram(OPENING, [path], [
            ...["--no-prompt", library, ...files],
          ]);
          assertStringIncludes(stdout, "opened", stderr);
        }
        const none = await runProgram(OPENING, [path], ["--no-prompt", library]);
        assert(
          /Cannot open .*--allow-(read|write)|requires (read|write) access/i
            .test(none.stdout),
          none.stdout,
        );
      });
    },
  );

  it("counts on in a file that was removed, and says on Deno what its growth needs", async () => {
    await inFolder(async (folder) => {
      const path = `${folder}/a.stats`;
      const scoped = ["--no-prompt", `--allow-read=${folder}`, `--allow-write=${folder}`];
      if (runtime === "deno") {
        const { stdout } = await runProgram(OPENING, [`${folder}/b.stats`], scoped);
        scoped.push(/--allow-ffi=\S+?(?=\))/.exec(stdout)![0]);
        const { refused, isEqual, count } = await resultOf(REMOVED, [path], scoped);
        assertEquals(refused.name, "RangeError");
        assertStringIncludes(refused.message, "so the system must let the file grow");
        assertStringIncludes(refused.message, "on Deno only by --allow-all");
        assert(refused.cause.startsWith(`Error: Cannot let ${path} grow`), refused.cause);
        assert(isEqual && count > 50, `${count}`);
      }
      const { refused, isEqual, count } = await resultOf(REMOVED, [path]);
      assertEquals([refused, isEqual, count], [undefined, true, 10_001]);
    });
  });

  it(
    "says on Node that koffi is to be installed, and loads it from the program's folder",
    { ignore: runtime !== "node" },
    async () => {
      await inFolder(async (folder) => {
        const root = fileURLToPath(new URL("../../", import.meta.url));
        mkdirSync(`${folder}/package`);
        cpSync(`${root}src`, `${folder}/package/src`, { recursive: true });
        copyFileSync(`${root}mod.ts`, `${folder}/package/mod.ts`);
        writeFileSync(`${folder}/package/package.json`, '{ "type": "module" }');
        writeFileSync(
          `${folder}/package/opening.ts`,
          readFileSync(OPENING, "utf8").replaceAll("../../../", "./"),
        );
        const program = new URL(`file://${folder}/package/opening.ts`);
        const { stdout } = await runProgram(program, [`${folder}/a.stats`]);
        assertStringIncludes(stdout, "npm install koffi");
      });
      // The library's own folder has no koffi, as with package managers that are strict.
      await inFolder(async (folder) => {
        const { stdout } = await runProgram(OPENING, [`${folder}/a.stats`]);
        assertStringIncludes(stdout, "opened");
      });
    },
  );

  it("says on another system that it cannot", async () => {
    await inFolder(async (folder) => {
      const { stdout, stderr } = await runProgram(OPENING, [`${folder}/a.stats`, "win32"]);
      assertStringIncludes(stdout, "the system must be Linux", stderr);
      assertStringIncludes(stdout, `win32 on ${process.arch}`);
    });
    await assertRejects(() => openStats("", schema), TypeError);
  });
});
