import { Arena } from "../../../src/memory/arena.ts";
import type { MemoryHandle } from "../../../src/memory/shared_memory.ts";
import { serve } from "../../support/worker_side.ts";

/** What the worker is started with. */
export interface GrowthStart {
  /** One word: how many threads are ready for the next memory, over all rounds. */
  readonly ready: SharedArrayBuffer;
  /** How many threads there are. */
  readonly threads: number;
}

serve(({ ready, threads }: GrowthStart) => {
  const word = new Int32Array(ready);

  return {
    /**
     * Takes blocks of these sizes of each memory, at the same moment as the other threads; where
     * the blocks are.
     */
    fill: (handles: MemoryHandle[], sizes: number[]) => {
      const arenas = handles.map((handle) => new Arena(handle));
      const starts: number[][] = [];
      for (const [round, arena] of arenas.entries()) {
        Atomics.add(word, 0, 1);
        while (Atomics.load(word, 0) < (round + 1) * threads);
        starts.push(sizes.map((bytes) => {
          const start = arena.allocate(bytes);
          // There, and nobody else's.
          const { i32 } = arena.views(start + bytes);
          if (
            Atomics.add(i32, start / 4, 1) !== 0 || Atomics.add(i32, (start + bytes) / 4 - 1, 1)
          ) {
            throw new Error(`${bytes} bytes at ${start} were given out twice`);
          }
          return start;
        }));
      }
      return starts;
    },
  };
});
