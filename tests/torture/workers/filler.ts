import { ThreadStats, type ThreadStatsHandle } from "../../../mod.ts";
import { Random } from "../../support/random.ts";
import { serve, stopRequested } from "../../support/worker_side.ts";
import { markerOf } from "../../stress/schema.ts";
import { Ledger } from "../ledger.ts";
import { schema } from "../schema.ts";

/** What a filler is started with. */
export interface FillerStart {
  /** Of statistics with a small arena. */
  readonly handle: ThreadStatsHandle;
  readonly ledger: SharedArrayBuffer;
  readonly row: number;
}

/** What a filler has done. */
export interface Filled {
  /** How often the arena was full. */
  full: number;
  /** How much it has added to `hits`. */
  hits: number;
}

/** Whether an error says that there is no room, of one kind or the other. */
function isFull(error: unknown): boolean {
  return error instanceof RangeError &&
    /Cannot register a thread| must allocate /.test(error.message);
}

serve(({ handle, ledger, row }: FillerStart) => {
  const words = new Ledger(ledger);
  const stats = ThreadStats.attach(schema, handle);
  const thread = stats.registerThread();
  const { hits, pool, churned } = thread.metrics;
  hits.add(0);

  /**
   * Makes buckets until there is no room, or there are enough; then looks whether any of its own
   * was touched.
   */
  function fill(random: Random): boolean {
    const own = new Map<number, number>();
    const others: { unregister(): void }[] = [];
    let isFullNow = false;
    const kind = random.below(3);
    const most = kind === 1 ? 400 : 5000;
    for (let n = 0; n < most && !isFullNow && !stopRequested(); n++) {
      try {
        if (kind === 0) {
          const id = stats.metrics.pool.create();
          own.set(id, 0);
          pool.update(id, { count: 1, twice: 2, owner: row });
          own.set(id, 1);
        } else if (kind === 1) {
          // Long labels take blocks of many sizes.
          const labels = { x: `filler ${row}`, y: "y".repeat(random.below(3000)) };
          const id = stats.metrics.churned.id(labels);
          try {
            churned.update(id, { mark: markerOf(labels.x, labels.y), count: 1 });
          } finally {
            stats.metrics.churned.destroy(id);
          }
        } else others.push(stats.registerThread(`filler ${row} ${n}`));
      } catch (error) {
        if (!isFull(error)) throw error;
        isFullNow = true;
      }
    }
    for (const other of others) other.unregister();
    for (const [id, updates] of own) {
      const { count, twice } = stats.metrics.pool.read(id);
      if (Number(count) !== updates || twice !== 2 * updates) {
        throw new Error(`Bucket ${id} reads as ${count}, ${twice} in a full arena`);
      }
      if (updates === 1) pool.update(id, { count: 1, twice: 2, owner: row });
      stats.metrics.pool.destroy(id);
    }
    return isFullNow;
  }

  return {
    /** Fills the arena and makes room again until it is stopped or killed; counts meanwhile. */
    fill: (seed: number) => {
      const random = new Random(seed);
      const filled: Filled = { full: 0, hits: 0 };
      for (let round = 1; !stopRequested(); round++) {
        if (fill(random)) filled.full++;
        // What existed goes on, whether the arena is full or not.
        for (let n = 0; n < 100; n++) {
          words.start(row, filled.hits + 1);
          hits.add();
          words.finish(row, ++filled.hits);
        }
      }
      thread.unregister();
      return filled;
    },
  };
});
