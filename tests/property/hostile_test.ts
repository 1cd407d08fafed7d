import { assert, assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  counter,
  defineSchema,
  gauge,
  histogram,
  max,
  type MetricDefinition,
  record,
  sum,
  ThreadStats,
  Window,
} from "../../mod.ts";
import { prometheusHandler, prometheusText } from "../../src/prometheus/mod.ts";
import { scaled } from "../stress/scale.ts";
import { fc } from "./fast_check.ts";
import { anyName, anyText, anything, polluted } from "./hostile.ts";
import { refusalOf, refusedOr } from "./refusal.ts";

// deno-lint-ignore no-explicit-any -- what no type allows is what these tests are about
type Any = any;

const PRISTINE = prototypes();

/** All properties that other objects inherit. */
function prototypes(): string[] {
  return [
    Object.prototype,
    Array.prototype,
    Function.prototype,
    Map.prototype,
    String.prototype,
  ]
    .map((prototype) => Reflect.ownKeys(prototype).map(String).join());
}

/** Fails when somebody's text has run, or has reached what all objects inherit. */
function assertUntouched(): void {
  assert(!("reached" in globalThis));
  assertEquals(prototypes(), PRISTINE);
}

/** Makes statistics with the one metric, counts in it, and reads all there is. */
function exercise(name: string, definition: MetricDefinition): void {
  const stats = ThreadStats.create(defineSchema({ [name]: definition }), {
    maxThreads: 2,
  });
  const writer: Any = stats.registerThread("main").metrics[name];
  const reader: Any = stats.metrics[name];
  const { kind, labels } = definition;
  const values = Object.fromEntries(
    labels.map((label) => [label, `of ${label}`]),
  );
  const target = labels.length > 0 ? writer.labels(values) : writer;
  if (kind === "counter") target.add(2);
  else if (kind === "gauge") target.set(2);
  else if (kind === "histogram") target.record(2);
  else {
    const id = labels.length > 0 ? reader.id(values) : reader.create();
    const delta = Object.fromEntries(
      Object.keys(definition.fields).map((field) => [field, 2]),
    );
    writer.update(id, delta);
    const burst = writer.begin(id);
    burst.merge(delta);
    for (const field of Object.keys(definition.fields)) {
      assert(Number(burst[field]) > 0);
    }
    burst.commit();
    for (const field of Object.keys(definition.fields)) {
      assert(Number(reader.read(id)[field]) > 0);
    }
  }
  if (labels.length > 0) {
    assertEquals(reader.series().map((row: Any) => row.labels), [values]);
    assert(reader.read(values) !== 0);
  }
  for (
    const view of [stats, ThreadStats.inspect(structuredClone(stats.handle))]
  ) {
    const { metrics, self } = view.snapshot({ perThread: true });
    assertEquals(Object.keys(metrics), [name]);
    assertEquals(metrics[name].series.length, 1);
    assertEquals(Object.keys(self.series), [name]);
  }
}

describe("counter(), gauge(), histogram(), record(), defineSchema()", () => {
  it("refuse any options that are none", () => {
    fc.assert(
      fc.property(anything, anything, (one, other) => {
        const makers: (() => unknown)[] = [
          () => counter(one as Any),
          () => gauge(one as Any),
          () => histogram(one as Any),
          () => record(one as Any),
          () => record({ a: one } as Any),
          () => record({ a: sum() }, other as Any),
          () => defineSchema(one as Any),
          () => defineSchema({ a: one } as Any),
          () => sum(one as Any),
        ];
        const definitions = makers.map((make) => refusedOr(make));
        for (const definition of definitions.slice(0, 4)) {
          if (definition !== undefined) {
            exercise("metric", definition as MetricDefinition);
          }
        }
        assertUntouched();
      }),
      { numRuns: scaled(150) },
    );
  });

  it("let any name name a metric, a field or a label, or refuse it", () => {
    fc.assert(
      fc.property(anyName, (name) => {
        const make = (define: () => MetricDefinition) => refusedOr(define);
        const definitions = [
          make(() => counter()),
          make(() => counter({ labels: [name] })),
          make(() => record({ [name]: sum("u64") })),
          make(() => record({ [name]: max(), other: sum() }, { labels: ["a", name] })),
        ];
        for (const definition of definitions) {
          if (definition === undefined) continue;
          exercise("metric", definition);
          if (
            refusedOr(() => defineSchema({ [name]: definition })) !== undefined
          ) {
            exercise(name, definition);
          }
        }
        assertUntouched();
      }),
      { numRuns: scaled(150) },
    );
  });

  it("look at everything once: nobody can change what was checked", () => {
    const evil = { op: 'sum"', type: '"); globalThis.reached = 1; ("' };
    const field = { op: "sum", type: "f64" };
    const definition = record({ a: field as Any });
    Object.assign(field, evil);
    exercise("metric", definition);
    let looks = 0;
    /** Gives the first value once, then the second one. */
    const turning = (first: unknown, second: unknown) => {
      looks = 0;
      return Object.defineProperty({}, "a", {
        enumerable: true,
        get: () => looks++ % 2 === 0 ? first : second,
      }) as Any;
    };
    exercise("metric", record(turning(sum(), evil)));
    const schema = defineSchema(
      turning(counter(), { kind: "record", fields: { a: evil } }),
    );
    ThreadStats.create(schema).registerThread("main");
    const labels = new Proxy(["a"], {
      get: (target, key) => key === "0" && looks++ % 2 === 1 ? "a b" : Reflect.get(target, key),
    });
    looks = 0;
    exercise("metric", counter({ labels }));
    assertUntouched();
  });

  it("bear very many metrics, fields and labels", () => {
    const many = (count: number) => Array.from({ length: count }, (_, n) => `n${n}`);
    const metrics = Object.fromEntries(
      many(1500).map((name) => [name, counter()]),
    );
    const stats = ThreadStats.create(defineSchema(metrics), { maxThreads: 1 });
    stats.registerThread("main").metrics.n1499.add(3);
    assertEquals(stats.metrics.n1499.read(), 3);
    exercise(
      "metric",
      record(Object.fromEntries(many(64).map((name) => [name, sum()]))),
    );
    assertThrows(
      () => record(Object.fromEntries(many(65).map((name) => [name, sum()]))),
      RangeError,
    );
    exercise("metric", counter({ labels: many(512) }));
    assertThrows(() => counter({ labels: many(513) }), RangeError);
  });
});

describe("labels", () => {
  it("come out as they went in, whatever the text, but for halves of characters", () => {
    const schema = defineSchema({
      calls: counter({
        labels: ["constructor", "value"],
        maxSeries: 10_000,
        maxLabelLength: 20_000,
      }),
    });
    const stats = ThreadStats.create(schema);
    const there = ThreadStats.attach(schema, structuredClone(stats.handle));
    const { calls } = stats.registerThread("main").metrics;
    const counts = new Map<string, number>();
    fc.assert(
      fc.property(anyText, anyText, (constructor, value) => {
        const labels = { constructor, value };
        const whole = {
          constructor: constructor.toWellFormed(),
          value: value.toWellFormed(),
        };
        const key = `${constructor.length} ${whole.constructor}${whole.value}`;
        calls.labels(labels).add();
        counts.set(key, (counts.get(key) ?? 0) + 1);
        assertEquals(there.metrics.calls.read(labels), counts.get(key));
        assertEquals(
          there.metrics.calls.id(labels),
          stats.metrics.calls.id(whole),
        );
      }),
      { numRuns: scaled(300) },
    );
    const rows = there.metrics.calls.series();
    assertEquals(rows.length, counts.size);
    for (const { labels: { constructor, value }, value: count } of rows) {
      assert(constructor!.isWellFormed() && value!.isWellFormed());
      assertEquals(
        counts.get(`${constructor!.length} ${constructor}${value}`),
        count,
      );
    }
    assertUntouched();
  });

  it("may be a million code units long", () => {
    const schema = defineSchema({
      calls: counter({ labels: ["value"], maxLabelLength: 2 ** 20 }),
    });
    const stats = ThreadStats.create(schema);
    const value = "\ufffdx".repeat(2 ** 19);
    stats.registerThread("main").metrics.calls.labels({ value }).add();
    assert(stats.metrics.calls.series()[0].labels.value === value);
  });

  it("are refused when they are not the metric's, whatever they are", () => {
    const stats = ThreadStats.create(
      defineSchema({ calls: counter({ labels: ["value"] }) }),
    );
    const { calls } = stats.registerThread("main").metrics;
    fc.assert(fc.property(anything, (labels) => {
      const isRight = typeof labels === "object" && labels !== null &&
        Object.keys(labels).join() === "value" &&
        typeof (labels as Any).value === "string";
      const uses = [
        () => calls.labels(labels as Any),
        () => stats.metrics.calls.id(labels as Any),
        () => stats.metrics.calls.clear(labels as Any),
        // No labels select all series.
        ...(labels === undefined || isEmptyRecord(labels)
          ? []
          : [() => stats.metrics.calls.read(labels as Any)]),
      ];
      for (const use of isRight ? [] : uses) {
        const refusal = refusalOf(use);
        // A number is taken for the id of a bucket.
        assert(
          refusal instanceof TypeError || typeof labels === "number",
          `${refusal}`,
        );
      }
    }));
    assertEquals(stats.metrics.calls.ids(), []);
    assertUntouched();
  });

  it("are read once each: a getter cannot give the check one text and the index another", () => {
    const stats = ThreadStats.create(
      defineSchema({ calls: counter({ labels: ["value"] }) }),
    );
    let looks = 0;
    const labels = {
      get value() {
        return looks++ === 0 ? "first" : 7 as unknown as string;
      },
    };
    const { calls } = stats.registerThread("main").metrics;
    refusedOr(() => calls.labels(labels).add());
    for (const row of stats.metrics.calls.series()) {
      assertEquals(typeof row.labels.value, "string");
    }
  });
});

/** Whether a value is an object of no class and without properties. */
function isEmptyRecord(value: unknown): boolean {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype = Object.getPrototypeOf(value);
  return (prototype === null || Object.getPrototypeOf(prototype) === null) &&
    Object.keys(value).length === 0;
}

describe("Snapshot.since()", () => {
  it("refuses what is no snapshot", () => {
    const stats = ThreadStats.create(defineSchema({ toString: counter() }));
    const snapshot = stats.snapshot();
    fc.assert(fc.property(anything, (other) => {
      for (
        const earlier of [other, { metrics: other }, {
          metrics: { toString: other },
        }]
      ) {
        assertThrows(
          () => snapshot.since(earlier as Any),
          TypeError,
          "Cannot compare snapshots",
        );
      }
    }));
  });
});

describe("a polluted Object.prototype", () => {
  /** What a program does, from the definition of its metrics on. */
  function scenario(): unknown {
    const schema = defineSchema({
      hits: counter(),
      calls: counter({ labels: ["method"] }),
      level: gauge(),
      latency: histogram({ lowest: 1, highest: 10 }),
      size: histogram({ boundaries: [1, 2] }),
      flow: record({ bytes: sum("u64"), longest: max() }),
    });
    const stats = ThreadStats.create(schema, { maxThreads: 4 });
    const there = ThreadStats.attach(schema, stats.handle);
    const thread = there.registerThread("worker");
    const { metrics } = thread;
    metrics.hits.add();
    metrics.calls.labels({ method: "GET" }).add(2);
    metrics.level.set(3);
    metrics.latency.record(4);
    metrics.size.record(2);
    const id = stats.metrics.flow.create();
    metrics.flow.update(id, { bytes: 5, longest: 6 });
    prometheusHandler(there);
    const text = prometheusText(there.snapshot(), { created: false });
    const before = stats.snapshot();
    metrics.flow.update(id, { bytes: 5, longest: 7 });
    const window = new Window(stats, { seconds: 60 });
    window.take();
    const now = stats.snapshot({ perThread: true });
    const view = ThreadStats.inspect(stats.handle).snapshot();
    const all = [
      schema.description,
      now,
      now.since(before),
      view,
      stats.threads(),
      text,
    ];
    return all.map((part) => show(part));
  }

  /** As text, without what differs from one run to the next. */
  function show(value: unknown): string {
    return JSON.stringify(
      value,
      (key, part) =>
        key === "takenAt" || key === "startedAt" ? 0 : typeof part === "bigint" ? `${part}n` : part,
    );
  }

  /**
   * No numbers and no names that property descriptors have: with these the language itself goes
   * wrong. No fields of records: a change may inherit its fields.
   */
  const NAMES: readonly string[] = [
    ...[
      "help",
      "unit",
      "labels",
      "maxSeries",
      "maxLabelLength",
      "aggregate",
      "lowest",
      "highest",
    ],
    ...[
      "relativeError",
      "maxSnapshots",
      "mode",
      "kind",
      "bins",
      "fields",
      "series",
    ],
    ...[
      "hits",
      "calls",
      "level",
      "other",
      "epoch",
      "id",
      "index",
      "definition",
    ],
    ...[
      "boundaries",
      "stopped",
      "perThread",
      "threadTotals",
      "runtimeMetrics",
      "maxAnswers",
      "maxAnswerSeconds",
      "format",
      "maxThreads",
      "maxByteLength",
      "quarantineSeconds",
    ],
    ...["seat", "memory", "slot", "control"],
  ];

  it("changes no result", () => {
    const wanted = scenario();
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.constantFrom(...NAMES),
          fc.oneof(anything, fc.constantFrom<unknown>("x", 1, ["a"], true)),
        ),
        (properties) => {
          assertEquals(polluted(properties, scenario), wanted);
        },
      ),
      { numRuns: scaled(60) },
    );
    assertUntouched();
  });
});
