import { assert, assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  counter,
  defineSchema,
  record,
  sum,
  ThreadStats,
  type ThreadStatsHandle,
} from "../../mod.ts";
import { LAYOUT_VERSION } from "../../src/memory/layout.ts";
import { parseDescription } from "../../src/schema/description.ts";
import { lookAt } from "../../src/base/shapes.ts";
import { createKinds, kinds } from "../support/kinds.ts";
import { makeMemoryWith } from "../support/memory.ts";

/** The handle of statistics whose description in the memory was changed. */
function withDescription(change: (text: string) => string): ThreadStatsHandle {
  const text = change(kinds.description);
  return makeMemoryWith(text, Object.keys(lookAt(() => JSON.parse(text)) ?? { a: 0 }).length || 1);
}

/** A description with one metric. */
function metric(json: unknown, name = "a"): string {
  return JSON.stringify({ [name]: json });
}

const COUNTER = {
  kind: "counter",
  help: "",
  unit: "",
  labels: [],
  maxSeries: 2000,
  maxLabelLength: 1024,
};
const RECORD = { ...COUNTER, kind: "record", fields: { a: { op: "sum", type: "f64" } } };
const HISTOGRAM = { ...COUNTER, kind: "histogram", bins: { boundaries: [1, 2] } };
const GAUGE = { ...COUNTER, kind: "gauge", aggregate: "sum" };

/** Texts that are no description, and what the error says. */
const DAMAGED: [string, RegExp][] = [
  ["", /SyntaxError|JSON/],
  ["{", /SyntaxError|JSON/],
  ["\u0000\u0000", /SyntaxError|JSON/],
  ["null", /TypeError/],
  ["[]", /another form/],
  ["7", /another form/],
  ['"text"', /TypeError/],
  [metric(null), /TypeError/],
  [metric(1), /kind must be known/],
  [metric({ ...COUNTER, kind: "timer" }), /kind must be known, got "timer"/],
  [metric({ ...COUNTER, kind: "__proto__" }), /kind must be known/],
  [metric({ ...COUNTER, help: 7 }), /help must be a string/],
  [metric({ ...COUNTER, name: 7 }), /name must be well-formed Unicode, not empty .* got 7/],
  [metric({ ...COUNTER, name: null }), /name must be well-formed Unicode, not empty .* got null/],
  [metric({ ...COUNTER, name: "" }), /name must be well-formed Unicode, not empty .* got ""/],
  // The name stands after the kind, and only there.
  [metric({ ...COUNTER, name: "a" }), /another form/],
  [metric({ ...COUNTER, name: "thread_stats_a" }), /the library's own/],
  [metric({ ...COUNTER, name: "a", labels: ["__a"] }), /reserves names that begin with __/],
  [metric({ ...COUNTER, labels: "a" }), /labels must be an array/],
  [metric({ ...COUNTER, labels: ["a-b"] }), /names consist of letters/],
  [metric({ ...COUNTER, maxSeries: 1e99 }), /maxSeries must be/],
  [metric({ ...COUNTER, maxLabelLength: 2 ** 20 + 1 }), /maxLabelLength must be/],
  [metric({ ...COUNTER, more: 1 }), /the unknown option "more"/],
  [metric({ kind: "counter" }), /another form/],
  [metric({ ...GAUGE, aggregate: "average" }), /aggregate must be/],
  [metric({ ...HISTOGRAM, bins: { boundaries: [2, 1] } }), /boundaries must be/],
  [metric({ ...HISTOGRAM, bins: { lowest: 0, highest: 1 } }), /lowest < highest/],
  [metric({ ...HISTOGRAM, bins: null }), /needs boundaries, or lowest and highest/],
  [metric({ ...RECORD, fields: {} }), /fields are needed/],
  [metric({ ...RECORD, fields: null }), /TypeError/],
  [metric({ ...RECORD, fields: { a: null } }), /TypeError/],
  [metric({ ...RECORD, fields: { a: { op: "sum", type: "i64" } } }), /type must be/],
  [metric({ ...RECORD, fields: { a: { op: "xor", type: "f64" } } }), /op must be known/],
  [metric({ ...RECORD, fields: { a: { op: "min", type: "u64" } } }), /another form/],
  [metric({ ...RECORD, fields: { commit: { op: "min", type: "f64" } } }), /have reserved names/],
  [`{"__proto__":${JSON.stringify(COUNTER)}}`, /names consist of letters/],
  [metric(COUNTER, ""), /names consist of letters/],
];

/** Texts that would run in generated code, or change a prototype if they became property names. */
const HOSTILE = [
  "a;globalThis.injected=1;//",
  "a]=0;globalThis.injected=1;x[0",
  '"+(globalThis.injected=1)+"',
  "${globalThis.injected=1}",
  "`;globalThis.injected=1;`",
  "*/globalThis.injected=1/*",
  "a\nglobalThis.injected=1",
  "a\u2028globalThis.injected=1",
  "__proto__",
  "a.b",
];

describe("parseDescription()", () => {
  it("rebuilds every kind of metric", () => {
    const schema = parseDescription(kinds.description);
    assertEquals(schema.description, kinds.description);
    assertEquals<unknown>(schema.metrics, kinds.metrics);
  });
});

describe("ThreadStats.inspect()", () => {
  it("names its own action in all errors", () => {
    const { handle } = createKinds();
    const truncated = handle.buffer.slice(0, 4096);
    const bad: [unknown, RegExp][] = [
      [null, /handle of a ThreadStats/],
      [new Int32Array(2 ** 26), /handle of a ThreadStats, got an object of class Int32Array/],
      [{ ...handle, buffer: 1, memory: undefined }, /must hold a SharedArrayBuffer/],
      [{ ...handle, memory: 1 }, /must be shared/],
      [{ ...handle, threadStats: 99 }, /layout must be/],
      [{ threadStats: handle.threadStats, buffer: truncated }, /must be whole/],
      [{ threadStats: handle.threadStats, buffer: new SharedArrayBuffer(2 ** 16) }, /other memory/],
      [{ ...handle, seat: { slot: -1, control: 2 } }, /seat must come from reserveThread/],
    ];
    for (const [handle, text] of bad) {
      const { message } = assertThrows(() => ThreadStats.inspect(handle as never), TypeError);
      assert(message.startsWith("Cannot inspect the handle: "), message);
      assert(text.test(message) && message.length < 300, message);
    }
  });

  it("shows the same threads and snapshot as the owner, in every form", () => {
    const stats = createKinds();
    const thread = stats.registerThread("one");
    const { metrics } = thread;
    metrics.jobs.set(2);
    metrics.latest.set(3);
    metrics.queue.labels({ name: "a" }).add();
    metrics.latency.record(0.1);
    metrics.size.record(5);
    metrics.took.labels({ route: "r" }).record(1);
    metrics.hits.add(4);
    metrics.flow.labels({ source: "s" }).update({ bytes: 2n ** 63n, flags: 3 });
    metrics.cell.update(stats.metrics.cell.create(), { n: 1 });
    stats.registerThread("two").unregister();
    const view = ThreadStats.inspect(structuredClone(stats.handle));
    assertEquals(view.threads(), stats.threads());
    for (const perThread of [false, true]) {
      const [theirs, ours] = [view.snapshot({ perThread }), stats.snapshot({ perThread })];
      assertEquals<unknown>(theirs.metrics, ours.metrics);
      assertEquals([theirs.threads, theirs.self], [ours.threads, ours.self]);
    }
    metrics.hits.add(1);
    thread.unregister();
    assertEquals(view.snapshot().metrics.hits.series[0].value, 5);
    assertEquals(view.threads(), stats.threads());
    assertEquals(Object.keys(view).toSorted(), ["snapshot", "threads"]);
    assert(Object.isFrozen(view));
  });

  it("changes nothing: it takes no slot, no bucket and no byte", () => {
    const stats = createKinds();
    const before = new Uint8Array(stats.handle.buffer).slice();
    ThreadStats.inspect(stats.handle).snapshot({ perThread: true });
    ThreadStats.inspect(stats.handle).threads();
    assertEquals(new Uint8Array(stats.handle.buffer).slice(), before);
  });

  it("accepts the handle of a seat, and leaves the seat free", () => {
    const stats = createKinds();
    const { handle } = stats.reserveThread("w");
    assertEquals(ThreadStats.inspect(handle).threads(), [{
      slot: 0,
      name: "w",
      state: "reserved",
    }]);
    assertEquals(stats.threads()[0].state, "reserved");
  });

  it("refuses a damaged description, and says why", () => {
    for (const [text, why] of DAMAGED) {
      const { message, name } = assertThrows(() =>
        ThreadStats.inspect(withDescription(() => text))
      ) as Error;
      assertEquals(name, "TypeError", text);
      assert(message.startsWith("Cannot inspect the handle: its schema must be "), message);
      assert(why.test(message), `${text}: ${message}`);
    }
  });

  it("refuses every description with a byte of its structure changed", () => {
    const { length } = kinds.description;
    let refused = 0;
    for (let at = 0; at < length; at++) {
      if (!'{}[]":,'.includes(kinds.description[at])) continue;
      const change = (text: string) => `${text.slice(0, at)}\u0001${text.slice(at + 1)}`;
      assertThrows(() => ThreadStats.inspect(withDescription(change)), TypeError);
      refused++;
    }
    assert(refused > 500);
  });

  it("takes exact names and labels that are code as texts, and runs none of it", () => {
    for (const text of HOSTILE.filter((text) => text !== "__proto__")) {
      const options = { name: `x${text}`, labels: [text, "toString", "constructor"] } as const;
      const labels = { [text]: text, toString: text, constructor: text };
      const stats = ThreadStats.create(defineSchema({
        hits: counter({ ...options, name: `y${text}` }),
        flow: record({ n: sum() }, options),
      }));
      const { hits, flow } = stats.registerThread(text).metrics;
      hits.labels(labels).add(2);
      flow.labels(labels).update({ n: 3 });
      const { metrics } = ThreadStats.inspect(stats.handle).snapshot();
      assertEquals(metrics.hits.series[0].labels, labels);
      assertEquals(metrics.flow.series[0].value, { n: 3 });
      assertEquals(metrics.flow.definition.name, `x${text}`);
    }
    assertEquals("injected" in globalThis, false);
  });

  it("refuses names of metrics, labels and fields that are code, and runs none of it", () => {
    const field = { op: "sum", type: "f64" };
    for (const name of HOSTILE) {
      const texts = [
        metric(COUNTER, "X"),
        metric(RECORD, "X"),
        metric({ ...COUNTER, labels: ["X"] }),
        metric({ ...RECORD, fields: { X: field } }),
        metric({ ...RECORD, fields: { a: { ...field, type: "X" } } }),
        metric({ ...RECORD, fields: { a: { ...field, op: "X" } } }),
        metric({ ...COUNTER, kind: "X" }),
        metric({ ...GAUGE, aggregate: "X" }),
      ].map((text) => text.replace('"X"', () => JSON.stringify(name)));
      for (const text of texts) {
        assertThrows(() => ThreadStats.inspect(withDescription(() => text)), TypeError);
      }
    }
    assert(!("injected" in globalThis));
    assertEquals(Object.keys(Object.prototype), []);
  });

  it("shows hostile help, units and label values as they are", () => {
    const words = { help: HOSTILE.join(), unit: HOSTILE[0] };
    const description = metric({ ...RECORD, ...words, labels: ["l"] });
    const handle = makeMemoryWith(description, 1);
    const { definition } = ThreadStats.inspect(handle).snapshot().metrics.a;
    assertEquals([definition.help, definition.unit], [HOSTILE.join(), HOSTILE[0]]);
    assert(!("injected" in globalThis));
  });

  it("refuses values that are no handle", () => {
    for (
      const handle of [undefined, null, 1, {}, {
        threadStats: LAYOUT_VERSION,
        buffer: new ArrayBuffer(8),
      }]
    ) {
      const { name, message } = assertThrows(() =>
        ThreadStats.inspect(handle as unknown as ThreadStatsHandle)
      ) as Error;
      assertEquals(name, "TypeError");
      assert(/^Cannot (inspect|attach to) the handle: /.test(message), message);
    }
  });
});
