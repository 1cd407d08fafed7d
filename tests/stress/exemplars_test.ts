import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { type Exemplar, ThreadStats } from "../../mod.ts";
import { Random } from "../support/random.ts";
import { startWorker } from "../support/worker.ts";
import { labelsOf, schema } from "./exemplar_schema.ts";
import { Progress, until } from "./progress.ts";
import { scaled } from "./scale.ts";

const random = new Random(1);
const script = new URL("./workers/exemplars.ts", import.meta.url);

type Stats = ThreadStats<typeof schema.metrics>;

/** The worker and the number of an exemplar. Throws unless it is one that a worker gave. */
function judge({ labels }: Exemplar): { worker: number; n: number } {
  const [worker, n] = [Number(labels.worker), Number(labels.n)];
  assertEquals(labels, labelsOf(worker, n));
  return { worker, n };
}

/** Takes a snapshot and judges all of its exemplars; the latest number of each slot's `hits`. */
function read(stats: Stats): Map<number, number> {
  const { hits, size } = stats.snapshot({ perThread: true }).metrics;
  const latest = new Map<number, number>();
  for (const { slot, value, exemplars = [] } of hits.series[0].perThread!) {
    assert(exemplars.length <= 1);
    for (const exemplar of exemplars) {
      const { n } = judge(exemplar);
      assertEquals(exemplar.value, 1);
      // The count has the update of the exemplar.
      assert(value >= n, `an exemplar of ${n} beside a count of ${value}`);
      latest.set(slot, n);
    }
  }
  for (const { value, exemplars = [], perThread } of size.series) {
    const bins = new Set<number>();
    for (const exemplar of exemplars) {
      const { n } = judge(exemplar);
      assertEquals(exemplar.value, n % 30);
      bins.add(exemplar.value <= 10 ? 10 : exemplar.value <= 20 ? 20 : Infinity);
    }
    assertEquals(bins.size, exemplars.length);
    assert(value.count >= bins.size);
    for (const part of perThread!) part.exemplars?.forEach(judge);
  }
  return latest;
}

describe("exemplars of threads that give them without pause", () => {
  it("are whole, never get older, and survive kills", async () => {
    const stats = ThreadStats.create(schema, { maxThreads: 3 });
    const progress = new Progress();
    const start = (index: number, handle = stats.handle) =>
      startWorker(script, { handle, progress: progress.buffer, index });
    await using survivor = await start(0);
    const survived = survivor.call<number>("give");
    const kills = scaled(10);
    let reads = 0;
    for (let kill = 1; kill <= kills; kill++) {
      const seat = stats.reserveThread("victim");
      await using victim = await start(kill, seat.handle);
      victim.call("give").catch(() => {});
      const enough = 1 + random.below(3000);
      const last = new Map<number, number>();
      await until(() => {
        const latest = read(stats);
        reads++;
        const fell = [...latest].some(([slot, n]) =>
          // The slot's earlier owners had other numbers.
          slot === 0 && n < (last.get(slot) ?? 0)
        );
        assert(!fell, `${JSON.stringify([...last])} fell to ${JSON.stringify([...latest])}`);
        for (const [slot, n] of latest) last.set(slot, n);
        return progress.get(kill) >= enough;
      });
      await victim.terminate();
      await victim.stopped;
      const said = progress.get(kill);
      const n = read(stats).get(seat.slot)!;
      assert(n === said || n === said - 1, `the latest exemplar is ${n}, update ${said} was said`);
      assertEquals(seat.revoke({ stopped: true }), true);
      assertEquals(read(stats).get(seat.slot), n);
    }
    survivor.requestStop();
    const n = await survived;
    assertEquals(read(stats).get(0), n);
    console.log(`  ${reads} snapshots beside ${n} updates and ${kills} kills`);
  });

  it("never outlive a clear", async () => {
    const stats = ThreadStats.create(schema, { maxThreads: 3 });
    const progress = new Progress();
    await using one = await startWorker(script, {
      handle: stats.handle,
      progress: progress.buffer,
      index: 0,
    });
    const given = one.call<number>("give");
    for (let round = 0; round < scaled(300); round++) {
      const before = progress.get(0);
      stats.metrics.hits.clear();
      stats.metrics.size.clear();
      const { hits, size } = stats.snapshot().metrics;
      // Updates up to the one before `before` were made before the clear.
      for (
        const exemplar of [...hits.series[0].exemplars ?? [], ...size.series[0].exemplars ?? []]
      ) {
        assert(judge(exemplar).n >= before);
      }
      if (round % 10 === 0) await until(() => progress.get(0) > before);
    }
    one.requestStop();
    await given;
  });
});
