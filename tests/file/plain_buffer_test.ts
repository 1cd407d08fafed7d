import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { execFile } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  cpSync,
  readdirSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { fileURLToPath } from "node:url";
import { counter, defineSchema, ThreadStats } from "../../mod.ts";
import { findRuntime } from "../../scripts/shared/runtimes.ts";
import { inPlainBuffer, overShared, type Way } from "../../src/file/mapping.ts";
import { openStats } from "../../src/file/mod.ts";
import { openStatsBy } from "../../src/file/open_stats.ts";
import { receiveHandle } from "../../src/file/receive.ts";
import { loadSystem } from "../../src/file/system.ts";
import { startWorker } from "../join/programs/any_worker.ts";
import { runProgram, workerKinds } from "../join/run_program.ts";
import { runtime, scaled } from "../stress/scale.ts";
import { collectGarbage } from "../support/garbage.ts";
import { until } from "../support/until.ts";
import { type Command, commandOf, inFolder, type Member, own } from "./member.ts";
import { ADDED, ADDED_64, BOTH, EXCHANGED } from "./programs/plain_words.ts";
import { schemas } from "./programs/schemas.ts";

const schema = defineSchema({ jobs: counter() });
const ATOMICS = fileURLToPath(new URL("./programs/plain_atomics.ts", import.meta.url));
const OPENING = new URL("./programs/opening.ts", import.meta.url);

/** Two programs at a time: of this runtime, and, where Deno runs the tests, of all three. */
async function pairs(): Promise<[Command, Command][]> {
  if (runtime !== "deno") return [[own, own]];
  const names = ["bun", "node"] as const;
  const [bun, node] = await Promise.all(
    names.map(async (name) => commandOf(name, (await findRuntime(name)).path)),
  );
  return [[own, own], [own, bun], [bun, node], [node, own]];
}

function run([program, ...args]: Command): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(program, args, (error, stdout) => error === null ? resolve(stdout) : reject(error));
  });
}

/** Opens a file in a plain buffer. */
function openPlain(member: Member, path: string): Promise<unknown> {
  return member.call("open", path, "shop", {}, 1);
}

/** A way that does not work. */
const refusing: Way = {
  name: "in a dream",
  show: () => {
    throw new Error("the sleeper woke up");
  },
};

/** A way that shows zeros, whatever is in the file. */
const forgetful: Way = {
  name: "in memory of its own",
  show: (_, length) => ({ buffer: new ArrayBuffer(length) }),
};

/** A way that shows what was in the file. */
const copying: Way = {
  name: "in a copy",
  show: (file, length, offset) => {
    const buffer = new ArrayBuffer(length);
    new Uint8Array(buffer).set(file.read(offset, length));
    return { buffer };
  },
};

/** A way that works for few bytes only. */
const narrow: Way = {
  name: "through a keyhole",
  show: (file, length, offset) =>
    length > 65536 ? forgetful.show(file, length, offset) : overShared.show(file, length, offset),
};

/** ECMAScript promises it for shared memory alone, so: for each version of an engine. */
describe("Atomics on a plain buffer", () => {
  it("are those of shared memory, between processes whose loops are compiled", async () => {
    const count = scaled(2_000_000);
    for (const [one, other] of await pairs()) {
      await inFolder(async (folder) => {
        const path = `${folder}/words`;
        writeFileSync(path, new Uint8Array(65536));
        const unseen = await Promise.all(
          [one, other].map((command, who) =>
            run([...command, ATOMICS, path, `${count}`, `${who}`])
          ),
        );
        const { buffer } = new Uint8Array(readFileSync(path));
        const [i32, u64] = [new Int32Array(buffer), new BigUint64Array(buffer)];
        assertEquals(
          [i32[BOTH], i32[ADDED], Number(u64[ADDED_64]), i32[EXCHANGED], ...unseen.map(Number)],
          [2, 2 * count, count / 2, count / 5, 0, 0],
          `${one} and ${other}`,
        );
      });
    }
  });
});

describe("openStats() in a plain buffer", () => {
  it("adds up what processes and their threads count", async () => {
    await inFolder(async (folder, join) => {
      const path = `${folder}/a.stats`;
      const updates = scaled(20_000);
      const members = [join(), join()];
      const numbers = await Promise.all(members.map((member) => openPlain(member, path)));
      assertEquals(new Set(numbers).size, 2);
      await Promise.all(members.map((member, n) => member.call("register", `member ${n}`)));
      await Promise.all(members.flatMap((member) => [
        member.call("worker", "open", path, updates),
        member.call("worker", "open", path, updates),
        member.call("update", updates),
      ]));
      for (const member of members) {
        const { first, second, durations, left, right } = await member.call("counts");
        assertEquals([first, second, durations], [6 * updates, 2 * updates, 2 * updates]);
        assertEquals([left, right], [2 * updates, 6 * updates]);
      }
    });
  });

  it("shares a file with processes that lay it over shared memory, records whole", async () => {
    await inFolder(async (folder, join) => {
      const path = `${folder}/a.stats`;
      const [plain, overlaid, plainReader, overlaidReader] = [join(), join(), join(), join()];
      for (const member of [overlaid, overlaidReader]) await member.call("open", path);
      for (const member of [plain, plainReader]) await openPlain(member, path);
      await plain.call("register", "plain");
      await overlaid.call("register", "overlaid");
      plain.start("endless", "a", 10_000);
      overlaid.start("endless", "b", 10_000);
      await until(() => plain.reports > 0 && overlaid.reports > 0);
      for (const reader of [plainReader, overlaidReader]) {
        const { reads, torn, fell } = await reader.call("check", scaled(1000));
        assertEquals({ torn, fell }, { torn: 0, fell: 0 });
        assert(reads > 100);
      }
      const least = 10_000 * (plain.reports + overlaid.reports);
      const { first } = await plainReader.call("counts");
      assert(first >= least, `${first} of at least ${least}`);
    });
  });

  it("lets the file grow in each process and thread", async () => {
    await inFolder(async (folder, join) => {
      const path = `${folder}/a.stats`;
      const members = [join(), join()];
      await openPlain(members[0], path);
      await members[1].call("open", path);
      for (const member of members) await member.call("register", "member");
      const series = 400;
      await Promise.all(members.flatMap((member, n) => [
        member.call("grow", `of ${n}`, series),
        member.call("worker", "open", path, 1000),
      ]));
      for (const member of members) {
        const { first, jobs } = await member.call("counts");
        assertEquals([first, jobs], [2 * 1000, 2 * series + 2 * 63]);
      }
    });
  });

  it("gives back the slots and gauges of a process that was killed, and of its workers", async () => {
    await inFolder(async (folder, join) => {
      const path = `${folder}/a.stats`;
      const [victim, witness] = [join(), join()];
      for (const member of [victim, witness]) {
        await openPlain(member, path);
        await member.call("register", "member");
        await member.call("work");
        await member.call("add", 1000);
      }
      await victim.call("lodge", path);
      assertEquals((await witness.call("counts")).working, 3);
      await victim.kill();
      await until(async () => (await witness.call("counts")).active === 1);
      const { first, working } = await witness.call("counts");
      assertEquals([first, working], [2000, 1]);
    });
  });

  it("gives back the slot of a worker that was terminated, and takes no entry for it", async () => {
    await inFolder(async (folder, join) => {
      const path = `${folder}/a.stats`;
      const member = join();
      // One process: a thread that counted as another would be one too many.
      await member.call("open", path, "shop", { maxProcesses: 1 }, 1);
      await member.call("register", "member");
      for (let n = 0; n < 3; n++) {
        await member.call("lodge", path);
        assertEquals((await member.call("counts")).working, 1);
        await member.call("evict");
        await until(async () => (await member.call("counts")).active === 1);
        assertEquals((await member.call("counts")).working, 0);
      }
    });
  });

  it("opens in a worker the file of its process, whatever the path leads to", async () => {
    await inFolder(async (folder, join) => {
      const path = `${folder}/a.stats`;
      const member = join();
      await openPlain(member, path);
      await member.call("register", "member");
      unlinkSync(path);
      await member.call("worker", "open", path, 100);
      const other = join();
      await other.call("open", `${folder}/b.stats`);
      renameSync(`${folder}/b.stats`, path);
      await member.call("worker", "open", path, 100);
      assertEquals((await member.call("counts")).first, 200);
      assertEquals((await other.call("counts")).first, 0);
    });
  });

  for (const kind of workerKinds) {
    it(`is found by each ${kind} worker`, async () => {
      await inFolder(async (folder) => {
        const path = `${folder}/a.stats`;
        const before = startWorker("../../file/programs/any_opener", kind);
        const stats = await openStatsBy([inPlainBuffer], path, schemas.shop);
        stats.registerThread("main").metrics.first.add();
        const after = startWorker("../../file/programs/any_opener", kind);
        for (const [n, worker] of [before, after].entries()) {
          worker.post(path);
          assertEquals(await worker.next(), [2 + n, true]);
        }
        assertEquals(stats.metrics.first.read(), 3);
        for (const { worker } of [before, after]) await worker.terminate();
        await until(() => stats.threads().filter(({ state }) => state === "active").length === 1);
      });
    });
  }

  it("is one memory for two copies of the library in a thread", async () => {
    await inFolder(async (folder) => {
      const path = `${folder}/a.stats`;
      const stats = await openStatsBy([inPlainBuffer], path, schema);
      stats.registerThread().metrics.jobs.add(3);
      const root = fileURLToPath(new URL("../../", import.meta.url));
      cpSync(`${root}src`, `${folder}/src`, { recursive: true });
      copyFileSync(`${root}mod.ts`, `${folder}/mod.ts`);
      writeFileSync(`${folder}/package.json`, '{ "type": "module" }');
      const { counter, defineSchema }: typeof import("../../mod.ts") = await import(
        `file://${folder}/mod.ts`
      );
      const { openStats }: typeof import("../../src/file/mod.ts") = await import(
        `file://${folder}/src/file/mod.ts`
      );
      const same = await openStats(path, defineSchema({ jobs: counter() }));
      same.registerThread("copy").metrics.jobs.add(4);
      assertEquals([stats.metrics.jobs.read(), same.metrics.jobs.read()], [7, 7]);
    });
  });

  it("has a handle for its own thread, which is of no use to another", async () => {
    await inFolder(async (folder, join) => {
      const stats = await openStatsBy([inPlainBuffer], `${folder}/a.stats`, schema);
      const { handle } = stats;
      assertEquals(Object.keys(handle), ["threadStats", "file"]);
      assertEquals(JSON.parse(JSON.stringify(handle)).byteLength, 2 ** 28);
      const thread = stats.registerThread();
      thread.metrics.jobs.add(3);
      assertEquals(ThreadStats.attach(schema, handle).metrics.jobs.read(), 3);
      const more = stats.extend(defineSchema({ more: counter() }));
      thread.extend(more).metrics.more.add();
      assertEquals(more.metrics.more.read(), 1);
      for (const sent of [handle, stats.reserveThread("seated").handle]) {
        const copy = structuredClone(sent);
        assertThrows(() => ThreadStats.attach(schema, copy), TypeError, "openStats");
        const buffer = new ArrayBuffer(2 ** 20) as unknown as SharedArrayBuffer;
        const attach = () => ThreadStats.attach(schema, { ...copy, buffer });
        assertThrows(attach, TypeError, "it must hold a SharedArrayBuffer");
        const foreign = { ...copy, file: { ...copy.file!, isPlain: false } };
        assertThrows(() => ThreadStats.attach(schema, foreign), TypeError, "SharedArrayBuffer");
      }
      const member = join();
      await openPlain(member, `${folder}/b.stats`);
      const [, text] = await member.failure("worker", "handle", `${folder}/b.stats`, 1);
      assertStringIncludes(text, "each thread must open the file itself");
    });
  });

  it("is not unmapped when garbage is collected", async () => {
    await inFolder(async (folder) => {
      const path = `${folder}/a.stats`;
      const count = async () => {
        const stats = await openStatsBy([inPlainBuffer], path, schema);
        stats.registerThread("counter").metrics.jobs.add();
      };
      await count();
      for (let n = 0; n < 20; n++) {
        const other = `${folder}/${n}.stats`;
        (await openStatsBy([inPlainBuffer], other, schema)).registerThread().metrics.jobs.add(n);
        new Uint8Array(2 ** 22).fill(1);
      }
      await collectGarbage();
      await count();
      assertEquals((await openStats(path, schema)).metrics.jobs.read(), 2);
      for (let n = 0; n < 20; n++) {
        const stats = await openStats(`${folder}/${n}.stats`, schema);
        assertEquals(stats.metrics.jobs.read(), n);
      }
    });
  });
});

describe("openStats() when a way to show the file does not work", () => {
  it("takes the next one", async () => {
    await inFolder(async (folder, join) => {
      const member = join();
      for (const broken of [refusing, forgetful, copying, narrow]) {
        for (const way of [overShared, inPlainBuffer]) {
          const path = `${folder}/${broken.name} ${way.name}`;
          const stats = await openStatsBy([broken, way], path, schema);
          assertEquals(stats.handle.buffer instanceof SharedArrayBuffer, way === overShared);
          stats.registerThread().metrics.jobs.add(2);
          assertEquals(stats.metrics.jobs.read(), 2);
        }
        const path = `${folder}/${broken.name}`;
        await member.call("open", path);
        await member.call("register", "member");
        await member.call("add", 5);
        const stats = await openStatsBy([broken, inPlainBuffer], path, schemas.shop);
        assertEquals(stats.metrics.first.read(), 5);
      }
    });
  });

  it("takes a plain buffer in a runtime without WebAssembly", async () => {
    await inFolder(async (folder) => {
      const { WebAssembly } = globalThis;
      Reflect.deleteProperty(globalThis, "WebAssembly");
      try {
        const stats = await openStats(`${folder}/a.stats`, schema);
        assertEquals(stats.handle.buffer, undefined);
        stats.registerThread().metrics.jobs.add(2);
        assertEquals(stats.snapshot().metrics.jobs.series[0].value, 2);
      } finally {
        Object.defineProperty(globalThis, "WebAssembly", {
          value: WebAssembly,
          configurable: true,
          writable: true,
        });
      }
    });
  });

  it("names all of them when none works, says what to do, and leaves nothing", async () => {
    await inFolder(async (folder, join) => {
      const path = `${folder}/a.stats`;
      const ways = [refusing, forgetful, copying, narrow];
      const error = await assertRejects(() => openStatsBy(ways, path, schemas.shop), Error);
      for (
        const part of [
          `Cannot open the statistics in ${path}: `,
          "another version may, and a lower maxByteLength needs less room",
          "in a dream: the sleeper woke up; in memory of its own: the memory shows something else; " +
          "in a copy: the memory shows something else; through a keyhole: ",
        ]
      ) assertStringIncludes(error.message, part);
      assertEquals(readdirSync(folder), []);
      // In a file that is there, the entry is free again.
      const member = join();
      await member.call("open", path, "shop", { maxProcesses: 2 });
      for (let n = 0; n < 3; n++) await assertRejects(() => openStatsBy(ways, path, schemas.shop));
      await member.call("register", "member");
      await member.call("add", 7);
      assertEquals((await openStats(path, schemas.shop)).metrics.first.read(), 7);
    });
  });

  it(
    "says on Deno that a plain buffer needs all of --allow-ffi",
    { ignore: runtime !== "deno" },
    async () => {
      await inFolder(async (folder) => {
        const path = `${folder}/a.stats`;
        const files = ["--no-prompt", `--allow-read=${folder}`, `--allow-write=${folder}`];
        const none = await runProgram(OPENING, [path, "plain"], files);
        const [library] = /--allow-ffi=\S+?(?=\))/.exec(none.stdout)!;
        const refused = await runProgram(OPENING, [path, "plain"], [...files, library]);
        assertStringIncludes(refused.stdout, "needs --allow-ffi without a path", refused.stderr);
        assertEquals(readdirSync(folder), []);
        const { stdout } = await runProgram(OPENING, [path, "plain"], [...files, "--allow-ffi"]);
        assertStringIncludes(stdout, "opened");
      });
    },
  );
});

describe("receiveHandle()", () => {
  it("refuses the handle of another file, and ignores one that needs nothing", async () => {
    await inFolder(async (folder) => {
      const path = `${folder}/a.stats`;
      const { handle } = await openStatsBy([inPlainBuffer], path, schema);
      const system = await loadSystem("test");
      const request = { action: "receive the file", system, path };
      receiveHandle(request, handle);
      const copy = structuredClone(handle);
      // Whatever others may do with it: the process has it open.
      chmodSync(path, 0o666);
      receiveHandle(request, copy);
      assertEquals(ThreadStats.attach(schema, copy).metrics.jobs.read(), 0);
      const changes = [
        { inode: 1n, descriptor: 0 },
        { device: 0n, descriptor: -1 },
        { inode: 1n, descriptor: "1/../../environ" as unknown as number },
      ];
      for (const change of changes) {
        const forged = { ...copy, file: { ...copy.file!, ...change } };
        const receive = () => receiveHandle(request, forged);
        assertThrows(receive, Error, "Cannot receive the file: the file must still be at");
        assertThrows(() => ThreadStats.attach(schema, forged), TypeError, "openStats");
      }
      const { handle: shared } = ThreadStats.create(schema);
      receiveHandle(request, shared);
      receiveHandle(request, { ...shared, file: null as never });
    });
  });
});
