import { ThreadStats, type ThreadStatsHandle } from "../../../mod.ts";
import { blockUntilStopped, emit, serve, stopRequested } from "../../support/worker_side.ts";
import { moveReader } from "../move_reader.ts";
import { Progress } from "../progress.ts";
import { assertMoves, moveBy, schema } from "../schema.ts";

interface Start {
  readonly handle: ThreadStatsHandle;
  readonly progress: SharedArrayBuffer;
  /** This worker's word in `progress`. */
  readonly index: number;
}

serve(({ handle, progress, index }: Start) => {
  const stats = ThreadStats.attach(schema, handle);
  const thread = stats.registerThread();
  const { hits, moves } = thread.metrics;
  const words = new Progress(progress);
  const delta = { count: 0, way: 0, twice: 0, squares: 0, low: 0, high: 0 };
  const more = (n: number, limit: number) =>
    n <= limit && (limit !== Infinity || n % 64 !== 0 || !stopRequested());

  /** Says that update `n` comes, then makes it: so a killed thread has committed n - 1 or n. */
  function update(id: number, limit = Infinity): number {
    let n = 1;
    for (; more(n, limit); n++) {
      words.set(index, n);
      moveBy(n, delta);
      moves.update(id, delta);
    }
    return n - 1;
  }

  return {
    update,
    /** The same as bursts of 1 to 7 updates; the limit counts bursts, and so does the word. */
    burst: (id: number, limit = Infinity) => {
      let made = 0;
      for (let n = 1; more(n, limit); n++) {
        words.set(index, n);
        const burst = moves.begin(id);
        for (let k = 0; k <= n % 7; k++) {
          moveBy(++made, delta);
          burst.merge(delta);
        }
        // As properties as well: one more step of 1.
        made++;
        burst.count += 1n;
        burst.way += 1;
        burst.twice += 2;
        burst.squares += 1n;
        if (burst.low > 1) burst.low = 1;
        if (burst.high < 1) burst.high = 1;
        burst.commit();
      }
      return made;
    },
    count: (limit = Infinity) => {
      let n = 1;
      for (; more(n, limit); n++) {
        words.set(index, n);
        hits.add();
      }
      return n - 1;
    },
    /**
     * Without any call of `Atomics` in the loop: nothing but the library keeps the engine from
     * hoisting its checks.
     */
    countWithoutAtomics: () => {
      words.set(index, 1);
      try {
        for (;;) hits.add();
      } catch (error) {
        words.set(index, 2);
        return (error as Error).name;
      }
    },
    updateWithoutAtomics: (id: number) => {
      words.set(index, 1);
      try {
        for (;;) moves.update(id, delta);
      } catch (error) {
        words.set(index, 2);
        return (error as Error).name;
      }
    },
    leave: () => thread.unregister(),
    openBurst: (id: number, limit: number) => {
      update(id, limit);
      const burst = moves.begin(id);
      burst.way += 1e9;
      emit("open");
      blockUntilStopped();
      burst.discard();
    },
    spinInBurst: (id: number, limit: number) => {
      update(id, limit);
      const burst = moves.begin(id);
      burst.way += 1e9;
      emit("open");
      while (!stopRequested());
      burst.discard();
    },
    /** Reads as often as it can, and judges every read. */
    read: (id: number) => {
      let last = 0n, lastHits = 0, reads = 0;
      for (; !stopRequested(); reads++) {
        const value = stats.metrics.moves.read(id);
        assertMoves(value);
        if (value.count < last) throw new Error(`The count fell from ${last} to ${value.count}`);
        last = value.count;
        const now = stats.metrics.hits.read();
        if (now < lastHits) throw new Error(`hits fell from ${lastHits} to ${now}`);
        lastHits = now;
        words.set(index, reads + 1);
      }
      return reads;
    },
    /**
     * The same through a reader that asks for help after `tries`; fresh: not older than what
     * `writer` had said before.
     */
    readWithHelp: (id: number, tries: number, writer: number) => {
      const read = moveReader(handle, tries);
      let reads = 0;
      let last = 0n;
      for (; !stopRequested(); reads++) {
        const said = words.get(writer);
        const value = read(stats, id);
        assertMoves(value);
        if (Number(value.count) < said - 1) {
          throw new Error(`${value.count} updates read, ${said - 1} were committed before`);
        }
        if (value.count < last) throw new Error(`The count fell from ${last} to ${value.count}`);
        last = value.count;
        words.set(index, reads + 1);
      }
      return reads;
    },
  };
});
