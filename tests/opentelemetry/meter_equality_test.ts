import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { Meter, Observable } from "./packages.ts";
import { Random } from "../support/random.ts";
import { sdkProvider, sharedProvider } from "./meter_support.ts";

/** Calls of one random program, the same for each provider. */
type Call = (meters: readonly Meter[]) => void;

const KEYS = ["a", "b", "http.route", "code", "Z"];
const VALUES: readonly unknown[] = [
  "",
  "GET",
  "1",
  "true",
  "ü",
  0,
  1,
  1.5,
  -3,
  true,
  false,
  null,
  [1, 2],
  ["1", "2"],
  [true],
  [],
];

function randomAttributes(random: Random): Record<string, unknown> | undefined {
  if (random.below(8) === 0) return undefined;
  const attributes: Record<string, unknown> = {};
  for (let n = random.below(4); n > 0; n--) attributes[random.pick(KEYS)] = random.pick(VALUES);
  return attributes;
}

/** Eighths, whose sums are exact in whichever order. Counters refuse the negative ones. */
function randomValue(random: Random): number {
  return (random.below(200_000) - 20_000) / 8;
}

/** A random program: which instruments there are, and the calls between collections. */
function randomProgram(random: Random) {
  const kinds = ["Counter", "UpDownCounter", "Gauge", "Histogram"] as const;
  const observableKinds = ["Counter", "UpDownCounter", "Gauge"] as const;
  const options = () => ({
    ...(random.below(2) === 0 && { unit: random.pick(["s", "By", "{request}", "1"]) }),
    ...(random.below(2) === 0 && { description: random.pick(["one", "two"]) }),
    ...(random.below(3) === 0 && { valueType: random.below(2) }),
    ...(random.below(2) === 0 && {
      advice: { explicitBucketBoundaries: random.pick([[1, 10, 100], [0.5], [], [-5, 0, 5]]) },
    }),
  });
  const instruments = Array.from({ length: 6 }, (_, n) => {
    const [kind, meter, given] = [random.pick(kinds), random.below(3), options()];
    return (meters: readonly Meter[]) => {
      const made = meters[meter][`create${kind}`](`${kind}.${n}`, given);
      return (value: number, attributes?: Record<string, unknown>) =>
        "add" in made ? made.add(value, attributes) : made.record(value, attributes);
    };
  });
  /** What callbacks report: totals of counters never fall. */
  const reported = Array.from({ length: 4 }, () => ({
    kind: random.pick(observableKinds),
    meter: random.below(3),
    given: options(),
    isBatch: random.below(2) === 0,
    values: new Map<string, { attributes: Record<string, unknown>; value: number }>(),
  }));
  const start: Call = (meters) => {
    for (const [n, { kind, meter, given, isBatch, values }] of reported.entries()) {
      const name = `Observable.${kind}.${n}`;
      const made: Observable = meters[meter][`createObservable${kind}`](name, given);
      const all = () => values.values();
      if (isBatch) {
        meters[meter].addBatchObservableCallback((result) => {
          for (const { value, attributes } of all()) result.observe(made, value, attributes);
        }, [made]);
      } else {
        made.addCallback((result) => {
          for (const { value, attributes } of all()) result.observe(value, attributes);
        });
      }
    }
  };
  const change = () => {
    for (const { kind, values } of reported) {
      const attributes = randomAttributes(random) ?? {};
      const key = JSON.stringify(Object.entries(attributes).sort());
      const before = values.get(key)?.value ?? 0;
      // Whole numbers: a total of fractions that is cut to integers may still be equal.
      const grown = before + random.below(100);
      values.set(key, { attributes, value: kind === "Counter" ? grown : randomValue(random) });
    }
  };
  return { instruments, start, change };
}

describe("ThreadStatsMeterProvider beside the SDK's MeterProvider", () => {
  it("has equal values after random sequences of calls", async () => {
    for (let seed = 1; seed <= 40; seed++) {
      const random = new Random(seed);
      const [ours, theirs] = [sharedProvider(), sdkProvider()];
      const metersOf = (provider: { getMeter(name: string, version?: string): unknown }) =>
        [
          provider.getMeter("http", "1.2.3"),
          provider.getMeter("http"),
          provider.getMeter("@scope/db", "0.1"),
        ] as Meter[];
      const both = [metersOf(ours.provider), metersOf(theirs.provider)];
      const { instruments, start, change } = randomProgram(random);
      const writers = instruments.map((make) => both.map((meters) => make(meters)));
      for (const meters of both) start(meters);
      for (let round = 0; round < 3; round++) {
        for (let n = random.below(100); n > 0; n--) {
          const [attributes, value] = [randomAttributes(random), randomValue(random)];
          for (const write of random.pick(writers)) write(value, attributes);
        }
        change();
        assertEquals(await ours.collect(), await theirs.collect(), `seed ${seed}, round ${round}`);
      }
      await ours.provider.shutdown();
    }
  });

  it("has the same number of series, and the same totals, beyond the limit", async () => {
    const [ours, theirs] = [sharedProvider({ cardinalityLimit: 20 }), sdkProvider({ limit: 20 })];
    for (const { provider } of [ours, theirs]) {
      const meter = provider.getMeter("http") as Meter;
      const counter = meter.createCounter("requests");
      const histogram = meter.createHistogram("took");
      for (let n = 0; n < 100; n++) {
        counter.add(n, { path: `/${n % 50}` });
        histogram.record(n, { path: `/${n % 50}` });
      }
    }
    assertEquals(await ours.collect(), await theirs.collect());
  });
});
