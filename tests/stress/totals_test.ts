import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { ThreadStats } from "../../mod.ts";
import { meanwhile, rising, startCrew } from "./crew.ts";
import { breathe, until } from "./progress.ts";
import { assertMoves, moveBy, schema } from "./schema.ts";
import { scaled } from "./scale.ts";

const WORKERS = 8;
const UPDATES = scaled(1_000_000);

/** What `count` updates of each of `threads` threads add up to. */
function movesOf(count: number, threads: number) {
  const delta = { count: 0, way: 0, twice: 0, squares: 0, low: 0, high: 0 };
  let way = 0, squares = 0;
  for (let n = 1; n <= count; n++) {
    moveBy(n, delta);
    way += delta.way;
    squares += delta.squares;
  }
  return {
    count: BigInt(count * threads),
    way: way * threads,
    twice: 2 * way * threads,
    squares: BigInt(squares * threads),
    low: 1,
    high: 3,
  };
}

describe("CounterReader.read()", () => {
  it("never falls while 8 threads add, and is exact in the end", async () => {
    const stats = ThreadStats.create(schema);
    await using writers = await startCrew(stats, "writer", { count: WORKERS });
    const check = rising();
    const work = writers.workers.map((worker) => worker.call("count", UPDATES));
    await meanwhile(work, () => check(stats.metrics.hits.read()));
    assertEquals(stats.metrics.hits.read(), WORKERS * UPDATES);
    assertEquals(
      stats.metrics.hits.perThread().map(({ value }) => value),
      Array(WORKERS).fill(UPDATES),
    );
  });
});

describe("RecordReader.read()", () => {
  it("never mixes commits while 8 threads update, and is exact in the end", async () => {
    const stats = ThreadStats.create(schema);
    const id = stats.metrics.moves.create();
    await using writers = await startCrew(stats, "writer", { count: WORKERS });
    const check = rising();
    const work = writers.workers.map((worker) => worker.call("update", id, UPDATES));
    await meanwhile(work, () => {
      const value = stats.metrics.moves.read(id);
      assertMoves(value);
      check(value.count);
    });
    assertEquals(stats.metrics.moves.read(id), movesOf(UPDATES, WORKERS));
  });

  it("never mixes commits while 8 threads make bursts, and is exact in the end", async () => {
    const stats = ThreadStats.create(schema);
    const id = stats.metrics.moves.create();
    await using writers = await startCrew(stats, "writer", { count: WORKERS });
    const check = rising();
    const work = writers.workers.map((worker) => worker.call<number>("burst", id, UPDATES / 5));
    const made = await meanwhile(work, () => {
      const value = stats.metrics.moves.read(id);
      assertMoves(value);
      check(value.count);
    });
    const value = stats.metrics.moves.read(id);
    assertMoves(value);
    assertEquals(value.count, BigInt(made.reduce((sum, n) => sum + n)));
  });

  it("is right in three workers while this thread writes", async () => {
    const stats = ThreadStats.create(schema);
    const id = stats.metrics.moves.create();
    await using readers = await startCrew(stats, "writer", { count: 3 });
    const { moves, hits } = stats.registerThread("main").metrics;
    const reads = readers.workers.map((worker) => worker.call<number>("read", id));
    const delta = { count: 0, way: 0, twice: 0, squares: 0, low: 0, high: 0 };
    await until(() => [0, 1, 2].every((index) => readers.progress.get(index) > 0));
    for (let n = 1; n <= UPDATES; n++) {
      moveBy(n, delta);
      moves.update(id, delta);
      hits.add();
      if (n % 20_000 === 0) await breathe();
    }
    for (const worker of readers.workers) worker.requestStop();
    for (const count of await Promise.all(reads)) assertEquals(count > 0, true);
    assertEquals(stats.metrics.moves.read(id), movesOf(UPDATES, 1));
    assertEquals(stats.metrics.hits.read(), UPDATES);
  });
});
