import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { counter, defineSchema, histogram, type SeriesSnapshot, ThreadStats } from "../../mod.ts";
import { prometheusText } from "../../src/prometheus/mod.ts";
import { type Arbitrary, fc } from "./fast_check.ts";

const BOUNDARIES = [1, 10, 100];
const KEYS = ["a", "b", "c"];

const schema = defineSchema({
  hits: counter(),
  size: histogram({ boundaries: BOUNDARIES, labels: ["key"], maxSeries: 4 }),
  latency: histogram({ lowest: 1e-3, highest: 1e3, relativeError: 0.1 }),
});
type Stats = ThreadStats<typeof schema.metrics>;

/** Labels up to the limit of 128 code units, with all kinds of text as values. */
const labels: Arbitrary<Record<string, string>> = fc.uniqueArray(
  fc.tuple(
    fc.stringMatching(/^[a-zA-Z_][a-zA-Z0-9_]{0,9}$/),
    fc.oneof(fc.string({ maxLength: 30 }), fc.string({ unit: "binary", maxLength: 30 })),
  ),
  { maxLength: 5, selector: ([name]) => name },
).map((entries) => {
  let units = 0;
  // Whatever is too long for the rest is left out.
  const kept = entries.filter(([name, value]) => {
    const size = name.length + value.length;
    if (units + size > 128) return false;
    units += size;
    return true;
  });
  return Object.fromEntries(kept);
});

const step = fc.record({
  act: fc.constantFrom("hits", "size", "size", "latency", "clear", "destroy", "successor"),
  thread: fc.constantFrom(0, 1),
  key: fc.constantFrom(...KEYS),
  value: fc.oneof(
    fc.constantFrom(0, 1, 10, 100, 1e9),
    fc.double({ min: 0, max: 1e4, noNaN: true }),
  ),
  labels: fc.option(labels, { nil: undefined }),
});
type Step = typeof step extends Arbitrary<infer Value> ? Value : never;

/** An exemplar without its time. */
type Given = readonly [value: number, labels: Record<string, string>];

/** Places of the metrics by name, each with the latest exemplar, in the order of the exemplars. */
class Reference {
  readonly #given = new Map<string, Given>();
  readonly latencies: Given[] = [];

  give(name: string, place: string, given: Given): void {
    this.#given.delete(`${name} ${place}`);
    this.#given.set(`${name} ${place}`, given);
  }

  drop(name: string): void {
    for (const key of [...this.#given.keys()]) {
      if (key.startsWith(`${name} `)) this.#given.delete(key);
    }
  }

  of(name: string): Given[] {
    return [...this.#given].filter(([key]) => key.startsWith(`${name} `)).map(([, given]) => given);
  }
}

class Model {
  readonly stats: Stats = ThreadStats.create(schema, { maxThreads: 3 });
  readonly reference = new Reference();
  readonly #threads = [0, 1].map((n) => this.stats.registerThread(`thread ${n}`));

  apply({ act, thread, key, value, labels }: Step): void {
    const { hits, size, latency } = this.#threads[thread].metrics;
    // With `undefined` as with no option at all.
    const options = { exemplar: labels };
    const given: Given | undefined = labels && [value, wellFormed(labels)];
    switch (act) {
      case "hits":
        hits.add(value, options);
        if (given !== undefined) this.reference.give("hits", "", given);
        break;
      case "size": {
        size.labels({ key }).record(value, options);
        const bin = BOUNDARIES.findIndex((bound) => value <= bound);
        if (given !== undefined) this.reference.give(`size ${key}`, `${bin}`, given);
        break;
      }
      case "latency":
        latency.record(value, options);
        if (given !== undefined) this.reference.latencies.push(given);
        break;
      case "clear":
        this.stats.metrics.hits.clear();
        this.reference.drop("hits");
        break;
      case "destroy":
        if (!this.stats.metrics.size.series().some((row) => row.labels.key === key)) break;
        this.stats.metrics.size.destroy({ key });
        this.reference.drop(`size ${key}`);
        break;
      case "successor":
        // The slot's next owner goes on with what this one has left.
        this.#threads[thread].unregister();
        this.#threads[thread] = this.stats.registerThread(`thread ${thread}`);
        break;
    }
  }

  check(): void {
    const { hits, size, latency } = this.stats.snapshot().metrics;
    assertEquals(shown(hits.series[0]), this.reference.of("hits"));
    for (const row of size.series) {
      assertEquals(shown(row), this.reference.of(`size ${row.labels.key}`));
    }
    // Only some are kept of a log-linear histogram: the latest, and no two of one place.
    const kept = shown(latency.series[0]);
    assertEquals(kept.at(-1), this.reference.latencies.at(-1));
    const orders = kept.map((one) =>
      this.reference.latencies.findLastIndex((given) =>
        JSON.stringify(given) === JSON.stringify(one)
      )
    );
    assertEquals(orders.includes(-1), false);
    assertEquals(kept.length <= 32, true);
  }
}

function wellFormed(labels: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(labels).map(([name, value]) => [name, value.toWellFormed()]),
  );
}

function shown({ exemplars = [] }: SeriesSnapshot<unknown>): Given[] {
  return exemplars.map(({ value, labels }) => [value, labels]);
}

describe("exemplars", () => {
  it("are those of a plain reference, after any updates, clears, destructions and changes of owners", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const model = new Model();
        for (const step of steps) {
          model.apply(step);
          model.check();
        }
      }),
      { numRuns: 60 },
    );
  });

  it("give one line of OpenMetrics each, whatever text their labels have", () => {
    fc.assert(
      fc.property(fc.array(labels, { minLength: 1, maxLength: 10 }), (all) => {
        const { stats } = new Model();
        const { hits } = stats.registerThread().metrics;
        for (const exemplar of all) {
          hits.add(1, { exemplar });
          const text = prometheusText(stats.snapshot(), {
            ...{ format: "openmetrics", selfMetrics: false, created: false },
          });
          const [line] = text.split("\n").filter((line) => line.startsWith("hits_total"));
          const labels = /^hits_total \S+ # \{(.*)\} 1 \S+$/s.exec(line)?.[1];
          const pairs = [...labels!.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"(?:,|$)/gs)];
          const read = pairs.map(([, name, value]) => [
            name,
            value.replace(/\\(.)/gs, (_, char) => char === "n" ? "\n" : char),
          ]);
          assertEquals(Object.fromEntries(read), wellFormed(exemplar));
        }
      }),
      { numRuns: 60 },
    );
  });
});
