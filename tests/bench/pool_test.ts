import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { type CaseName, loadCase } from "../../bench/cases/catalogue.ts";
import { type Crew, sleep, startCrew, startPool } from "../../bench/pool.ts";

const group = "counter add";
const implementation = "shared atomics";
const threads = 2;

/**
 * Starts a crew, hands it to `use` with what reads the counter that its workers add to, and ends
 * it.
 */
async function withCrew(use: (crew: Crew, count: () => number) => void): Promise<void> {
  const memory = (await loadCase(group, implementation)).share({ threads }) as SharedArrayBuffer;
  const crew = await startCrew(memory, { group, implementation, threads });
  try {
    use(crew, () => Atomics.load(new Int32Array(memory), 0));
  } finally {
    await crew.stop();
  }
}

describe("startCrew()", () => {
  it("run() returns when every worker has done its operations", async () => {
    await withCrew((crew, count) => {
      for (const operations of [1, 0, 1000]) {
        const before = count();
        crew.run(operations);
        assertStrictEquals(count() - before, operations * threads);
      }
    });
  });

  it("rates() lets all workers run, and leaves them at rest", async () => {
    await withCrew((crew, count) => {
      for (let round = 0; round < 2; round++) {
        const rates = crew.rates(() => {
          const before = count();
          while (count() - before < 1_000_000) sleep(1);
        });
        assertStrictEquals(rates.length, threads);
        assert(rates.every((rate) => rate >= 0), rates.join());
        assert(rates.some((rate) => rate > 0), rates.join());
        const after = count();
        crew.run(1);
        assertStrictEquals(count() - after, threads);
      }
    });
  });
});

describe("startPool()", () => {
  it("runs in the calling thread, or in workers, whose figure it does not know", async () => {
    const made = await loadCase(group, "mutex");
    const totals: unknown[] = [];
    for (const threads of [1, 2]) {
      const name: CaseName = { group, implementation: "mutex", at: { threads } };
      const pool = await startPool(made, name);
      await pool.run(1024);
      totals.push(await pool.total());
      await pool.stop();
    }
    assertEquals(totals, [1024, undefined]);
  });
});
