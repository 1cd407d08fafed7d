import { assertEquals } from "@std/assert";
import { beforeAll, describe, it } from "@std/testing/bdd";
import { execFileSync } from "node:child_process";
import process from "node:process";
import { until } from "../support/until.ts";
import { type Command, inFolder, type Member, own } from "./member.ts";

/** A namespace of process ids, as a container has one; it ends with its first process. */
const CONTAINER: Command = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"];

/** Why there are no such namespaces here. */
let refusal: string | undefined;

function isSkipped(name: string): boolean {
  if (refusal !== undefined) console.log(`skipped, as unshare is refused: ${name}: ${refusal}`);
  return refusal !== undefined;
}

/** How a program is started in a container of its own, with an id there. */
function inContainer(pid: number, command: Command = own): Command {
  const text = `echo ${pid - 1} > /proc/sys/kernel/ns_last_pid; "$@"`;
  // With a command after it, so that the shell does not become the program.
  return [...CONTAINER, "sh", "-c", `${text}; exit $?`, "sh", ...command];
}

/** Opens the file, counts 1, and is at work. */
async function opened(member: Member, path: string): Promise<Member> {
  await member.call("open", path, "shop", { quarantineSeconds: 1 });
  await member.call("register", "member");
  await member.call("work");
  await member.call("update", 1);
  return member;
}

async function assertAlive(witness: Member, members: number, first: number): Promise<void> {
  await until(async () => (await witness.call("counts")).active <= members);
  const { active, working, first: counted } = await witness.call("counts");
  assertEquals([active, working, counted], [members, members, first]);
}

describe("openStats() in containers that share a file", () => {
  beforeAll(() => {
    try {
      const [program, ...args] = inContainer(300, ["sh", "-c", "echo $$"]);
      const pid = execFileSync(program, args, { stdio: "pipe" });
      if (`${pid}`.trim() !== "300") refusal = `it has the id ${pid}`;
    } catch (error) {
      refusal = (error as Error).message;
    }
  });

  it("tells processes of one id apart: only the slots of the killed one are given back", async () => {
    if (isSkipped("processes of one id")) return;
    await inFolder(async (folder, join) => {
      const path = `${folder}/a.stats`;
      const outside = await opened(join(), path);
      const pid = await outside.call("pid");
      const [one, two] = [
        await opened(join(inContainer(pid)), path),
        await opened(join(inContainer(pid)), path),
      ];
      assertEquals([await one.call("pid"), await two.call("pid")], [pid, pid]);
      await assertAlive(outside, 3, 3);
      await one.kill();
      await assertAlive(two, 2, 3);
      // Longer than others need to notice an end.
      await new Promise((resolve) => setTimeout(resolve, 2500));
      await outside.call("update", 1);
      await two.call("update", 1);
      await assertAlive(outside, 2, 5);
      // The other way round: who is left is in a container.
      await outside.kill();
      await assertAlive(two, 1, 5);
      await two.call("update", 1);
      await assertAlive(two, 1, 6);
    });
  });

  it("does not take a process for the one that had its id before", async () => {
    if (isSkipped("an id that is used again")) return;
    await inFolder(async (folder, join) => {
      const path = `${folder}/a.stats`;
      const witness = await opened(join(), path);
      const lower = await opened(join(), path);
      const former = await opened(join(inContainer(4321)), path);
      assertEquals(await former.call("pid"), 4321);
      // Nobody sees the ends before the next process is there.
      process.kill(witness.child.pid!, "SIGSTOP");
      try {
        await former.kill();
        await lower.kill();
        // It gets the entry of `lower`, and not that of the process that had its id.
        const next = await opened(join(inContainer(4321)), path);
        assertEquals(await next.call("pid"), 4321);
        await assertAlive(next, 2, 4);
        process.kill(witness.child.pid!, "SIGCONT");
        await assertAlive(witness, 2, 4);
        // Longer than others need to notice an end.
        await new Promise((resolve) => setTimeout(resolve, 2500));
        await next.call("update", 1);
        await assertAlive(witness, 2, 5);
      } finally {
        process.kill(witness.child.pid!, "SIGCONT");
      }
    });
  });

  it("gives the entry of an ended process to another with its id, and not its slots", async () => {
    if (isSkipped("an id and an entry that are used again")) return;
    await inFolder(async (folder, join) => {
      const path = `${folder}/a.stats`;
      const former = await opened(join(inContainer(4321)), path);
      const number = await former.call("open", path);
      await former.kill();
      const next = join(inContainer(4321));
      const again = await next.call("open", path);
      assertEquals(again % 1024, number % 1024, "the entry");
      assertEquals(again === number, false, "the number");
      // It is alone, and has no slot yet.
      const { active, working, first } = await next.call("counts");
      assertEquals([active, working, first], [0, 0, 1]);
    });
  });
});
