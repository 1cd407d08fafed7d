import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { sharedMemory } from "../../src/prom_client/memory.ts";
import client from "../../src/prom_client/mod.ts";
import { Random } from "../support/random.ts";
import { promClient } from "./prom_client.ts";

// deno-lint-ignore no-explicit-any
type Any = any;

const both = [promClient as Any, client as Any];
const { PROMETHEUS_CONTENT_TYPE, OPENMETRICS_CONTENT_TYPE } = client.Registry;

const NAMES = ["a", "b", "c"];
const VALUES = [
  "x",
  "y",
  'q"uote',
  "back\\slash",
  "new\nline",
  "",
  "0",
  0,
  1,
  200,
  "200",
  1.5,
  true,
];
/** Sums of these are the same in any order. */
const NUMBERS = [0, 1, 2, 3, 0.5, 0.25, 10, 100, 1e6];
// Not "", which makes texts of prom-client's counters.
const ODD = [
  -1,
  NaN,
  Infinity,
  -Infinity,
  "5",
  null,
  undefined,
  {},
  [],
  true,
  -0.5,
];

/** One call, as both libraries get it. */
type Call = (target: Any) => unknown;

/** What a call gave: the error, or nothing. */
function outcomeOf(call: Call, target: Any): string {
  try {
    call(target);
    return "ok";
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
}

function labelsFrom(
  random: Random,
  names: readonly string[],
): Record<string, unknown> {
  const labels: Record<string, unknown> = {};
  for (const name of names) {
    if (random.below(4) > 0) labels[name] = random.pick(VALUES);
  }
  if (random.below(30) === 0) labels.unknown = "label";
  return labels;
}

/** A random call of a metric of this kind. */
function callOf(random: Random, kind: string, names: readonly string[]): Call {
  const labels = labelsFrom(random, names);
  // prom-client does not check the labels of `zero`.
  const { unknown: _, ...known } = labels;
  const values = names.map(() => random.pick(VALUES));
  if (random.below(40) === 0) values.push("too many");
  const isOdd = random.below(12) === 0;
  const n = isOdd ? random.pick(ODD) : random.pick(NUMBERS);
  const update = kind === "counter"
    ? "inc"
    : kind === "gauge"
    ? random.pick(["inc", "dec", "set"])
    : "observe";
  // A gauge that was set to text by accident would be another's problem.
  switch (random.below(12)) {
    case 0:
      return (metric) => metric[update](n);
    case 1:
    case 2:
    case 3:
      return (metric) => metric[update]({ ...labels }, n);
    case 4:
    case 5:
      return (metric) => metric.labels(...values)[update](n);
    case 6:
      return (metric) => metric.labels({ ...labels })[update](n);
    case 7:
      return (metric) => metric.remove({ ...labels });
    case 8:
      return (metric) => metric.remove(...values);
    case 9:
      return random.below(6) === 0
        ? (metric) => metric.reset()
        : (metric) => metric[update]({ ...labels }, n);
    case 10:
      return kind === "histogram"
        ? (metric) => metric.zero(known)
        : (metric) => metric[update]({ ...labels }, n);
    default:
      return kind === "counter" || kind === "gauge"
        ? (metric) => metric[update]({ ...labels })
        : (metric) => metric[update](n);
  }
}

describe("prom-client's own results", () => {
  for (const isAlone of [true, false]) {
    for (
      const contentType of [PROMETHEUS_CONTENT_TYPE, OPENMETRICS_CONTENT_TYPE]
    ) {
      const title = `random calls give the same text in ${contentType.split(";")[0]}`;
      it(`${title}${isAlone ? "" : ", read from shared memory"}`, async () => {
        // From now on this thread reads what all threads have, its own parts included.
        if (!isAlone) sharedMemory()!.stats.registerThread("another");
        for (let seed = 1; seed <= 60; seed++) {
          const random = new Random(seed);
          const registries = both.map(({ Registry }) => new Registry(contentType));
          const names = NAMES.slice(0, random.below(4));
          const kinds = ["counter", "gauge", "histogram", "summary"] as const;
          const buckets = random.pick([
            [0.5, 1, 10],
            [1],
            [],
            [0.1, 0.2, 0.3, 5],
            [100, 1],
            [1, 1, 2],
          ]);
          const percentiles = random.pick([[0.5], [0.01, 0.5, 0.99], []]);
          const metrics = kinds.map((kind) =>
            both.map((library, n) => {
              const Class = library[kind[0].toUpperCase() + kind.slice(1)];
              const registers = [registries[n]];
              const extra = kind === "histogram"
                ? { buckets }
                : kind === "summary"
                ? { percentiles }
                : {};
              return new Class({
                name: `${kind}_${seed}`,
                help: "He\\lp\nme",
                labelNames: names,
                registers,
                ...extra,
              });
            })
          );
          let hasDefaults = false;
          for (let n = 0; n < 150; n++) {
            const at = random.below(4);
            const state = random.below(2 ** 31);
            const outcomes = metrics[at].map((metric) =>
              outcomeOf(callOf(new Random(state), kinds[at], names), metric)
            );
            assertEquals(
              outcomes[1],
              outcomes[0],
              `seed ${seed}, call ${n} of ${kinds[at]}`,
            );
            if (random.below(25) > 0) continue;
            if (random.below(6) === 0) {
              hasDefaults = true;
              for (const registry of registries) {
                registry.setDefaultLabels({ a: "d", app: "shop" });
              }
            }
            const [theirs, ours] = await Promise.all(
              registries.map((registry) => registry.metrics()),
            );
            assertEquals(ours, theirs, `seed ${seed}, after call ${n}`);
            // prom-client's getMetricsAsJSON() writes default labels into its metrics.
            if (hasDefaults) continue;
            const [objects, own] = await Promise.all(
              registries.map((registry) => registry.getMetricsAsJSON()),
            );
            assertEquals(
              JSON.stringify(own.map(plain)),
              JSON.stringify(objects.map(plain)),
              `seed ${seed}, JSON after call ${n}`,
            );
          }
          for (const registry of registries) registry.clear();
        }
      });
    }
  }
});

/** In the same order, and with texts of labels: `set` and `zero` replace them in prom-client. */
function plain(object: Any): unknown {
  const { name, help, type, aggregator, values } = object;
  return {
    ...{ name, help, type, aggregator },
    values: values.map(({ value, labels, metricName }: Any) => ({
      value,
      labels: Object.entries(labels).map(([label, text]) => [label, `${text}`]),
      metricName,
    })),
  };
}
