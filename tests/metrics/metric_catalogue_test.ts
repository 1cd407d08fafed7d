import { assert, assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  counter,
  defineSchema,
  gauge,
  histogram,
  record,
  type Schema,
  type SchemaDefinition,
  sum,
  ThreadStats,
} from "../../mod.ts";
import { killAt, suspendAt } from "../stress/interleaver.ts";
import { assertRefuses } from "./observe.ts";

const base = defineSchema({ jobs: counter() });
const one = defineSchema({ requests: counter({ labels: ["method"] }), depth: gauge() });

/** Statistics, and the same as another thread has them. */
function make(options?: { maxMetrics?: number; maxByteLength?: number }) {
  const stats = ThreadStats.create(base, options);
  return { stats, other: ThreadStats.attach(base, stats.handle) };
}

/** The names of all metrics in the memory. */
function namesIn<Metrics extends SchemaDefinition>(stats: ThreadStats<Metrics>): string[] {
  return Object.keys(stats.snapshot().metrics);
}

describe("MetricCatalogue.extend()", () => {
  it("makes one metric of equal definitions under one name", () => {
    const { stats, other } = make();
    const [here, there] = [stats.extend(one), other.extend(one)];
    here.registerThread("a").metrics.depth.add(2);
    there.registerThread("b").metrics.depth.add(3);
    assertEquals(there.metrics.depth.read(), 5);
    assertEquals(namesIn(stats), ["jobs", "requests", "depth"]);
    const used = stats.snapshot().self.arena.usedBytes;
    for (let n = 0; n < 10; n++) stats.extend(one);
    assertEquals(stats.snapshot().self.arena.usedBytes, used);
  });

  it("defines what is missing of a schema", () => {
    const { stats } = make();
    const more = defineSchema({ depth: gauge(), jobs: counter(), late: counter() });
    stats.extend(one);
    const extended = stats.extend(more);
    assertEquals(Object.keys(extended.metrics), ["depth", "jobs", "late"]);
    assertEquals(namesIn(stats), ["jobs", "requests", "depth", "late"]);
  });

  it("refuses another definition under a name, shows both, and defines nothing", () => {
    const { stats, other } = make();
    stats.extend(one);
    const theirs = one.metrics.depth;
    const cases = [gauge({ help: "Jobs waiting" }), counter(), record({ a: sum() })];
    for (const ours of cases) {
      assertRefuses(
        () => other.extend(defineSchema({ fresh: counter(), depth: ours })),
        TypeError,
        "Cannot extend the statistics: the metric depth must have the definition that the memory " +
          `has, ${JSON.stringify(theirs)}, got ${JSON.stringify(ours).slice(0, 300)}${
            JSON.stringify(ours).length > 300 ? "…" : ""
          }`,
      );
    }
    assertEquals(namesIn(stats), ["jobs", "requests", "depth"]);
  });

  it("shows where long definitions differ", () => {
    const { stats, other } = make();
    const define = (label: string) =>
      defineSchema({ long: counter({ help: "h".repeat(400), labels: [label] }) });
    stats.extend(define("theirs"));
    const { message } = assertThrows(() => other.extend(define("ours")), TypeError) as Error;
    const [required, found] = message.split(", got ");
    assert(
      required.includes('"labels":["theirs"]') && found.includes('"labels":["ours"]'),
      message,
    );
    assert(message.length < 900, message);
  });

  it("refuses a name that is another's outside, whichever schema that one is of", () => {
    const colliding: [string, Schema, string][] = [
      ["snake case", defineSchema({ Jobs: counter() }), "jobs of Jobs in Prometheus"],
      ["_total", defineSchema({ jobs_total: gauge() }), "jobs_total of jobs_total in Prometheus"],
      [
        "a unit",
        defineSchema({ depth_bytes: gauge() }),
        "depth_bytes of depth_bytes in Prometheus",
      ],
      ["a histogram", defineSchema({ took_sum: counter() }), "took_sum of took_sum in Prometheus"],
      ["a bucket", defineSchema({ took_bucket: gauge() }), "took_bucket of took_bucket in"],
    ];
    for (const [what, schema, text] of colliding) {
      const { stats, other } = make();
      stats.extend(
        defineSchema({
          depth: gauge({ unit: "bytes" }),
          took: histogram({ lowest: 1, highest: 100 }),
        }),
      );
      const { message } = assertThrows(() => other.extend(schema), TypeError) as Error;
      assert(message.startsWith(`Cannot extend the statistics: the name ${text}`), message);
      assert(message.includes(`, got ${JSON.stringify(Object.values(schema.metrics)[0])}`), what);
      assertEquals(namesIn(stats), ["jobs", "depth", "took"]);
    }
  });

  it("refuses more metrics than maxMetrics, and defines none of them", () => {
    const { stats } = make({ maxMetrics: 3 });
    const three = defineSchema({ a: counter(), b: counter(), c: counter() });
    assertRefuses(
      () => stats.extend(three),
      RangeError,
      "Cannot extend the statistics: at most 3 metrics (maxMetrics), got 1 and 3 more",
    );
    assertEquals(namesIn(stats), ["jobs"]);
    stats.extend(one);
    assertEquals(namesIn(stats), ["jobs", "requests", "depth"]);
    stats.extend(one);
    assertThrows(() => stats.extend(defineSchema({ a: counter() })), RangeError, "maxMetrics");
  });

  it("refuses when the arena is full, and what was there works on", () => {
    const { usedBytes } = ThreadStats.create(base).snapshot().self.arena;
    const { stats } = make({ maxByteLength: usedBytes + 1024 });
    const { metrics } = stats.registerThread("main");
    metrics.jobs.add(1);
    const big = defineSchema({ a: counter({ help: "x".repeat(2000) }) });
    assertThrows(
      () => stats.extend(big),
      RangeError,
      "Cannot extend the statistics: it must allocate",
    );
    metrics.jobs.add(1);
    assertEquals([namesIn(stats), stats.metrics.jobs.read()], [["jobs"], 2]);
  });

  it("of a thread suspended at any access defines each metric once", () => {
    const conflicting = defineSchema({ depth: counter(), other: counter() });
    const colliding = defineSchema({ Requests: counter(), other: counter() });
    for (const theirs of [one, conflicting, colliding]) {
      /** Defines a schema; whether the memory took it. */
      const takes = (by: ThreadStats<typeof base.metrics>, schema: Schema) => {
        try {
          by.extend(schema);
          return true;
        } catch (error) {
          assert(error instanceof TypeError, `${error}`);
          return false;
        }
      };
      for (let call = 0;; call++) {
        const { stats, other } = make();
        let hasTheirs = false;
        const { result: hasOurs, suspended } = suspendAt(
          call,
          () => hasTheirs = takes(other, theirs),
          () => takes(stats, one),
        );
        if (!suspended) break;
        const both = theirs === one;
        assertEquals([hasOurs, hasTheirs], both ? [true, true] : [hasOurs, !hasOurs]);
        const expected = ["jobs", ...Object.keys((hasOurs ? one : theirs).metrics)];
        assertEquals([namesIn(stats), namesIn(other)], [expected, expected]);
      }
    }
  });

  it("of a thread killed at any access leaves all metrics of the schema, or none", () => {
    let before = 0;
    let after = 0;
    for (let call = 0;; call++) {
      const { stats, other } = make();
      if (!killAt(call, () => void other.extend(one))) break;
      const names = namesIn(stats);
      if (names.length === 1) before++;
      else after++;
      assertEquals(names, names.length === 1 ? ["jobs"] : ["jobs", "requests", "depth"]);
      const extended = stats.extend(one);
      extended.registerThread("main").metrics.depth.set(3);
      assertEquals(extended.metrics.depth.read(), 3);
    }
    assert(before > 0 && after > 0, `${before} ${after}`);
  });

  it("loses no memory to threads that define the same", () => {
    const { stats, other } = make();
    let used = 0;
    for (let n = 0; n < 20; n++) {
      const schema = defineSchema({ [`metric${n}`]: gauge() });
      suspendAt(8, () => other.extend(schema), () => stats.extend(schema));
      if (n === 10) used = stats.snapshot().self.arena.usedBytes;
    }
    // A definition block and its text: no more than when one thread defines.
    assert((stats.snapshot().self.arena.usedBytes - used) / 9 <= 1024);
  });
});
