import { assert, assertEquals, assertNotStrictEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { fileURLToPath, pathToFileURL } from "node:url";
import * as here from "../../mod.ts";
import { counter, defineSchema, type Schema, ThreadStats } from "../../mod.ts";
import { mark } from "../../src/schema/marks.ts";

// deno-lint-ignore no-explicit-any -- look-alikes of any shape
type Any = any;

/** Loads this library a second time, as a program does that has it from two packages. */
async function secondCopy(): Promise<typeof here> {
  const folder = mkdtempSync(`${tmpdir()}/second-copy-`);
  try {
    for (const part of ["mod.ts", "src"]) {
      const from = fileURLToPath(new URL(`../../${part}`, import.meta.url));
      cpSync(from, `${folder}/${part}`, { recursive: true });
    }
    return await import(pathToFileURL(`${folder}/mod.ts`).href);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Every kind, by one copy. */
function definitionsBy({ bitOr, counter, gauge, histogram, max, min, record, sum }: typeof here) {
  return {
    jobs: counter({ help: "Jobs", labels: ["queue"], maxSeries: 7 }),
    level: gauge({ aggregate: "latest" }),
    took: histogram({ unit: "seconds", lowest: 1, highest: 10, relativeError: 0.5 }),
    size: histogram({ boundaries: [1, 2], labels: ["a"] }),
    flow: record({ n: sum("u64"), low: min(), high: max(), flags: bitOr() }, { labels: ["b"] }),
  };
}

describe("a second copy of this module", () => {
  const copy = secondCopy();

  it("takes schemas, definitions, handles and snapshots of the first, and the other way round", async () => {
    const there = await copy;
    assertNotStrictEquals(there.ThreadStats, here.ThreadStats);
    for (const [one, other] of [[here, there], [there, here]] as const) {
      const schema = one.defineSchema(definitionsBy(one));
      const again = other.defineSchema(definitionsBy(one));
      assertEquals(again.description, schema.description);
      assertEquals(other.defineSchema({ ...schema.metrics }).description, schema.description);
      const stats = one.ThreadStats.create(again);
      const attached = other.ThreadStats.attach(schema, stats.handle);
      const { metrics } = attached.registerThread("main");
      metrics.jobs.labels({ queue: "mail" }).add(3);
      metrics.flow.labels({ b: "x" }).update({ n: 5n, low: 1 });
      metrics.took.record(2);
      assertEquals(stats.metrics.jobs.read({ queue: "mail" }), 3);
      assertEquals(other.ThreadStats.create(schema).metrics.level.read(), 0);
      const before = stats.snapshot();
      metrics.jobs.labels({ queue: "mail" }).add(2);
      const delta = attached.snapshot().since(before);
      assertEquals(delta.metrics.jobs.series[0].value, 2);
      const window = new one.Window(attached as Any, { seconds: 60 });
      window.take();
      window.take();
      assertEquals((window as Any).delta("jobs"), 0);
      assertEquals(new one.HistogramValue(attached.metrics.took.read()).count, 1);
      assertEquals(attached.metrics.took.read().merge(stats.metrics.took.read()).count, 2);
    }
  });

  it("gives a schema of the same text each time", async () => {
    const schema = (await copy).defineSchema({ jobs: counter() });
    const stats = ThreadStats.create(schema);
    for (let n = 0; n < 3; n++) ThreadStats.attach(schema, stats.handle);
  });
});

describe("defineSchema(), ThreadStats.create(), attach()", () => {
  it("check all of what only has the mark", () => {
    const marked = (value: object, kind: "definition" | "schema"): Any => {
      mark(value, kind);
      return value;
    };
    const definition = { ...counter() };
    assertEquals(
      defineSchema({ a: marked({ ...definition }, "definition") }).metrics.a,
      counter(),
    );
    const badDefinitions = [
      {},
      { ...definition, kind: "record" },
      { ...definition, kind: "timer" },
      { ...definition, labels: ["a b"] },
      { ...definition, maxSeries: -1 },
      { ...definition, other: 1 },
      {
        ...definition,
        kind: "record",
        fields: { a: { op: 'sum"]; globalThis.reached = 1', type: "f64" } },
      },
      { ...definition, kind: "record", fields: { commit: { op: "sum", type: "f64" } } },
      { ...definition, kind: "histogram", bins: { boundaries: [2, 1] } },
    ];
    for (const bad of badDefinitions) {
      const { message } = assertThrows(
        () => defineSchema({ a: marked(bad, "definition") }),
        TypeError,
      );
      assert(/^Cannot define the metric a: .* of this version, got /.test(message), message);
    }
    const { description } = defineSchema({ a: counter() });
    assertEquals(
      ThreadStats.create(marked({ description }, "schema") as Schema).snapshot().metrics.a.series
        .length,
      1,
    );
    const badSchemas = [
      {},
      { description: 1 },
      { description: "" },
      { description: "{}x" },
      { description: description.replace("counter", "timer") },
      { description: description.replace('"a"', '"a b"') },
      { description: ` ${description}` },
    ];
    for (const bad of badSchemas) {
      const { message } = assertThrows(() => ThreadStats.create(marked(bad, "schema")), TypeError);
      assert(/^Cannot create the statistics: .+, got /.test(message), message);
    }
    assert(!("reached" in globalThis));
  });

  it("refuse copies of a schema and of a definition: they have no mark", () => {
    const schema = defineSchema({ a: counter() });
    for (const like of [{ ...schema }, structuredClone({ ...schema }), {}, null, undefined, 5]) {
      const { message } = assertThrows(() => ThreadStats.create(like as Schema), TypeError);
      assert(message.includes("the schema must come from defineSchema, got "), message);
    }
    assertThrows(() => defineSchema({ a: { ...counter() } }), TypeError, "it must come from");
  });
});
