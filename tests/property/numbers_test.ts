import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  counter,
  defineSchema,
  gauge,
  histogram,
  max,
  min,
  record,
  type Snapshot,
  sum,
  ThreadStats,
  Window,
} from "../../mod.ts";
import { prometheusText } from "../../src/prometheus/mod.ts";
import { ThreadStatsProducer } from "../../src/opentelemetry/mod.ts";
import { type Arbitrary, fc } from "./fast_check.ts";

const schema = defineSchema({
  hits: counter(),
  sized: counter({ labels: ["size"] }),
  total: gauge(),
  least: gauge({ aggregate: "min" }),
  most: gauge({ aggregate: "max" }),
  latest: gauge({ aggregate: "latest" }),
  fine: histogram({ lowest: 1e-300, highest: Number.MAX_VALUE, relativeError: 0.3 }),
  coarse: histogram({ boundaries: [1, 1e300] }),
  flow: record({ way: sum(), bytes: sum("u64"), low: min(), high: max() }),
});
type Stats = ThreadStats<typeof schema.metrics>;
type Writers = ReturnType<Stats["registerThread"]>["metrics"];

const MOST = Number.MAX_VALUE;

/** Finite doubles, most of them near the ends of what a double can be. */
const double: Arbitrary<number> = fc.oneof(
  fc.constantFrom(0, -0, 1, -1, MOST, -MOST, MOST / 2, -MOST / 2, 5e-324, 2 ** 53, 1e300, -1e300),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
const integer: Arbitrary<bigint> = fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n });

/** One update: of all kinds, by one of two threads. */
const update = fc.record({
  thread: fc.constantFrom(0, 1),
  value: double,
  bytes: integer,
  count: fc.constantFrom(1, 3, Number.MAX_SAFE_INTEGER),
  isSet: fc.boolean(),
});
type Update = typeof update extends Arbitrary<infer Value> ? Value : never;

/** What two threads have counted, each on its own: the plain reference. */
class Reference {
  readonly hits = [0, 0];
  readonly total = [0, 0];
  readonly way = [0, 0];
  readonly values = [0, 0];
  bytes = 0n;

  apply({ thread, value, bytes, count, isSet }: Update): void {
    this.hits[thread] += Math.abs(value);
    if (isSet) this.total[thread] = value;
    else this.total[thread] += value;
    this.way[thread] += value;
    this.values[thread] += Math.abs(value) * count;
    this.bytes = BigInt.asUintN(64, this.bytes + bytes);
  }
}

function write(writers: Writers, { value, bytes, count, isSet }: Update): void {
  const { hits, sized, total, least, most, latest, fine, coarse, flow } = writers;
  hits.add(Math.abs(value));
  sized.labels({ size: isSet ? "s" : "l" }).add(Math.abs(value));
  for (const gauge of [total, least, most, latest]) {
    if (isSet) gauge.set(value);
    else gauge.add(value);
  }
  fine.record(Math.abs(value), count);
  coarse.record(Math.abs(value), count);
  flow.update(0, { way: value, bytes, low: value, high: value });
}

function saturated(parts: readonly number[]): number {
  const bound = (value: number) => Math.max(-MOST, Math.min(MOST, value));
  return bound(parts.map(bound).reduce((sum, part) => sum + part, 0));
}

/** Everything numeric in a value. */
function* numbersIn(value: unknown, path = ""): Generator<[path: string, number]> {
  if (typeof value === "number") yield [path, value];
  else if (typeof value === "object" && value !== null && !ArrayBuffer.isView(value)) {
    for (const [key, part] of Object.entries(value)) yield* numbersIn(part, `${path}.${key}`);
  }
}

function assertNumbers(what: string, value: unknown): void {
  for (const [path, number] of numbersIn(value)) {
    assert(Number.isFinite(number), `${what}${path} is ${number}`);
  }
}

/**
 * Values alone: definitions have an infinite bound, and the ends of a difference's histogram may
 * be.
 */
function valuesOf({ metrics }: Snapshot): unknown {
  const rows = Object.entries(metrics).map(([name, { definition, series }]) => {
    const plain = series.map(({ value, perThread }) =>
      [value, ...(perThread ?? []).map(({ value }) => value)].map((part) => {
        if (definition.kind !== "histogram") return part;
        const { count, sum, clamped, mean } = part as unknown as Record<string, number>;
        return count === 0 ? { count, sum, clamped } : { count, sum, clamped, mean };
      })
    );
    return [name, plain];
  });
  return Object.fromEntries(rows);
}

describe("numbers of any size", () => {
  it("come out as numbers: totals, parts, differences, windows, texts and OTLP", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(update, { minLength: 1, maxLength: 12 }),
        fc.array(update, { minLength: 1, maxLength: 12 }),
        async (first, second) => {
          const stats = ThreadStats.create(schema);
          stats.metrics.flow.create();
          const threads = [0, 1].map((n) => stats.registerThread(`${n}`).metrics);
          const reference = new Reference();
          const recent = new Window(stats, { seconds: 60 });
          const producers = (["cumulative", "delta"] as const).map((temporality) =>
            new ThreadStatsProducer(stats, { temporality })
          );
          // All kinds have a value in each thread, so that nothing is as empty as at the start.
          for (const thread of [0, 1] as const) {
            const zero: Update = { thread, value: 0, bytes: 0n, count: 1, isSet: true };
            write(threads[thread], zero);
            reference.apply(zero);
          }
          const types = new Map<string, number>();
          let before = stats.snapshot({ perThread: true });
          for (const updates of [first, second]) {
            recent.take();
            for (const one of updates) {
              write(threads[one.thread], one);
              reference.apply(one);
            }
            recent.take();
            const now = stats.snapshot({ perThread: true });
            const { metrics } = stats;
            assertEquals(metrics.hits.read(), saturated(reference.hits));
            assertEquals(metrics.total.read(), saturated(reference.total));
            const { way, bytes } = metrics.flow.read(0);
            assertEquals([way, bytes], [saturated(reference.way), reference.bytes]);
            for (const { sum } of [metrics.fine.read(), metrics.coarse.read()]) {
              assertEquals(sum, saturated(reference.values));
            }
            const since = now.since(before);
            const merged = metrics.fine.read().merge(metrics.fine.read());
            assertNumbers("snapshot", valuesOf(now as unknown as Snapshot));
            assertNumbers("difference", valuesOf(since as unknown as Snapshot));
            assertNumbers("merged", [merged.sum, merged.count, merged.mean]);
            for (const q of [0, 0.3, 0.5, 1]) {
              for (const name of ["fine", "coarse"] as const) {
                assertNumbers(`quantile ${q} of ${name}`, [
                  ...[metrics[name].read().quantile(q), recent.quantile(name, q), recent.max(name)],
                ]);
              }
            }
            for (const name of Object.keys(schema.metrics) as (keyof typeof schema.metrics)[]) {
              assertNumbers(`window of ${name}`, [recent.delta(name), recent.rate(name)]);
            }
            const text = prometheusText(now as unknown as Snapshot, { selfMetrics: false });
            assertEquals(text.match(/ (NaN|[+-]Inf|null|undefined)$/m), null, text);
            for (const producer of producers) {
              const { resourceMetrics, errors } = await producer.collect();
              assertEquals(errors, []);
              for (const { descriptor, dataPoints } of resourceMetrics.scopeMetrics[0].metrics) {
                const { name, valueType } = descriptor;
                assertEquals(types.get(name) ?? valueType, valueType, `type of ${name}`);
                types.set(name, valueType);
                assertNumbers(name, dataPoints);
                for (const { value } of dataPoints) {
                  const isInteger = typeof value !== "number" || valueType === 1 ||
                    (Number.isInteger(value) && value >= -(2 ** 63) && value < 2 ** 63);
                  assert(isInteger, `${name} is no 64-bit integer: ${value}`);
                }
              }
            }
            before = now;
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  it("and their threads' parts are what the total is made of", () => {
    fc.assert(
      fc.property(fc.array(update, { maxLength: 12 }), (updates) => {
        const stats = ThreadStats.create(schema);
        stats.metrics.flow.create();
        const threads = [0, 1].map((n) => stats.registerThread(`${n}`).metrics);
        for (const one of updates) write(threads[one.thread], one);
        const { hits, total, fine, flow } = stats.metrics;
        const partsOf = (parts: readonly { value: unknown }[], pick = (value: unknown) => value) =>
          saturated(parts.map(({ value }) => pick(value) as number));
        assertEquals(partsOf(hits.perThread()), hits.read());
        assertEquals(partsOf(total.perThread()), total.read());
        const sumOf = (value: unknown) => (value as { sum: number }).sum;
        assertEquals(partsOf(fine.perThread(), sumOf), fine.read().sum);
        const wayOf = (value: unknown) => (value as { way: number }).way;
        assertEquals(partsOf(flow.perThread(0), wayOf), flow.read(0).way);
      }),
      { numRuns: 100 },
    );
  });
});
