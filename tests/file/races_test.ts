import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { appendFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { scaled } from "../stress/scale.ts";
import { until } from "../support/until.ts";
import { commands, inFolder, type Member } from "./member.ts";

const RACERS = 20;
/** A hundred, and fewer in continuous integration. */
const RACES = Math.max(6, scaled(100));
/** Small, as each process has all files of a test open. */
const LIMITS = { maxByteLength: 2 ** 22, maxThreads: 64, maxProcesses: 2 * RACERS };

/** Which file a racer got, by its inode; or the name and the text of its error. */
type Result = string | readonly [string, string];

/** Lets racers open each file at once. Returns what each got, by file and racer. */
async function race(
  folder: string,
  racers: readonly Member[],
  stale: (racer: number) => "continue" | "reset",
): Promise<Result[][]> {
  // Until each is ready.
  await Promise.all(racers.map((racer) => racer.failure("open", "")));
  const gate = `${folder}/gate`;
  writeFileSync(gate, "");
  const paths = pathsIn(folder);
  const done = Promise.all(
    racers.map((racer, n): Promise<Result[]> =>
      // Every fourth one shows the files in plain buffers.
      racer.call("race", gate, paths, { ...LIMITS, stale: stale(n) }, n % 4 === 3 ? 1 : 0)
    ),
  );
  for (let n = 0; n < RACES; n++) {
    appendFileSync(gate, "x");
    await until(() => racers.every(({ reports }) => reports > n), `all are over with race ${n}`);
  }
  const results = await done;
  return paths.map((_, n) => results.map((result) => result[n]));
}

function pathsIn(folder: string): string[] {
  return Array.from({ length: RACES }, (_, n) => `${folder}/${n}.stats`);
}

/** The files that two of three races find: one that can be used, or one of another schema. */
function schemaOf(race: number): "shop" | "other" | undefined {
  return ([undefined, "shop", "other"] as const)[race % 3];
}

describe("openStats() when many processes open a path at once", () => {
  it(`makes one file in each of ${RACES} races of ${RACERS} processes`, async () => {
    const runtimes = await commands();
    await inFolder(async (folder, join) => {
      const racers = Array.from(
        { length: RACERS },
        (_, n) => join(runtimes[n % runtimes.length]),
      );
      const results = await race(folder, racers, () => "continue");
      for (const [n, path] of pathsIn(folder).entries()) {
        assertEquals(results[n], Array(RACERS).fill(`${statSync(path, { bigint: true }).ino}`));
        const reader = racers[n % RACERS];
        await reader.call("open", path);
        const { first, second, jobs, left, active } = await reader.call("counts");
        assertEquals([first, second, jobs, left, active], Array(5).fill(RACERS), path);
      }
      assertEquals(readdirSync(folder).length, RACES + 1);
    });
  });

  it(`has all on one whole file when half of them reset what they find`, async () => {
    const runtimes = await commands();
    await inFolder(async (folder, join) => {
      const maker = join();
      for (const [n, path] of pathsIn(folder).entries()) {
        const schema = schemaOf(n);
        if (schema === undefined) continue;
        await maker.call("open", path, schema, LIMITS);
        if (schema === "other") continue;
        await maker.call("register", "maker");
        await maker.call("update", 7);
      }
      await maker.end();
      const racers = Array.from(
        { length: RACERS },
        (_, n) => join(runtimes[n % runtimes.length]),
      );
      // The runtimes are three, so each has both kinds.
      const isReset = (racer: number) => racer % 2 === 0;
      const results = await race(folder, racers, (n) => isReset(n) ? "reset" : "continue");
      let [kept, refused] = [0, 0];
      for (const [n, path] of pathsIn(folder).entries()) {
        const file = `${statSync(path, { bigint: true }).ino}`;
        let opened = 0;
        for (const [racer, result] of results[n].entries()) {
          if (result === file) opened++;
          else {
            // Who goes on with what is there does not get a file of another schema.
            const text = `race ${n}, racer ${racer}: ${result} and not ${file}`;
            assert(schemaOf(n) === "other" && !isReset(racer) && Array.isArray(result), text);
            assertEquals(result[0], "TypeError", text);
            assert(result[1].includes("first"), text);
            refused++;
          }
        }
        const reader = racers[0];
        await reader.call("open", path);
        const { first, second, jobs, left, active } = await reader.call("counts");
        assertEquals(active, opened, path);
        const isKept = schemaOf(n) === "shop" && first === opened + 7;
        if (isKept) kept++;
        assertEquals([first, second, jobs, left], Array(4).fill(isKept ? first : opened), path);
      }
      console.log(`${RACES} races: ${kept} files were kept, ${refused} openings were refused`);
      // No private file is left.
      assertEquals(readdirSync(folder).length, RACES + 1);
    });
  });
});
