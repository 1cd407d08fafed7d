import { counter, defineSchema, gauge, ThreadStats, type ThreadStatsHandle } from "../../../mod.ts";
import { serve } from "../../support/worker_side.ts";

/** What the worker is started with. */
export interface DefinitionsStart {
  readonly handle: ThreadStatsHandle;
  /** One word: how many threads are ready for the next round, over all rounds. */
  readonly ready: SharedArrayBuffer;
  /** How many threads there are. */
  readonly threads: number;
  /** The number of this one. */
  readonly index: number;
}

serve(({ handle, ready, threads, index }: DefinitionsStart) => {
  const word = new Int32Array(ready);
  const stats = ThreadStats.attach(defineSchema({}), handle);
  const thread = stats.registerThread(`definer-${index}`);
  let round = 0;
  /** Waits until all threads are here. */
  const meet = () => {
    Atomics.add(word, 0, 1);
    round++;
    while (Atomics.load(word, 0) < round * threads);
  };

  return {
    /** Defines counters one by one, each thread in another order, and adds 1 to each. */
    defineAll: (count: number) => {
      meet();
      for (let n = 0; n < count; n++) {
        const name = `metric${(n + index * Math.floor(count / threads)) % count}`;
        const schema = defineSchema({ [name]: counter({ help: name }) });
        thread.extend(stats.extend(schema)).metrics[name].add(1);
      }
    },
    /**
     * In each round defines one of two metrics whose names are the same outside; in which rounds
     * the memory has refused it.
     */
    collide: (rounds: number) => {
      const refused: number[] = [];
      for (let n = 0; n < rounds; n++) {
        const name = index % 2 === 0 ? `lastSeen${n}` : `last_seen${n}`;
        const schema = defineSchema({ [name]: gauge(), [`of${index % 2}In${n}`]: counter() });
        meet();
        try {
          stats.extend(schema);
        } catch (error) {
          if (!(error instanceof TypeError)) throw error;
          refused.push(n);
        }
      }
      return refused;
    },
  };
});
