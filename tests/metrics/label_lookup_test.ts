import {
  assert,
  assertEquals,
  assertNotStrictEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { spawnSync } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { counter, defineSchema, histogram, StaleThreadError, ThreadStats } from "../../mod.ts";
import type { CellWriter } from "../../src/metrics/cell_writer.ts";
import { compileLookup, LabelLookup, lookupSource } from "../../src/metrics/label_lookup.ts";
import { type Random, withSeeds } from "../support/random.ts";

const schema = defineSchema({ hits: counter({ labels: ["method", "route"], maxSeries: 40 }) });

function setUp() {
  const stats = ThreadStats.create(schema, { maxThreads: 4 });
  const thread = stats.registerThread("one");
  return { stats, thread, reader: stats.metrics.hits, hits: thread.metrics.hits };
}

const a = { method: "GET", route: "/a" };
const b = { method: "GET", route: "/b" };

/** Adds three times: the lookup knows the series after the second call. */
function addThrice(hits: ReturnType<typeof setUp>["hits"], labels: typeof a): void {
  for (let n = 0; n < 3; n++) hits.labels({ ...labels }).add();
}

describe("LabelledCounterWriter.labels() of a known series", () => {
  it("returns the same writer, also after a clear", () => {
    const { hits, reader } = setUp();
    const writer = hits.labels(a);
    addThrice(hits, a);
    assertStrictEquals(hits.labels({ ...a }), writer);
    reader.clear(reader.id(a));
    addThrice(hits, a);
    assertStrictEquals(hits.labels({ ...a }), writer);
    assertStrictEquals(reader.read(a), 3);
  });

  it("returns another one when the bucket was destroyed and made anew", () => {
    const { hits, reader } = setUp();
    const before = hits.labels(a);
    addThrice(hits, a);
    const id = reader.id(a);
    reader.destroy(id);
    assertStrictEquals(reader.id(a), id);
    const after = hits.labels({ ...a });
    assertNotStrictEquals(after, before);
    addThrice(hits, a);
    assertStrictEquals(reader.read(a), 3);
    assertThrows(() => before.add(), RangeError);
  });

  it("never returns that of other labels which got the id", () => {
    const { hits, reader } = setUp();
    addThrice(hits, a);
    const id = reader.id(a);
    reader.destroy(id);
    assertStrictEquals(reader.id(b), id);
    addThrice(hits, b);
    addThrice(hits, a);
    addThrice(hits, b);
    assertEquals([reader.read(a), reader.read(b)], [3, 6]);
  });

  it("throws once the thread has left", () => {
    const { hits, thread } = setUp();
    addThrice(hits, a);
    thread.unregister();
    assertThrows(() => hits.labels({ ...a }), StaleThreadError);
  });

  it("refuses labels that are nearly those of the last call", () => {
    const { hits, reader } = setUp();
    addThrice(hits, a);
    const bad: unknown[] = [
      { ...a, status: "200" },
      { method: "GET" },
      { ...a, route: 1 },
      { ...a, route: new String("/a") },
      ["GET", "/a"],
      "GET",
      null,
      undefined,
      Object.assign(() => {}, a),
    ];
    for (const labels of bad) {
      assertThrows(() => hits.labels(labels as typeof a), TypeError);
    }
    assertStrictEquals(reader.read(a), 3);
  });

  it("takes labels in any order, and from getters that change their mind", () => {
    const { hits, reader } = setUp();
    addThrice(hits, a);
    hits.labels({ route: "/a", method: "GET" }).add();
    let calls = 0;
    const fickle = {
      method: "GET",
      get route() {
        return `/${calls++ % 2}`;
      },
    };
    for (let n = 0; n < 100; n++) hits.labels(fickle).add();
    addThrice(hits, a);
    const all = reader.series().map(({ labels, value }) => [labels.route, value] as const);
    assertStrictEquals(new Map(all).get("/a"), 7);
    assertStrictEquals(all.reduce((sum, [, value]) => sum + value, 0), 107);
    for (const [route] of all) assert(["/a", "/0", "/1"].includes(route!));
  });

  it("counts in the right series, however many of them come and go", () => {
    withSeeds(10, (random) => {
      const { hits, reader } = setUp();
      const expected = new Map<string, number>();
      for (let n = 0; n < 2000; n++) {
        const labels = { method: `m${random.below(5)}`, route: `/r${random.below(7)}` };
        const key = labels.method + labels.route;
        if (random.below(20) === 0 && expected.delete(key)) reader.destroy(reader.id(labels));
        else {
          hits.labels(labels).add();
          expected.set(key, (expected.get(key) ?? 0) + 1);
        }
      }
      const read = reader.series().map((
        { labels, value },
      ) => [`${labels.method}${labels.route}`, value]);
      assertEquals(new Map(read as [string, number][]), expected);
    });
  });

  it("works for labels of any name, and for more than it compiles for", () => {
    const strange = ["constructor", "toString", "v0", "labels", "entry"];
    for (const names of [["x"], strange, Array.from({ length: 70 }, (_, n) => `l${n}`)]) {
      const stats = ThreadStats.create(defineSchema({
        took: histogram({
          ...{ labels: names, boundaries: [1] },
        }),
      }));
      const { took } = stats.registerThread().metrics;
      for (let n = 0; n < 60; n++) {
        took.labels(
          Object.fromEntries(names.map((name, k) => [name, `${name}${(n >> (k & 7)) & 1}`])),
        )
          .record(n);
      }
      assertStrictEquals(stats.metrics.took.read().count, 60);
    }
  });
});

const names = ["method", "route", "status"];

/** A cell that is current while `alive`. */
function makeCell() {
  const words = Int32Array.of(3, 18);
  const cell = { words, epochIndex: 0, epoch: 3 } as unknown as CellWriter;
  return { cell, end: () => void (words[0] += 2) };
}

const tenancy = { words: Int32Array.of(18), controlIndex: 0, control: 18 };

describe("LabelLookup", () => {
  it("keeps a bounded number of entries while labels come and go", () => {
    const find = () => "";
    const lookup = new LabelLookup(names, { find, tenancy });
    let most = 0;
    for (let n = 0; n < 5000; n++) {
      const labels = { method: "GET", route: `/${n}`, status: `${n % 3}` };
      lookup.note(labels, Object.values(labels), { ...makeCell(), writer: `${n}` }, 10);
      most = Math.max(most, lookup.size);
    }
    assert(most <= 2 * 10 + 64 + 1, `${most} entries`);
  });

  it("finds many series by the label that differs most, whichever is the longest", () => {
    const misses: string[] = [];
    const find = (labels: Readonly<Record<string, string>>) => {
      misses.push(labels.status);
      return labels.status;
    };
    const lookup = new LabelLookup(names, { find, tenancy });
    const all = Array.from({ length: 200 }, (_, n) => ({
      ...{ method: "GET", route: "/the/same/for/all", status: `${n}` },
    }));
    for (const labels of all) {
      lookup.note(labels, Object.values(labels), { ...makeCell(), writer: labels.status }, 200);
    }
    for (const labels of all) assertStrictEquals(lookup.labels(labels), labels.status);
    assertEquals(misses, []);
  });

  it("finds all series of 4 methods, 50 routes and 5 states", () => {
    const missed = new Set<unknown>();
    const find = (labels: unknown) => (missed.add(labels), "");
    const lookup = new LabelLookup(names, { find, tenancy });
    const all = Array.from({ length: 1000 }, (_, n) => ({
      ...{ method: `${n % 4}`, route: `/${(n >> 2) % 50}`, status: `${Math.floor(n / 200)}` },
    }));
    const writer = "";
    for (const labels of all) {
      lookup.note(labels, Object.values(labels), { ...makeCell(), writer }, all.length);
    }
    for (const labels of all) lookup.labels(labels);
    assertEquals(missed.size, 0);
  });

  it("notes few of the series for which there is no place", () => {
    const lookup = new LabelLookup(names, { find: () => "", tenancy });
    const { cell } = makeCell();
    let noted = 0;
    for (let round = 0; round < 10; round++) {
      for (let n = 0; n < 1000; n++) {
        const values = [`${n % 10}`, `${Math.floor(n / 10) % 10}`, `${Math.floor(n / 100)}`];
        const [method, route, status] = values;
        // To note a series reads the labels that the program has given.
        const labels = {
          get method() {
            noted++;
            return method;
          },
          route,
          status,
        };
        lookup.note(labels, values, { cell, writer: "" }, 1000);
      }
    }
    // 10 lists of 32, the choices of the label, and one in 256.
    assert(noted < 600, `${noted} of 10,000`);
  });
});

describe("lookupSource()", () => {
  // Other engines have no such limit, or print no sizes.
  const itOnBun = "Bun" in globalThis ? it : it.skip;
  itOnBun("is short enough for JavaScriptCore to inline it, up to the last labels", () => {
    const program = fileURLToPath(new URL("./programs/look_up.ts", import.meta.url));
    const { stdout, stderr, status } = spawnSync(process.execPath, [program], {
      encoding: "utf8",
      env: { ...process.env, BUN_JSC_dumpGeneratedBytecodes: "1" },
      maxBuffer: 2 ** 28,
    });
    assertEquals(status, 0, stderr);
    const lines = `${stdout}${stderr}`.split("\n");
    assert(lines.includes("100"), "the program has printed its total");
    const sizes = lines.flatMap((line) =>
      /^lookUp#\S+ .*?: (\d+) instructions/.exec(line)?.[1] ?? []
    );
    assertStrictEquals(sizes.length, 1);
    assert(Number(sizes[0]) <= 90, `${sizes[0]} instructions`);
  });

  for (const [engine, isJavaScriptCore] of [["V8", false], ["JavaScriptCore", true]] as const) {
    it(`finds a series again whose bucket was made anew, text for ${engine}`, () => {
      const labels = { method: "GET", route: "/", status: "200" };
      const entry = (writer: string) => {
        const { cell, end } = makeCell();
        const { words, epochIndex } = cell;
        return { end, cell, words, epochIndex, writer, v0: "GET", v1: "/", v2: "200" };
      };
      const before = entry("before");
      const lists = new Map([["/", [before]]]);
      let misses = 0;
      const find = () => {
        misses++;
        lists.set("/", [entry("after")]);
        return "found";
      };
      const lookup = compileLookup(lookupSource(names, 1, isJavaScriptCore), {
        ...{ find, tenancy, lists },
      });
      for (let n = 0; n < 3; n++) assertStrictEquals(lookup({ ...labels }), "before");
      before.end();
      assertStrictEquals(lookup({ ...labels }), "found");
      for (let n = 0; n < 3; n++) assertStrictEquals(lookup({ ...labels }), "after");
      assertStrictEquals(misses, 1);
    });

    it(`finds nothing that was never found, text for ${engine}`, () => {
      const find = () => "none";
      const lookup = compileLookup(lookupSource(names, 1, isJavaScriptCore), {
        ...{ find, tenancy, lists: new Map() },
      });
      for (const value of [undefined, null, "", NaN]) {
        const labels = { method: value, route: value, status: value } as unknown as Record<
          string,
          string
        >;
        assertStrictEquals(lookup(labels), "none");
      }
    });
  }

  function randomLabels(random: Random) {
    return {
      method: random.pick(["GET", "PUT"]),
      route: `/${random.below(4)}`,
      status: random.pick(["200", "404"]),
    };
  }

  for (const [engine, isJavaScriptCore] of [["V8", false], ["JavaScriptCore", true]] as const) {
    for (const label of names.keys()) {
      it(`finds what is in the lists and current, text for ${engine}, label ${label}`, () => {
        withSeeds(5, (random) => {
          const lists = new Map();
          const source = lookupSource(names, label, isJavaScriptCore);
          const current = new Map<string, () => void>();
          for (let n = 0; n < 12; n++) {
            const labels = randomLabels(random);
            const values = Object.values(labels);
            if (current.has(values.join())) continue;
            const { cell, end } = makeCell();
            current.set(values.join(), end);
            const [v0, v1, v2] = values;
            const { words, epochIndex } = cell;
            const entry = { cell, words, epochIndex, writer: values.join(), v0, v1, v2 };
            lists.set(values[label], [...lists.get(values[label]) ?? [], entry]);
          }
          const lookup = compileLookup(source, { find: () => "none", tenancy, lists });
          for (let n = 0; n < 300; n++) {
            const labels = randomLabels(random);
            const key = Object.values(labels).join();
            if (random.below(50) === 0) {
              current.get(key)?.();
              current.delete(key);
            }
            assertStrictEquals(lookup(labels), current.has(key) ? key : "none");
            const more = { ...labels, other: "" };
            assertStrictEquals(lookup(more), "none");
          }
        });
      });
    }
  }
});
