import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import client from "../../src/prom_client/mod.ts";
import { promClient } from "./prom_client.ts";

// deno-lint-ignore no-explicit-any
type Any = any;

const libraries = [promClient as Any, client as Any];

/** What a call gives, as text. */
function outcomeOf(call: () => unknown): string {
  try {
    call();
    return "ok";
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
}

function assertSame(name: string, call: (library: Any) => unknown): void {
  const [theirs, ours] = libraries.map((library) => outcomeOf(() => call(library)));
  assertEquals(ours, theirs, name);
}

const CONFIGURATIONS: Readonly<Record<string, unknown>> = {
  "nothing": undefined,
  "null": null,
  "a text": "counter",
  "no name": { help: "h" },
  "no help": { name: "n" },
  "an empty name": { name: "", help: "h" },
  "an illegal name": { name: "a b", help: "h" },
  "a name of digits": { name: "1a", help: "h" },
  "an illegal label": { name: "n", help: "h", labelNames: ["a b"] },
  "label le": { name: "n", help: "h", labelNames: ["le"] },
  "label quantile": { name: "n", help: "h", labelNames: ["quantile"] },
  "collect that is no function": { name: "n", help: "h", collect: 1 },
  "everything": {
    name: "n:m_1",
    help: "h",
    labelNames: ["a", "_b"],
    collect() {},
  },
};

describe("options of metrics", () => {
  for (const kind of ["Counter", "Gauge", "Histogram", "Summary"]) {
    it(`new ${kind}() takes and refuses what prom-client's does, in the same words`, () => {
      for (const [name, given] of Object.entries(CONFIGURATIONS)) {
        assertSame(`${kind} with ${name}`, (library) => {
          const isObject = typeof given === "object" && given !== null;
          return new library[kind](
            isObject ? { ...given, registers: [new library.Registry()] } : given,
          );
        });
      }
    });
  }

  it("a name that is taken and exemplars without OpenMetrics are refused alike", () => {
    assertSame("a taken name", ({ Counter, Registry }) => {
      const registers = [new Registry()];
      new Counter({ name: "n", help: "h", registers });
      new Counter({ name: "n", help: "h", registers });
    });
    assertSame("exemplars", ({ Counter, Registry }) => {
      new Counter({
        name: "n",
        help: "h",
        registers: [new Registry()],
        enableExemplars: true,
      });
    });
  });

  it("updates refuse bad values and labels alike", () => {
    const values = [
      undefined,
      null,
      NaN,
      Infinity,
      -1,
      "1",
      "a",
      {},
      [],
      true,
      1n,
      Symbol.iterator,
    ];
    const labels = [
      { a: "x" },
      { b: "x" },
      { a: "x", b: "y" },
      {},
      null,
      "text",
      5,
    ];
    for (const kind of ["Counter", "Gauge", "Histogram", "Summary"]) {
      const methods = kind === "Counter"
        ? ["inc"]
        : kind === "Gauge"
        ? ["inc", "dec", "set", "setToCurrentTime"]
        : ["observe"];
      const pairs = libraries.map((library) =>
        new library[kind]({
          ...{ name: "n", help: "h", labelNames: ["a"] },
          registers: [new library.Registry()],
        })
      );
      for (const method of [...methods, "labels", "remove"]) {
        for (const first of [...labels, ...values]) {
          // prom-client fails at a property of null; here it means no labels.
          if (first === null && method === "remove") continue;
          for (const second of values) {
            const [theirs, ours] = pairs.map((metric) =>
              outcomeOf(() => metric[method](first, second))
            );
            assertEquals(
              ours,
              theirs,
              `${kind}.${method}(${String(first)}, ${String(second)})`,
            );
          }
        }
      }
    }
  });

  it("registries refuse the same", () => {
    assertSame("content type", ({ Registry }) => new Registry("text/html"));
    assertSame(
      "setContentType",
      ({ Registry }) => new Registry().setContentType("text/html"),
    );
    assertSame("merge", ({ Registry }) =>
      Registry.merge([
        new Registry(),
        new Registry(Registry.OPENMETRICS_CONTENT_TYPE),
      ]));
    assertSame(
      "collectDefaultMetrics",
      ({ collectDefaultMetrics }) => collectDefaultMetrics(1),
    );
    assertSame(
      "setRegistries",
      ({ AggregatorRegistry }) => AggregatorRegistry.setRegistries([{}]),
    );
    assertSame(
      "aggregate",
      ({ AggregatorRegistry }) =>
        AggregatorRegistry.aggregate([[{
          name: "n",
          aggregator: "none",
          values: [],
        }]]),
    );
    assertSame(
      "push",
      ({ Pushgateway }) => new Pushgateway("http://127.0.0.1:1").push(),
    );
  });
});
