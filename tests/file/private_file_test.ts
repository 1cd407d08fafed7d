import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  readdirSync,
  readFileSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import process from "node:process";
import { until } from "../support/until.ts";
import { inFolder, type Member } from "./member.ts";

/** It takes ten seconds, and nothing in it depends on the runtime. */
const ignore = !("Deno" in globalThis);

/** Lets all private files of a folder look as if they were older than a minute. */
function age(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (name.endsWith(".new")) utimesSync(`${folder}/${name}`, 1e9, 1e9);
  }
}

/** A file with 7 in `first` that no process uses. */
async function make(path: string, join: () => Member): Promise<void> {
  const maker = join();
  await maker.call("open", path);
  await maker.call("register", "maker");
  await maker.call("update", 7);
  await maker.end();
}

/** Lets the file look as if it were of an earlier boot. */
function makeOld(path: string): void {
  const content = readFileSync(path);
  content.set(new TextEncoder().encode("01234567-89ab-cdef-0123-456789abcdef"), 64);
  writeFileSync(path, content);
}

/** Waits until a member is suspended. */
async function untilStopped({ child }: Member): Promise<void> {
  await until(() => /\) T /.test(readFileSync(`/proc/${child.pid}/stat`, "utf8")));
}

describe("openStats() after a process was killed while it made the file", () => {
  const steps = [
    { step: "wrote it", call: "writeSync", times: 3, isThere: false },
    { step: "was to link it", call: "linkSync", times: 1, isThere: false },
    { step: "was to remove its private name", call: "unlinkSync", times: 1, isThere: false },
    { step: "was to put it in the place of another", call: "renameSync", times: 1, isThere: true },
  ];
  for (const { step, call, times, isThere } of steps) {
    it(`opens at once when it ${step}, and removes what it left`, async () => {
      await inFolder(async (folder, join) => {
        const path = `${folder}/a.stats`;
        if (isThere) await make(path, join);
        const [victim, next, later] = [join(), join(), join()];
        await victim.call("signalBefore", call, "SIGKILL", times);
        victim.start("open", path, "shop", { stale: "reset" });
        assertEquals(await victim.ended, "SIGKILL");
        assertEquals(
          readdirSync(folder).filter((name) => name.endsWith(".new")).length,
          1,
        );

        await next.call("open", path);
        await next.call("register", "next");
        await next.call("update", 5);
        const { first, active } = await next.call("counts");
        assertEquals([first, active], [isThere ? 12 : 5, 1]);
        // The next one that opens it need not make one.
        age(folder);
        await later.call("open", path);
        assertEquals((await later.call("counts")).first, first);
        assertEquals(readdirSync(folder), ["a.stats"]);
      });
    });
  }

  it("removes it also when it puts another file in the place of one", async () => {
    await inFolder(async (folder, join) => {
      const path = `${folder}/a.stats`;
      await make(path, join);
      const [victim, next] = [join(), join()];
      await victim.call("signalBefore", "renameSync", "SIGKILL");
      victim.start("open", path, "shop", { stale: "reset" });
      assertEquals(await victim.ended, "SIGKILL");
      age(folder);
      // As full as it may be: what was left must go before there is a new one.
      await next.call("signalBefore", "renameSync", "SIGSTOP");
      const opening = next.call("open", path, "shop", { stale: "reset" });
      await untilStopped(next);
      assertEquals(readdirSync(folder).length, 2);
      process.kill(next.child.pid!, "SIGCONT");
      await opening;
      assertEquals((await next.call("counts")).first, 0);
      assertEquals(readdirSync(folder), ["a.stats"]);
    });
  });

  it("opens at once when it was to set one of an earlier boot aside", async () => {
    await inFolder(async (folder, join) => {
      const path = `${folder}/a.stats`;
      await make(path, join);
      makeOld(path);
      const [victim, next] = [join(), join()];
      await victim.call("signalBefore", "renameSync", "SIGKILL");
      victim.start("open", path);
      assertEquals(await victim.ended, "SIGKILL");
      await next.call("open", path);
      assertEquals((await next.call("counts")).first, 0);
      assertEquals(readdirSync(folder).sort(), [
        "a.stats",
        "a.stats.01234567.old",
      ]);
    });
  });

  it("leaves files alone that are not such private ones", async () => {
    await inFolder(async (folder, join) => {
      const names = [
        "a.stats.readme",
        "a.stats.new",
        "a.stats.A.new",
        "a.stats.b.c.new",
        "b.new",
      ];
      for (const name of names) {
        writeFileSync(`${folder}/${name}`, "");
        utimesSync(`${folder}/${name}`, 1e9, 1e9);
      }
      // One that lives may just be making it.
      writeFileSync(`${folder}/a.stats.abc.new`, "");
      await join().call("open", `${folder}/a.stats`);
      await join().call("open", `${folder}/a.stats`);
      assertEquals(
        readdirSync(folder).sort(),
        ["a.stats", "a.stats.abc.new", ...names].sort(),
      );
    });
  });
});

describe("openStats() in a process that was suspended while it made the file", () => {
  /** Suspends a process before a call, and lets others take its private file for abandoned. */
  async function suspended(
    { call, join, folder, path }: {
      call: string;
      join: () => Member;
      folder: string;
      path: string;
    },
  ): Promise<{ sleeper: Member; other: Member; wake: () => Promise<unknown> }> {
    const [sleeper, other] = [join(), join()];
    await sleeper.call("signalBefore", call, "SIGSTOP");
    const opening = sleeper.call("open", path, "shop", { stale: "reset" });
    await untilStopped(sleeper);
    age(folder);
    const wake = () => {
      process.kill(sleeper.child.pid!, "SIGCONT");
      return opening;
    };
    return { sleeper, other, wake };
  }

  it("uses the file that another process has made meanwhile", async () => {
    await inFolder(async (folder, join) => {
      const path = `${folder}/a.stats`;
      const { sleeper, other, wake } = await suspended({ call: "linkSync", join, folder, path });
      await other.call("open", path);
      await other.call("register", "other");
      await other.call("update", 3);
      await wake();
      assertEquals((await sleeper.call("counts")).first, 3);
      assertEquals(readdirSync(folder), ["a.stats"]);
    });
  });

  it("makes another when its private file was removed, and there is none", async () => {
    await inFolder(async (folder, join) => {
      const path = `${folder}/a.stats`;
      const { sleeper, other, wake } = await suspended({ call: "linkSync", join, folder, path });
      await other.call("open", path);
      unlinkSync(path);
      await wake();
      await sleeper.call("register", "sleeper");
      await sleeper.call("update", 2);
      assertEquals((await sleeper.call("counts")).first, 2);
      assertEquals(readdirSync(folder), ["a.stats"]);
    });
  });

  it("does the same when it replaces one", async () => {
    await inFolder(async (folder, join) => {
      const path = `${folder}/a.stats`;
      await make(path, join);
      const { sleeper, wake } = await suspended({ call: "renameSync", join, folder, path });
      for (const left of readdirSync(folder)) {
        if (left.endsWith(".new")) unlinkSync(`${folder}/${left}`);
      }
      await wake();
      assertEquals((await sleeper.call("counts")).first, 0);
      assertEquals(readdirSync(folder), ["a.stats"]);
    });
  });

  it(
    "lets others wait for ten seconds when it replaces one, and no longer",
    { ignore },
    async () => {
      await inFolder(async (folder, join) => {
        const path = `${folder}/a.stats`;
        await make(path, join);
        const { other, wake } = await suspended({ call: "renameSync", join, folder, path });
        // It has the lock under which others open the file.
        const [name, text] = await other.failure("open", path);
        assertEquals(name, "Error");
        assert(text.includes("must end that within 10000 ms"), text);
        await wake();
        await other.call("open", path);
        assertEquals((await other.call("counts")).first, 0);
      });
    },
  );

  it("tells why when the file system allows no second name for a file", async () => {
    await inFolder(async (folder, join) => {
      const member = join();
      await member.call("refuse", "linkSync", "EPERM");
      const [name, text] = await member.failure("open", `${folder}/a.stats`);
      assertEquals(name, "Error");
      assert(
        text.includes(
          "the file system must allow a second name for a file (link)",
        ),
        text,
      );
      assertEquals(readdirSync(folder), []);
    });
  });

  it("tells why when the file cannot be put in the place of another", async () => {
    await inFolder(async (folder, join) => {
      const path = `${folder}/a.stats`;
      await make(path, join);
      const { ino } = statSync(path);
      const member = join();
      await member.call("refuse", "renameSync", "EACCES");
      const [name, text] = await member.failure("open", path, "shop", {
        stale: "reset",
      });
      assertEquals(name, "Error");
      assert(
        text.includes("put another file in its place (rename), got EACCES"),
        text,
      );
      assertEquals(readdirSync(folder), ["a.stats"]);
      assertEquals(statSync(path).ino, ino);
      await member.call("open", path);
      await member.end();
      makeOld(path);
      const later = join();
      await later.call("refuse", "renameSync", "EACCES");
      const [, why] = await later.failure("open", path);
      assert(
        why.includes("one of an earlier boot must get another name (rename), got EACCES"),
        why,
      );
    });
  });
});
