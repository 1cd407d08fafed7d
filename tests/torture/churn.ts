/**
 * The part of a thread's life in which it creates and destroys buckets. Only its creator updates a
 * bucket from `create()`, so a read must return exactly the creator's updates. An update that was
 * meant for an earlier life of the id would show.
 *
 * @module
 */
import type { Thread } from "../../mod.ts";
import { Random } from "../support/random.ts";
import { assertMarked, markerOf } from "../stress/schema.ts";
import { type Ledger, MOST_HELD } from "./ledger.ts";
import type { Metrics, Stats } from "./schema.ts";

/** A bucket that only this thread updates. */
interface Own {
  readonly id: number;
  updates: number;
}

/** How many writers of labelled buckets a thread keeps, alive or not. */
const MOST_BOUND = 6;

/** Whether an error says that another thread has destroyed the bucket. */
function isRefusal(error: unknown): boolean {
  return error instanceof RangeError && /must (be live|have these labels)/.test(error.message);
}

/** One thread's creations and destructions. Owner thread only. */
export class Churn {
  readonly #stats: Stats;
  readonly #metrics: Thread<Metrics>["metrics"];
  readonly #random: Random;
  readonly #ledger: Ledger;
  readonly #row: number;
  readonly #own: (Own | undefined)[] = Array(MOST_HELD).fill(undefined);
  readonly #bound: (() => void)[] = [];

  constructor(
    stats: Stats,
    thread: Thread<Metrics>,
    { seed, ledger, row }: { seed: number; ledger: Ledger; row: number },
  ) {
    this.#stats = stats;
    this.#metrics = thread.metrics;
    this.#random = new Random(~seed);
    this.#ledger = ledger;
    this.#row = row;
  }

  /** Makes one operation. Throws when a read returns an impossible value. */
  step(): void {
    if (this.#random.below(2) === 0) return this.#stepOwn();
    try {
      this.#stepLabelled();
    } catch (error) {
      if (!isRefusal(error)) throw error;
    }
  }

  /** Destroys all that is left. */
  end(): void {
    for (const hand of this.#own.keys()) this.#drop(hand);
  }

  #stepOwn(): void {
    const { pool } = this.#stats.metrics;
    const hand = this.#random.below(MOST_HELD);
    const own = this.#own[hand];
    if (own === undefined) {
      const id = pool.create();
      this.#ledger.hold(this.#row, hand, id);
      this.#own[hand] = { id, updates: 0 };
      return this.#verify(this.#own[hand]);
    }
    switch (this.#random.below(8)) {
      case 0:
        pool.clear(own.id);
        own.updates = 0;
        return this.#verify(own);
      case 1:
        this.#verify(own);
        return this.#drop(hand);
      case 2:
        return this.#verify(own);
      default:
        this.#metrics.pool.update(own.id, { count: 1, twice: 2, owner: this.#row });
        own.updates++;
    }
  }

  #verify({ id, updates }: Own): void {
    const { count, twice, owner } = this.#stats.metrics.pool.read(id);
    const right = Number(count) === updates && twice === 2 * updates &&
      owner === (updates === 0 ? -Infinity : this.#row);
    if (!right) {
      throw new Error(
        `Bucket ${id} with ${updates} updates reads as ${count}, ${twice} by ${owner}`,
      );
    }
  }

  #drop(hand: number): void {
    const own = this.#own[hand];
    if (own === undefined) return;
    this.#own[hand] = undefined;
    this.#ledger.hold(this.#row, hand, -1);
    this.#stats.metrics.pool.destroy(own.id);
  }

  #stepLabelled(): void {
    const { metrics } = this.#stats;
    const x = `x${this.#random.below(6)}`, y = `y${this.#random.below(6)}`;
    const key = x;
    const bind = (update: () => void) => {
      if (this.#bound.length === MOST_BOUND) this.#bound.shift();
      this.#bound.push(update);
    };
    switch (this.#random.below(16)) {
      case 0:
      case 1: {
        const child = this.#metrics.churned.labels({ x, y });
        // Beyond `maxSeries` it is the overflow series, in which marks mix.
        return bind(() => child.update({ mark: markerOf(x, y), count: 1 }));
      }
      case 2: {
        const child = this.#metrics.fleeting.labels({ key });
        return bind(() => child.add(markerOf(key)));
      }
      case 3: {
        const child = this.#metrics.took.labels({ key });
        return bind(() => child.record(2));
      }
      case 4: {
        const child = this.#metrics.queue.labels({ key });
        return bind(() => child.add(1));
      }
      case 5: {
        const child = this.#metrics.newest.labels({ key });
        return bind(() => child.set(1 + this.#random.below(8)));
      }
      case 6:
        return metrics.churned.destroy({ x, y });
      case 7:
        return metrics.churned.clear({ x, y });
      case 8:
        return assertMarked(metrics.churned.read({ x, y }), { x, y });
      case 9:
        return this.#random.pick(
          [metrics.fleeting, metrics.took, metrics.queue, metrics.newest] as const,
        )[this.#random.below(2) === 0 ? "destroy" : "clear"]({ key });
      default:
        this.#bound[this.#random.below(this.#bound.length)]?.();
    }
  }
}
