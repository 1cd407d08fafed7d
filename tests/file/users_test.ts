import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import { createServer } from "node:net";
import process from "node:process";
import { inFolder, type Member } from "./member.ts";

/** Another user, whom every system has: nobody. */
const OTHER = 65534;

/** Whether this user can become another one; says which test is skipped. */
function isRoot(name: string): boolean {
  if (process.getuid?.() === 0) return true;
  console.log(`skipped, as only root can become another user: ${name}`);
  return false;
}

/** A member that goes on as another user, after it has loaded what it needs. */
async function otherUser(join: () => Member, folder: string): Promise<Member> {
  const member = join();
  await member.call("open", `${folder}/loaded.stats`);
  assertEquals(await member.call("become", OTHER), OTHER);
  return member;
}

/** A file with 7 in `first`, which no process uses. */
async function made(path: string, join: () => Member): Promise<void> {
  const maker = join();
  await maker.call("open", path);
  await maker.call("register", "maker");
  await maker.call("update", 7);
  await maker.end();
}

/** Checks that a file is refused, and is what it was. */
async function assertRefused(
  member: Member,
  path: string,
  wanted: readonly [name: string, text: string],
  options: object = {},
): Promise<void> {
  const before = fs.lstatSync(path);
  for (const stale of ["continue", "reset"]) {
    const [name, text] = await member.failure("open", path, "shop", { stale, ...options });
    assertEquals(name, wanted[0], text);
    assertStringIncludes(text, `Cannot open the statistics in `);
    assertStringIncludes(text, wanted[1]);
  }
  const { ino, size, mode } = fs.lstatSync(path);
  assertEquals([ino, size, mode], [before.ino, before.size, before.mode]);
}

describe("openStats() of a file of another user", () => {
  it("refuses it, also for root, unless mode lets others write it", async () => {
    if (!isRoot("a file of another user")) return;
    await inFolder(async (folder, join) => {
      const path = `${folder}/a.stats`;
      await made(path, join);
      fs.chownSync(path, OTHER, OTHER);
      const member = join();
      await assertRefused(member, path, ["TypeError", `got one of user ${OTHER}`]);
      await member.call("open", path, "shop", { mode: 0o660 });
      assertEquals((await member.call("counts")).first, 7);
    });
  });

  it("refuses one that it cannot read and write", async () => {
    if (!isRoot("a file that another user keeps for itself")) return;
    await inFolder(async (folder, join) => {
      const path = `${folder}/a.stats`;
      await made(path, join);
      const member = await otherUser(join, folder);
      fs.chmodSync(folder, 0o755);
      for (const mode of [0o600, 0o644]) {
        fs.chmodSync(path, mode);
        await assertRefused(member, path, ["Error", "it must be readable and writable"]);
      }
    });
  });

  it("lets users share a file by mode, and tells them apart", async () => {
    if (!isRoot("a file that two users share")) return;
    await inFolder(async (folder, join) => {
      const path = `${folder}/a.stats`;
      const owner = join();
      await owner.call("open", path, "shop", { mode: 0o666 });
      // The umask may have taken bits away.
      fs.chmodSync(path, 0o666);
      await owner.call("register", "owner");
      await owner.call("update", 7);
      const member = await otherUser(join, folder);
      fs.chmodSync(folder, 0o755);
      await assertRefused(member, path, ["TypeError", "nobody else may write it"]);
      await member.call("open", path, "shop", { mode: 0o666 });
      await member.call("register", "other");
      await member.call("update", 5);
      assertEquals((await owner.call("counts")).first, 12);
    });
  });
});

describe("openStats() in a folder that the user cannot write", () => {
  it("opens a file there that it can write, and makes none", async () => {
    if (!isRoot("a folder that cannot be written")) return;
    await inFolder(async (folder, join) => {
      const path = `${folder}/a.stats`;
      await made(path, join);
      fs.chownSync(path, OTHER, OTHER);
      const member = await otherUser(join, folder);
      fs.chmodSync(folder, 0o755);
      await member.call("open", path);
      await member.call("register", "member");
      await member.call("update", 5);
      await member.call("grow", "more", 500);
      assertEquals((await member.call("counts")).first, 12);
      const [name, text] = await member.failure("open", `${folder}/b.stats`);
      assertEquals(name, "Error");
      assertStringIncludes(text, "its folder must exist and be writable");
      // Unused, so it is to be replaced.
      const other = await otherUser(join, folder);
      await member.end();
      await assertRefused(other, path, ["Error", "its folder must exist and be writable"], {
        stale: "reset",
      });
      await other.call("open", path);
      assertEquals((await other.call("counts")).first, 12);
      assertEquals(fs.readdirSync(folder).sort(), ["a.stats", "loaded.stats"]);
    });
  });
});

describe("openStats() of what is no file", () => {
  it("refuses a fifo, a socket, a device and a folder, and does not wait", async () => {
    await inFolder(async (folder, join) => {
      const member = join();
      execFileSync("mkfifo", [`${folder}/fifo`]);
      await assertRefused(member, `${folder}/fifo`, ["TypeError", "it must be a regular file"]);
      fs.mkdirSync(`${folder}/folder`);
      await assertRefused(member, `${folder}/folder`, ["Error", "readable and writable"]);
      await assertRefused(member, "/dev/zero", ["TypeError", "it must be a regular file"]);
      const server = createServer().listen(`${folder}/socket`);
      await new Promise((resolve) => server.once("listening", resolve));
      try {
        await assertRefused(member, `${folder}/socket`, ["Error", "readable and writable"]);
      } finally {
        server.close();
      }
    });
  });

  it("follows a link to a file, and refuses one that leads nowhere", async () => {
    await inFolder(async (folder, join) => {
      const path = `${folder}/a.stats`;
      await made(path, join);
      const member = join();
      fs.symlinkSync("a.stats", `${folder}/link`);
      await member.call("open", `${folder}/link`);
      assertEquals((await member.call("counts")).first, 7);
      await member.end();
      // What it leads to is replaced, and not the link.
      await join().call("open", `${folder}/link`, "shop", { stale: "reset" });
      assert(fs.lstatSync(`${folder}/link`).isSymbolicLink());
      fs.symlinkSync("none", `${folder}/nowhere`);
      const wanted = ["Error", "a symbolic link there must lead to a file"] as const;
      await assertRefused(join(), `${folder}/nowhere`, wanted);
      fs.symlinkSync("round", `${folder}/round`);
      await assertRefused(join(), `${folder}/round`, ["Error", "readable and writable"]);
      assertEquals(fs.readdirSync(folder).sort(), ["a.stats", "link", "nowhere", "round"]);
    });
  });
});
