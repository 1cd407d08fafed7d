/**
 * The expected statistics, computed in the simplest way: from lists of all updates, in one thread.
 *
 * @module
 */

/** The labels' values that the histories use. */
export const NAMES = ["a", "b", "c"] as const;
/** One of them. */
export type Name = (typeof NAMES)[number];

/** The metrics whose values only grow, by what they are fed with. */
export const LASTING = ["hits", "fine", "coarse", "flow"] as const;
/** The metrics that only live threads contribute to. */
export const LIVE = ["sum", "least", "most", "latest"] as const;

/** A metric's name. */
export type Metric = (typeof LASTING)[number] | (typeof LIVE)[number];

/** A gauge's value in one tenure of a thread, and when it was set. */
interface Reading {
  readonly value: number;
  readonly time: number;
}

/** One bucket since its beginning or its last clear. */
class Bucket {
  /** Names this stretch of its life. */
  readonly life: number;
  /** What was counted, with its tenure. */
  readonly items: { tenure: number; value: number }[] = [];
  /** Gauges, by tenure. */
  readonly readings = new Map<number, Reading>();

  constructor(life: number) {
    this.life = life;
  }
}

/** All buckets of all metrics. */
export class Reference {
  readonly #buckets = new Map<string, Bucket>();
  readonly #live = new Set<number>();
  #clock = 0;

  begin(tenure: number): void {
    this.#live.add(tenure);
  }

  end(tenure: number): void {
    this.#live.delete(tenure);
  }

  has(metric: Metric, name: Name): boolean {
    return this.#buckets.has(`${metric} ${name}`);
  }

  touch(metric: Metric, name: Name): Bucket {
    const key = `${metric} ${name}`;
    let bucket = this.#buckets.get(key);
    if (bucket === undefined) {
      this.#buckets.set(key, bucket = new Bucket(++this.#clock));
    }
    return bucket;
  }

  clear(metric: Metric, name: Name): void {
    this.#buckets.set(`${metric} ${name}`, new Bucket(++this.#clock));
  }

  destroy(metric: Metric, name: Name): void {
    this.#buckets.delete(`${metric} ${name}`);
  }

  count(
    metric: Metric,
    name: Name,
    item: { tenure: number; value: number },
  ): void {
    this.touch(metric, name).items.push(item);
  }

  set(
    metric: Metric,
    name: Name,
    { tenure, value, relative }: {
      tenure: number;
      value: number;
      relative: boolean;
    },
  ): void {
    const { readings } = this.touch(metric, name);
    const before = relative ? readings.get(tenure)?.value ?? 0 : 0;
    readings.set(tenure, { value: before + value, time: ++this.#clock });
  }

  /** Which stretch of a bucket's life this is; `undefined` when there is none. */
  life(metric: Metric, name: Name): number | undefined {
    return this.#buckets.get(`${metric} ${name}`)?.life;
  }

  /** All that was counted. */
  values(metric: Metric, name: Name): number[] {
    return this.#buckets.get(`${metric} ${name}`)?.items.map(({ value }) => value) ?? [];
  }

  /** The gauge's value. */
  gauge(metric: Metric, name: Name): number {
    const readings = [...this.#buckets.get(`${metric} ${name}`)?.readings ?? []]
      .filter(([tenure]) => this.#live.has(tenure)).map(([, reading]) => reading);
    const values = readings.map(({ value }) => value);
    switch (metric) {
      case "sum":
        return values.reduce((sum, value) => sum + value, 0);
      case "least":
        return Math.min(...values);
      case "most":
        return Math.max(...values);
      default:
        return readings.toSorted((one, other) => one.time - other.time).at(-1)
          ?.value ?? 0;
    }
  }
}

/** Sum of numbers. */
export function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
