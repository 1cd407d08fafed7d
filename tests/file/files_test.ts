import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname } from "node:path";
import process from "node:process";
import { defineSchema } from "../../mod.ts";
import { type FileStatsOptions, openStats } from "../../src/file/mod.ts";
import { Random } from "../support/random.ts";
import { until } from "../support/until.ts";
import { inFolder } from "./member.ts";
import { schemas } from "./programs/schemas.ts";

const HEADER = 65536;
const { shop } = schemas;

/** A file that a member has made and left, with 7 in `first`. */
async function madeFile(
  use: (path: string, folder: string) => Promise<void>,
): Promise<void> {
  await inFolder(async (folder, join) => {
    const path = `${folder}/a.stats`;
    const member = join();
    await member.call("open", path);
    await member.call("register", "maker");
    await member.call("update", 7);
    await member.end();
    await use(path, folder);
  });
}

/** Changes bytes of a file in place. */
function change(path: string, at: number, bytes: readonly number[]): void {
  const content = readFileSync(path);
  content.set(bytes, at);
  writeFileSync(path, content);
}

describe("openStats()", () => {
  it("refuses what is no file with statistics, and says what it is", async () => {
    await madeFile(async (path, folder) => {
      const whole = readFileSync(path);
      const cases: [string, (path: string) => void, string][] = [
        ["empty", (path) => writeFileSync(path, ""), "an empty file"],
        ["text", (path) => writeFileSync(path, "x".repeat(200_000)), "another file"],
        ["short", (path) => writeFileSync(path, whole.subarray(0, 100)), "it must be whole"],
        ["cut header", (path) => writeFileSync(path, whole.subarray(0, HEADER)), "65536 bytes"],
        ["cut", (path) => writeFileSync(path, whole.subarray(0, HEADER + 4096)), "whole"],
        ["newer", (path) => change(path, 4, [9, 0, 0, 0]), "its format must be 1, got 9"],
        ["older", (path) => change(path, 8, [1, 0, 0, 0]), "its layout must be"],
        ["processes", (path) => change(path, 12, [0, 0, 0, 0]), "its header must be intact"],
        ["identity", (path) => change(path, 32, [1, 2, 3, 4, 5, 6, 7, 8]), "intact"],
        ["huge", (path) => change(path, 16, [0, 0, 0, 0, 0, 0, 0x80, 0x7f]), "intact"],
        ["memory", (path) => change(path, HEADER, [0, 0, 0, 0]), "its memory must be intact"],
      ];
      for (const [name, make, text] of cases) {
        const bad = `${folder}/${name}`;
        writeFileSync(bad, whole, { mode: 0o600 });
        make(bad);
        const size = statSync(bad).size;
        const error = await assertRejects(() => openStats(bad, shop), TypeError, text, name);
        assertStringIncludes(error.message, `open the statistics in `);
        assertStringIncludes(error.message, name);
        assertEquals(statSync(bad).size, size, name);
      }
    });
  });

  it("refuses a folder, a device and a path through a file", async () => {
    await madeFile(async (path, folder) => {
      await assertRejects(() => openStats(folder, shop), Error, "readable and writable");
      await assertRejects(() => openStats("/dev/null", shop), TypeError, "a regular file");
      await assertRejects(() => openStats(`${path}/b`, shop), Error);
      await assertRejects(
        () => openStats(`${folder}/none/b`, shop),
        Error,
        "its folder must exist",
      );
    });
  });

  it("opens damaged memory or refuses it, and neither falls nor hangs", async () => {
    const random = new Random(4);
    await inFolder(async (folder, join) => {
      const path = `${folder}/a.stats`;
      const maker = join();
      await maker.call("open", path, "shop", { maxByteLength: 2 ** 22, maxThreads: 8 });
      await maker.call("register", "maker");
      await maker.call("update", 7);
      await maker.end();
      const whole = readFileSync(path);
      const member = join();
      for (let n = 0; n < 30; n++) {
        const bad = `${folder}/${n}`;
        const bytes = Uint8Array.from(whole);
        for (let m = 0; m < 20; m++) {
          bytes[HEADER + 16 + random.below(20_000)] = random.below(256);
        }
        writeFileSync(bad, bytes, { mode: 0o600 });
        try {
          await member.call("open", bad);
          await member.call("counts");
        } catch (error) {
          assertStringIncludes((error as Error).message, "Cannot", `seed 4, file ${n}`);
        }
      }
    });
  });

  it("refuses a file that others can write, unless mode allows it", async () => {
    await madeFile(async (path) => {
      assertEquals(statSync(path).mode & 0o777, 0o600);
      chmodSync(path, 0o620);
      await assertRejects(() => openStats(path, shop), TypeError, "nobody else may write it");
      const stats = await openStats(path, shop, { mode: 0o660 });
      assertEquals(stats.metrics.first.read(), 7);
    });
  });

  it("makes the file with the mode that was asked for", async () => {
    await inFolder(async (folder) => {
      const path = `${folder}/a.stats`;
      await openStats(path, shop, { mode: 0o640 });
      assertEquals(statSync(path).mode & 0o777, 0o640 & ~process.umask());
      assertEquals(readdirSync(folder), ["a.stats"]);
    });
  });

  it("finds the same memory by another path to the file", async () => {
    await inFolder(async (folder) => {
      const path = `${folder}/a.stats`;
      const stats = await openStats(path, shop);
      symlinkSync(folder, `${folder}/link`);
      const same = await openStats(`${folder}/link/a.stats`, shop);
      assertEquals(same.handle.buffer, stats.handle.buffer);
    });
  });

  it("adds the metrics that the file lacks, and refuses other definitions", async () => {
    await inFolder(async (folder, join) => {
      const path = `${folder}/a.stats`;
      const [one, other, conflict] = [join(), join(), join()];
      await one.call("open", path);
      await other.call("open", path, "grown");
      assert((await one.call("names")).includes("third"));
      const [name, text] = await conflict.failure("open", path, "other");
      assertEquals(name, "TypeError");
      assertStringIncludes(text, "first");
      assertMatch(text, /\(stale: "reset" puts a new file in its place; or open another path\)$/);
      // Its entry is free again, and the file whole.
      await conflict.call("open", path, "grown");
    });
  });

  it("stale: continue goes on from what was counted, reset begins anew", async () => {
    await inFolder(async (folder, join) => {
      const path = `${folder}/a.stats`;
      const [maker, second, third, fourth] = [join(), join(), join(), join()];
      await maker.call("open", path);
      await maker.call("register", "maker");
      await maker.call("add", 7);
      // In use: goes on.
      await second.call("open", path, "shop", { stale: "reset" });
      assertEquals((await second.call("counts")).first, 7);
      await maker.end();
      await second.end();
      await third.call("open", path);
      assertEquals((await third.call("counts")).first, 7);
      await third.end();
      await fourth.call("open", path, "shop", { stale: "reset" });
      assertEquals((await fourth.call("counts")).first, 0);
      assertEquals(fourth.stderr, "");
      assertEquals(readdirSync(folder), ["a.stats"]);
    });
  });

  it("stale: reset puts a file of another schema beside one that is in use", async () => {
    await inFolder(async (folder, join) => {
      const path = `${folder}/a.stats`;
      const [old, reader, fresh, later] = [join(), join(), join(), join()];
      await old.call("open", path);
      await reader.call("open", path);
      await old.call("register", "old");
      await old.call("add", 7);
      await fresh.call("open", path, "other", { stale: "reset" });
      await until(() => fresh.stderr.includes("other processes still count in the one"));
      await old.call("add", 1);
      assertEquals((await reader.call("counts")).first, 8);
      await old.call("grow", "after the new one", 300);
      assertEquals((await reader.call("counts")).jobs, 300);
      await later.call("open", path, "other");
      assertEquals((await later.call("names"))[0], "first");
      await later.call("register", "later");
      assertEquals((await fresh.call("counts")).active, 1);
      assertEquals((await reader.call("counts")).active, 1);
    });
  });

  it("goes on with a file that was removed or replaced", async () => {
    await inFolder(async (folder, join) => {
      const path = `${folder}/a.stats`;
      const [one, two, victim, later] = [join(), join(), join(), join()];
      for (const member of [one, two, victim]) {
        await member.call("open", path);
        await member.call("register", "member");
      }
      unlinkSync(path);
      await later.call("open", path);
      await later.call("register", "later");
      await later.call("add", 100);
      await one.call("update", 5);
      await one.call("grow", "more", 500);
      assertEquals((await two.call("counts")).first, 5);
      assertEquals((await two.call("counts")).jobs, 505);
      assertEquals(await one.call("worker", "handle", path, 100), 105);
      assertEquals((await later.call("counts")).first, 100);
      // Those on the removed file still notice who ends.
      await victim.kill();
      await until(async () => (await two.call("counts")).active <= 3);
    });
  });

  for (
    const [what, change] of [
      ["another file", (path: string) => renameSync(`${path}.other`, path)],
      ["a text", (path: string) => {
        unlinkSync(path);
        writeFileSync(path, "a text");
      }],
      ["nothing, and no folder", (path: string) => rmSync(dirname(path), { recursive: true })],
    ] as const
  ) {
    it(`goes on with a file when there is ${what} in its place`, async () => {
      await inFolder(async (parent, join) => {
        const path = `${parent}/folder/a.stats`;
        mkdirSync(dirname(path));
        const [stranger, one, two] = [join(), join(), join()];
        await stranger.call("open", `${path}.other`);
        await stranger.call("register", "stranger");
        await stranger.call("update", 100);
        for (const member of [one, two]) {
          await member.call("open", path);
          await member.call("register", "member");
        }
        change(path);
        await Promise.all([one, two].map((member, n) => member.call("grow", `of ${n}`, 500)));
        await one.call("update", 5);
        // A worker that opens the path joins what its process has.
        await one.call("worker", "open", path, 100);
        await two.call("seat", 100);
        const { first, second, jobs } = await two.call("counts");
        assertEquals([first, second, jobs], [205, 5, 1000 + 5 + 2 * 7]);
        assertEquals((await stranger.call("counts")).first, 100);
        await one.kill();
        await until(async () => (await two.call("counts")).active <= 2);
      });
    });
  }

  it("sets a file of an earlier boot aside", async () => {
    await madeFile(async (path, folder) => {
      if (!existsSync("/proc/sys/kernel/random/boot_id")) return;
      change(path, 64, [...new TextEncoder().encode("01234567-89ab-cdef-0123-456789abcdef")]);
      const stats = await openStats(path, shop);
      assertEquals(stats.metrics.first.read(), 0);
      assertEquals(readdirSync(folder).sort(), ["a.stats", "a.stats.01234567.old"]);
    });
  });

  it("removes what a process left that was killed while it made the file", async () => {
    await inFolder(async (folder) => {
      const old = `${folder}/a.stats.1234abcd.new`;
      const recent = `${folder}/a.stats.5678abcd.new`;
      const foreign = `${folder}/a.stats.readme`;
      for (const path of [old, recent, foreign]) writeFileSync(path, "");
      utimesSync(old, 1e9, 1e9);
      utimesSync(foreign, 1e9, 1e9);
      await openStats(`${folder}/a.stats`, shop);
      assertEquals([old, recent, foreign].map(existsSync), [false, true, true]);
    });
  });

  it("ends no process when there is no room: an error at opening, a RangeError at growth", async () => {
    const mount = `${tmpdir()}/thread-stats-small-${process.pid}`;
    mkdirSync(mount);
    try {
      try {
        execFileSync("mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", mount], { stdio: "pipe" });
      } catch (error) {
        console.log(`skipped, as no small file system can be mounted: ${(error as Error).message}`);
        return;
      }
      await inFolder(async (folder, join) => {
        const path = `${folder}/a.stats`;
        const [one, two, third] = [join(), join(), join()];
        for (const member of [one, two]) {
          await member.call("open", path);
          await member.call("register", "member");
        }
        // Takes what is left.
        const [name] = await one.failure("grow", "one", 100_000);
        assertEquals(name, "RangeError");
        const [again, text] = await two.failure("grow", "two", 100_000);
        assertEquals(again, "RangeError");
        assertStringIncludes(text, "Cannot");
        await two.call("add", 5);
        await one.call("add", 6);
        assertEquals((await one.call("counts")).first, 11);
        const [refused, why] = await third.failure("open", `${folder}/b.stats`);
        assertEquals(refused, "RangeError");
        assertStringIncludes(why, "the system must have");
        assertEquals(readdirSync(folder), ["a.stats"]);
        // The full file can still be opened.
        await third.call("open", path);
        assertEquals((await third.call("counts")).first, 11);
      }, mount);
    } finally {
      try {
        execFileSync("umount", [mount], { stdio: "pipe" });
      } catch {
        // It was not mounted.
      }
      execFileSync("rmdir", [mount]);
    }
  });

  it("a child that inherits descriptors does not keep its parent's place", async () => {
    await inFolder(async (folder, join) => {
      const path = `${folder}/a.stats`;
      const [parent, witness] = [join(), join()];
      for (const member of [parent, witness]) {
        await member.call("open", path);
        await member.call("register", "member");
      }
      const pid = await parent.call("child");
      try {
        await parent.kill();
        await until(async () => (await witness.call("counts")).active === 1);
        process.kill(pid, 0);
      } finally {
        process.kill(pid, "SIGKILL");
      }
    });
  });

  it("refuses bad values of every argument and option", async () => {
    await inFolder(async (folder) => {
      const path = `${folder}/a.stats`;
      for (const bad of ["", "a\0b", 5, undefined, null, {}]) {
        await assertRejects(() => openStats(bad as string, shop), TypeError, "the path");
      }
      for (const bad of [undefined, null, 5, {}, { jobs: 1 }]) {
        await assertRejects(() => openStats(path, bad as typeof shop), TypeError, "Cannot open");
      }
      const options: [object, typeof TypeError | typeof RangeError][] = [
        [{ maxByteLength: 0 }, RangeError],
        [{ maxByteLength: 1000 }, RangeError],
        [{ maxByteLength: 2 ** 32 + 1 }, RangeError],
        [{ maxByteLength: 1.5 }, RangeError],
        [{ maxByteLength: "1" }, TypeError],
        [{ maxProcesses: 0 }, RangeError],
        [{ maxProcesses: 513 }, RangeError],
        [{ maxProcesses: "4" }, TypeError],
        [{ mode: 0o400 }, RangeError],
        [{ mode: 0o177 }, RangeError],
        [{ mode: 0o1600 }, RangeError],
        [{ mode: "600" }, TypeError],
        [{ stale: "other" }, TypeError],
        [{ stale: 1 }, TypeError],
        [{ maxThreads: 0 }, RangeError],
        [{ maxMetrics: 0 }, RangeError],
        [{ quarantineSeconds: -1 }, RangeError],
        [{ unknown: 1 }, TypeError],
      ];
      for (const [bad, kind] of options) {
        const open = () => openStats(path, shop, bad as FileStatsOptions);
        await assertRejects(open, kind, "Cannot ", JSON.stringify(bad));
      }
      for (const bad of [null, 5, "x"]) {
        await assertRejects(() => openStats(path, shop, bad as FileStatsOptions), TypeError);
      }
      assertEquals(readdirSync(folder), []);
    });
  });

  it("has room for a file whose limits are the least", async () => {
    await inFolder(async (folder) => {
      const stats = await openStats(`${folder}/a`, defineSchema({}), {
        ...{ maxProcesses: 1, maxThreads: 1, maxByteLength: 2 ** 18 },
      });
      stats.registerThread();
      assertEquals(stats.threads().length, 1);
    });
  });
});
