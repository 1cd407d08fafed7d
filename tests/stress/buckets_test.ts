import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { ThreadStats } from "../../mod.ts";
import { Arena } from "../../src/memory/arena.ts";
import { meanwhile, startCrew } from "./crew.ts";
import { schema } from "./schema.ts";
import { scaled } from "./scale.ts";

describe("RecordReader.create()", () => {
  it("never gives one id to two of 4 threads that create, clear and destroy, and keeps all sums exact", async () => {
    const stats = ThreadStats.create(schema);
    await using crew = await startCrew(stats, "buckets", { count: 4 });
    const work = crew.workers.map((worker) =>
      worker.call<[number, number][]>("churn", scaled(15_000), 90)
    );
    const kept = await meanwhile(work, () => {
      // At most 360 live; one that was freed behind a search may make it go a little further, but not to a fourth segment.
      for (const id of stats.metrics.moves.ids()) assert(id < 64 + 128 + 256);
    }, 5);
    assertEquals(kept.flat().map(([id]) => id).sort((a, b) => a - b), stats.metrics.moves.ids());
    for (const [thread, buckets] of kept.entries()) {
      for (const [id, count] of buckets) {
        const { count: read, way } = stats.metrics.moves.read(id);
        assertEquals([Number(read), way], [count, count * (thread + 1)]);
      }
    }
    // Once more: what was given back is used again.
    for (const id of stats.metrics.moves.ids()) stats.metrics.moves.destroy(id);
    const used = () => new Arena(stats.handle).bytesUsed;
    const before = used();
    new Int32Array(crew.holders).fill(0);
    await Promise.all(crew.workers.map((worker) => worker.call("churn", scaled(5_000), 90)));
    assertEquals(used(), before);
    // The next ids are the smallest that are free.
    const taken = new Set(stats.metrics.moves.ids());
    for (let id = 0; id < 300; id++) {
      if (!taken.has(id)) assertEquals(stats.metrics.moves.create(), id);
    }
  });

  it("gives 4 threads that grow the table at once the ids from 0 on without a gap", async () => {
    const stats = ThreadStats.create(schema);
    await using crew = await startCrew(stats, "buckets", { count: 4 });
    const each = scaled(4_000);
    type Grown = { ids: number[]; error: string };
    const work = crew.workers.map((worker) => worker.call<Grown>("grow", each));
    const grown = await meanwhile(work, () => {
      const { count } = stats.metrics.moves.series().at(-1)?.value ?? { count: 0n };
      assert(count <= 1n);
    }, 1);
    const ids = grown.flatMap(({ ids, error }) => (assertEquals(error, ""), ids));
    assertEquals(ids.sort((a, b) => a - b), Array.from({ length: 4 * each }, (_, n) => n));
    for (const { value } of stats.metrics.moves.series()) assertEquals(value.count, 1n);
  });

  it("throws in 4 threads at once when the arena is full, and all that was there goes on", async () => {
    const stats = ThreadStats.create(schema, { maxByteLength: 4 * 2 ** 20 });
    await using crew = await startCrew(stats, "buckets", { count: 4 });
    type Grown = { ids: number[]; error: string };
    const grown = await Promise.all(crew.workers.map((worker) => worker.call<Grown>("grow", 1e6)));
    for (const { error } of grown) assert(/ it must allocate /.test(error), error);
    // Each has counted once in each of its buckets, but for the last, in which it may have had no room to count.
    const counted = grown.map(({ ids }) =>
      ids.filter((id) => stats.metrics.moves.read(id).count === 1n)
    );
    for (const [n, { ids }] of grown.entries()) assert(counted[n].length >= ids.length - 1);
    await Promise.all(
      crew.workers.map((worker, n) => worker.call("countIn", counted[n].slice(0, 500), 10)),
    );
    for (const [n, ids] of counted.entries()) {
      for (const [index, id] of ids.entries()) {
        assertEquals(stats.metrics.moves.read(id).way, (index < 500 ? 11 : 1) * (n + 1));
      }
    }
    // Room that comes free is found again.
    const id = stats.metrics.moves.ids()[7];
    stats.metrics.moves.destroy(id);
    assertEquals(stats.metrics.moves.create(), id);
  });
});

describe("RecordReader.clear()", () => {
  it("leaves nothing from before it, and whole commits after it", async () => {
    const stats = ThreadStats.create(schema);
    const id = stats.metrics.moves.create();
    await using crew = await startCrew(stats, "writer", { count: 3 });
    let clears = 0;
    let seen = 0n;
    const made = await meanwhile(
      crew.workers.map((worker, n) =>
        worker.call<number>(n === 2 ? "burst" : "update", id, scaled(300_000))
      ),
      () => {
        const value = stats.metrics.moves.read(id);
        const { count, way, twice, squares } = value;
        assertEquals([twice, Number(squares)], [2 * way, 4 * way - 3 * Number(count)]);
        seen += count;
        stats.metrics.moves.clear(id);
        clears++;
      },
    );
    // What was read before each clear was cleared with it: nothing can be read twice.
    assert(seen <= BigInt(made.reduce((sum, n) => sum + n)));
    assert(clears > 100);
    stats.metrics.moves.clear(id);
    assertEquals(stats.metrics.moves.read(id).count, 0n);
    await Promise.all(crew.workers.map((worker) => worker.call("update", id, 1000)));
    assertEquals(stats.metrics.moves.read(id).count, 3000n);
  });

  it("of a counter loses nothing that was added after it", async () => {
    const stats = ThreadStats.create(schema);
    await using crew = await startCrew(stats, "writer", { count: 2 });
    let seen = 0;
    const made = await meanwhile(
      crew.workers.map((worker) => worker.call<number>("count", scaled(3_000_000))),
      () => {
        seen += stats.metrics.hits.read();
        stats.metrics.hits.clear();
      },
    );
    assert(seen <= made[0] + made[1], `${seen} of ${made}`);
    for (let round = 1; round <= 20; round++) {
      stats.metrics.hits.clear();
      await Promise.all(crew.workers.map((worker) => worker.call("count", round)));
      assertEquals(stats.metrics.hits.read(), 2 * round);
    }
  });
});
