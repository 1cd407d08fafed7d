import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import process from "node:process";
import { scaled } from "../stress/scale.ts";
import { until } from "../support/until.ts";
import { inFolder, type Member } from "./member.ts";

/** How often the exact totals of a file are reached by what members tell. */
async function counts(member: Member): Promise<Record<string, number>> {
  return await member.call("counts");
}

describe("openStats() in several processes", () => {
  it("adds up what they count, also after they have ended", async () => {
    await inFolder(async (folder, join) => {
      const path = `${folder}/a.stats`;
      const updates = scaled(20_000);
      const members = [join(), join(), join()];
      await Promise.all(members.map((member) => member.call("open", path)));
      await Promise.all(members.map((member, n) => member.call("register", `member ${n}`)));
      await Promise.all(members.map((member) => member.call("update", updates)));
      for (const member of members) {
        const { first, second, jobs, durations, left, right, active } = await counts(member);
        assertEquals([first, second, jobs, durations, left], Array(5).fill(3 * updates));
        assertEquals([right, active], [9 * updates, 3]);
      }
      await members[0].end();
      await members[1].end();
      await members[2].end();
      const later = join();
      await later.call("open", path);
      assertEquals((await counts(later)).first, 3 * updates);
      assertEquals((await counts(later)).active, 0);
    });
  });

  it("shows records whole to another process while they are updated", async () => {
    await inFolder(async (folder, join) => {
      const path = `${folder}/a.stats`;
      const [writer, other, reader] = [join(), join(), join()];
      for (const member of [writer, other, reader]) await member.call("open", path);
      await writer.call("register", "writer");
      await other.call("register", "other");
      writer.start("endless", "a", 10_000);
      other.start("endless", "b", 10_000);
      await until(() => writer.reports > 0 && other.reports > 0);
      const { reads, torn, fell } = await reader.call("check", scaled(2000));
      assertEquals({ torn, fell }, { torn: 0, fell: 0 });
      assert(reads > 100);
    });
  });

  it("frees the slots and gauges of processes that were killed, and keeps their counts", async () => {
    await inFolder(async (folder, join) => {
      const path = `${folder}/a.stats`;
      const [first, second, witness] = [join(), join(), join()];
      for (const member of [first, second, witness]) {
        await member.call("open", path);
        await member.call("register", "member");
        await member.call("work");
        await member.call("add", 1000);
      }
      assertEquals((await counts(witness)).working, 3);
      await first.kill();
      await second.kill();
      await until(async () => (await counts(witness)).active === 1);
      const { first: counted, working } = await counts(witness);
      assertEquals([counted, working], [3000, 1]);
    });
  });

  it("does not take a suspended process for one that has ended, and counts on exactly", async () => {
    await inFolder(async (folder, join) => {
      const path = `${folder}/a.stats`;
      const [sleeper, witness, other] = [join(), join(), join()];
      for (const member of [sleeper, witness, other]) {
        await member.call("open", path, "shop", { quarantineSeconds: 1 });
        await member.call("register", "member");
        await member.call("work");
      }
      const every = 1000;
      sleeper.start("endless", "some", every);
      await until(() => sleeper.reports > 2);
      process.kill(sleeper.child.pid!, "SIGSTOP");
      const { reports } = sleeper;
      // Longer than the others need to notice an end, and than the quarantine.
      for (let n = 0; n < 40; n++) {
        await other.call("churn", 10);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      const { active, working, first, second } = await counts(witness);
      assertEquals([active, working], [3, 3]);
      assert(first - second <= 1, `${first} and ${second}: it was suspended within an update`);
      process.kill(sleeper.child.pid!, "SIGCONT");
      await until(() => sleeper.reports > reports + 2);
      await sleeper.kill();
      await until(async () => (await counts(witness)).active === 2);
      await other.call("churn", 10);
      const { first: all, second: finished, working: left } = await counts(witness);
      assertEquals(left, 2);
      assert(all - finished <= 1, `${all} and ${finished}`);
      assert(all >= 410 + every * sleeper.reports && finished > second, `${all}`);
    });
  });

  it("counts exactly in a process that is suspended again and again", async () => {
    await inFolder(async (folder, join) => {
      const path = `${folder}/a.stats`;
      const [sleeper, witness] = [join(), join()];
      for (const member of [sleeper, witness]) {
        await member.call("open", path, "shop", { quarantineSeconds: 0 });
        await member.call("register", "member");
      }
      const updates = scaled(2_000_000);
      let isOver = false;
      const done = sleeper.call("update", updates).then(() => isOver = true);
      for (const pid = sleeper.child.pid!; !isOver;) {
        process.kill(pid, "SIGSTOP");
        await witness.call("churn", 3);
        await witness.call("update", 1);
        process.kill(pid, "SIGCONT");
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      await done;
      const own = (await counts(witness)).jobs - updates;
      const { first, second, durations, left, right, active } = await counts(sleeper);
      const total = updates + own;
      assertEquals([durations, left, right, active], [total, total, 3 * total, 2]);
      assertEquals([first, second], [total + 3 * own, total + 3 * own]);
    });
  });

  it("lets the file grow in several processes and their workers at once", async () => {
    await inFolder(async (folder, join) => {
      const path = `${folder}/a.stats`;
      const members = [join(), join(), join()];
      for (const member of members) {
        await member.call("open", path);
        await member.call("register", "member");
      }
      const series = 400;
      await Promise.all(members.flatMap((member, n) => [
        member.call("grow", `of ${n}`, series),
        member.call("worker", "handle", path, 1000),
        member.call("worker", "open", path, 1000),
        member.call("seat", 1000),
      ]));
      for (const member of members) {
        const { first, jobs } = await counts(member);
        assertEquals([first, jobs], [9 * 1000, 3 * series + 9 * 63]);
      }
    });
  });

  it("refuses one process more than maxProcesses, until one of them has ended", async () => {
    await inFolder(async (folder, join) => {
      const path = `${folder}/a.stats`;
      const [first, second, third] = [join(), join(), join()];
      await first.call("open", path, "shop", { maxProcesses: 2 });
      await second.call("open", path);
      const [name, text] = await third.failure("open", path);
      assertEquals(name, "RangeError");
      assert(text.includes("at most 2 processes may use it at a time"), text);
      await first.kill();
      await third.call("open", path);
    });
  });
});
