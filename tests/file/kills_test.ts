import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { scaled } from "../stress/scale.ts";
import { Random } from "../support/random.ts";
import { until } from "../support/until.ts";
import { commands, inFolder, type Member } from "./member.ts";

const PROCESSES = 8;
/** `THREAD_STATS_STRESS=5` makes it 500, and the updates of each process a million. */
const KILLS = scaled(100);
/** How many updates a member makes between two reports. */
const EVERY = 200;
const SEED = 17;

/** One runtime is enough to drive the others, and Deno is the one that finds them. */
const ignore = !("Deno" in globalThis);

/** `way` is 1 for a plain buffer. */
async function opened(member: Member, path: string, name: string, way = 0): Promise<Member> {
  await member.call("open", path, "shop", {}, way);
  await member.call("register", name);
  return member;
}

/** Each second process has the file in a plain buffer. */
describe("openStats() in processes of three runtimes", { ignore }, () => {
  it(`has the exact totals of ${PROCESSES} processes`, async () => {
    const runtimes = await commands();
    await inFolder(async (folder, join) => {
      const path = `${folder}/a.stats`;
      const updates = scaled(200_000);
      const members = await Promise.all(
        Array.from(
          { length: PROCESSES },
          (_, n) => opened(join(runtimes[n % 3]), path, `${n}`, n % 2),
        ),
      );
      await Promise.all(
        members.map((member, n) => member.call("update", updates, `kind ${n % 4}`)),
      );
      const total = PROCESSES * updates;
      for (const member of members) {
        const { first, second, jobs, durations, left, right } = await member.call("counts");
        assertEquals([first, second, jobs, durations, left], Array(5).fill(total));
        assertEquals(right, 3 * total);
      }
    });
  });

  it(`survives ${KILLS} kills in the middle of writing: at most one update is lost by each`, async () => {
    const runtimes = await commands();
    const random = new Random(SEED);
    let slowest = 0;
    await inFolder(async (folder, join) => {
      const path = `${folder}/a.stats`;
      const witness = await opened(join(), path, "witness");
      await witness.call("work");
      let least = 0;
      let last = 0;
      let killed = 0;
      const checked = async () => {
        const { first } = await witness.call("counts");
        assert(first >= last, `the total fell from ${last} to ${first}`);
        last = first;
        const { torn, fell } = await witness.call("check", 1);
        assertEquals({ torn, fell }, { torn: 0, fell: 0 });
      };
      /** One life: some are killed while they start or open the file. */
      const live = async (n: number) => {
        const member = join(runtimes[n % 3]);
        if (random.below(10) === 0) {
          member.start("open", path, "shop", {}, n % 2);
          member.start("register", "victim");
          await new Promise((resolve) => setTimeout(resolve, random.below(300)));
        } else {
          await opened(member, path, "victim", n % 2);
          member.start("endless", `kind ${n % 4}`, EVERY);
          const wanted = random.below(4);
          await until(() => member.reports >= wanted);
          await new Promise((resolve) => setTimeout(resolve, random.below(10)));
        }
        await member.kill();
        least += member.reports * EVERY;
        killed++;
        await checked();
      };
      let next = 0;
      await Promise.all(Array.from({ length: 4 }, async () => {
        while (next < KILLS) await live(next++);
      }));
      assertEquals(killed, KILLS);

      const begun = performance.now();
      await until(async () => {
        const { active, working } = await witness.call("counts");
        return active === 1 && working === 1;
      }, "slots and gauges of killed processes must go");
      slowest = performance.now() - begun;

      const { first, second, jobs, durations, left, right } = await witness.call("counts");
      assert(first >= least, `${first} of at least ${least}`);
      for (const [name, count] of Object.entries({ second, jobs, durations, left })) {
        assertLessOrEqual(count, first, name);
        assertLessOrEqual(first - count, KILLS, `${name}: ${first - count} updates were lost`);
      }
      assertEquals(right, 3 * left);
      // Who comes now finds nothing that the dead have left, and can count.
      const later = await opened(join(runtimes[2]), path, "later");
      await later.call("update", 1000);
      assertEquals((await later.call("counts")).first, first + 1000);
      console.log(
        `${KILLS} kills: ${first} updates, unfinished ${first - second}; ` +
          `slots and gauges gone after ${slowest.toFixed(0)} ms`,
      );
    });
  });
});
