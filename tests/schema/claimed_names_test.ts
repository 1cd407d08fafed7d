import { assertEquals, assertLess } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  counter,
  defineSchema,
  gauge,
  histogram,
  max,
  record,
  type SchemaDefinition,
  sum,
} from "../../mod.ts";
import { ClaimedNames } from "../../src/schema/claimed_names.ts";
import { assertRefuses } from "../metrics/observe.ts";

const seconds = { lowest: 1e-3, highest: 10, unit: "seconds" } as const;

/** Metrics of which one is refused because it has a name of another. */
type Clash = [metrics: SchemaDefinition, metric: string, other: string, name: string];

function assertClashes(where: string, clashes: readonly Clash[]): void {
  for (const [metrics, metric, other, name] of clashes) {
    const required = `its name in ${where} must not be that of ${other} too`;
    assertRefuses(
      () => defineSchema(metrics),
      TypeError,
      `Cannot define the metric ${metric}: ${required}, got ${name}`,
    );
  }
}

describe("defineSchema()", () => {
  it("refuses metrics that would have the same name in Prometheus", () => {
    const clashes: Clash[] = [
      [{ queueDepth: gauge(), queue_depth: gauge() }, "queue_depth", "queueDepth", "queue_depth"],
      [{ jobs: counter(), jobs_total: counter() }, "jobs_total", "jobs", "jobs"],
      [{ jobs: counter(), Jobs: gauge() }, "Jobs", "jobs", "jobs"],
      [{ jobs: counter(), jobs_created: gauge() }, "jobs_created", "jobs", "jobs_created"],
      [{ flow: record({ a: sum() }), flowA: gauge() }, "flowA", "flow.a", "flow_a"],
      [{ flow: record({ aB: max(), a_b: max() }) }, "flow", "flow.aB", "flow_a_b"],
      [
        { took: histogram(seconds), took_seconds_count: gauge() },
        ...["took_seconds_count", "took", "took_seconds_count"] as const,
      ],
    ];
    assertClashes("Prometheus", clashes);
  });

  it("refuses metrics that would have the same name in OpenTelemetry, where names have no unit", () => {
    const clashes: Clash[] = [
      [{ aTotal: counter({ unit: "seconds" }), a: gauge() }, "a", "aTotal", "a"],
      [
        { fooBar: gauge({ unit: "seconds" }), foo_bar: gauge({ unit: "bytes" }) },
        ...["foo_bar", "fooBar", "foo_bar"] as const,
      ],
      [
        { flow: record({ a: sum() }), Flow: record({ A: max() }, { unit: "bytes" }) },
        ...["Flow", "flow.a", "flow.a"] as const,
      ],
      [
        { share: counter({ unit: "ratio" }), share_ratio: gauge({ unit: "bytes" }) },
        ...["share_ratio", "share", "share_ratio"] as const,
      ],
      // On a meter, a histogram has several instruments.
      ...["count", "sum", "quantile"].map((part): Clash => [
        { took: histogram(seconds), Took: record({ [part]: max() }) },
        ...["Took", "took", `took.${part}`] as const,
      ]),
    ];
    assertClashes("OpenTelemetry", clashes);
    // A dot and an underscore differ.
    defineSchema({ flow: record({ a: sum() }, { unit: "bytes" }), flow_a: gauge() });
  });

  it("refuses names that the library reserves", () => {
    assertRefuses(
      () => defineSchema({ threadStatsThreads: gauge() }),
      TypeError,
      "Cannot define the metric threadStatsThreads: names that begin with thread_stats_ are the library's own, got thread_stats_threads",
    );
  });

  it("refuses exact names that another metric has, made or exact", () => {
    const took = histogram({ boundaries: [1], name: "Took" });
    assertClashes("Prometheus", [
      [{ a: counter({ name: "x" }), b: gauge({ name: "x" }) }, "b", "a", "x"],
      [
        { queueDepth: gauge(), b: gauge({ name: "queue_depth" }) },
        "b",
        "queueDepth",
        "queue_depth",
      ],
      [{ a: gauge({ name: "jobs_total" }), jobs: counter() }, "jobs", "a", "jobs_total"],
      [{ jobs: counter(), a: gauge({ name: "jobs_created" }) }, "a", "jobs", "jobs_created"],
      // The text format has the exact name, OpenMetrics that with _total.
      [{ a: counter({ name: "x" }), b: gauge({ name: "x_total" }) }, "b", "a", "x_total"],
      [{ a: counter({ name: "x_total" }), b: counter({ name: "x" }) }, "b", "a", "x"],
      ...["bucket", "sum", "count", "created"].map((part): Clash => [
        { took, b: gauge({ name: `Took_${part}` }) },
        ...["b", "took", `Took_${part}`] as const,
      ]),
      [
        { a: record({ lastSeen: max() }, { name: "Flow" }), b: gauge({ name: "Flow_lastSeen" }) },
        ...["b", "a.lastSeen", "Flow_lastSeen"] as const,
      ],
    ]);
    // OpenTelemetry does not distinguish small letters from capitals.
    assertClashes("OpenTelemetry", [
      [{ jobs: counter(), b: counter({ name: "Jobs" }) }, "b", "jobs", "Jobs"],
      [{ took, b: gauge({ name: "took.count" }) }, "b", "took", "took.count"],
    ]);
    // The same name in the schema, and labels, do not matter.
    defineSchema({ jobs: counter({ name: "Tasks" }), tasks2: gauge({ name: "jobs" }) });
  });

  it("refuses names that are the same where they are escaped", () => {
    const clash = (a: string, b: string, name: string): Clash => [
      { a: gauge({ name: a }), b: counter({ name: b }) },
      ...["b", "a", name] as const,
    ];
    assertClashes("Prometheus", [
      clash("a_b", "a.b", "a_b"),
      clash("a.b", "a-b", "a_b"),
      clash("a_dot_b", "a.b", "a_dot_b"),
      clash("U__a_2e_b", "a.b", "U__a_2e_b"),
      clash("a.b_total", "a.b", "a.b_total"),
      clash("a_b_total", "a.b", "a_b_total"),
      clash("花", "火", "_"),
    ]);
    assertRefuses(
      () => defineSchema({ a: gauge({ name: '\n"' }), b: gauge({ name: '\n"' }) }),
      TypeError,
      'Cannot define the metric b: its name in Prometheus must not be that of a too, got "\\n\\""',
    );
    defineSchema({ a: gauge({ name: "a.b" }), b: gauge({ name: "ab" }) });
  });

  it("refuses exact names that the library reserves, however they are written", () => {
    const reserve = "names that begin with thread_stats_ are the library's own";
    for (
      const [name, got] of [
        ["thread_stats_x", "thread_stats_x"],
        ["THREAD_STATS_X", "THREAD_STATS_X"],
        ["thread.stats.x", "thread_stats_x"],
        ["thread_stats.x", "thread_stats_x"],
      ]
    ) {
      assertRefuses(
        () => defineSchema({ a: gauge({ name }) }),
        TypeError,
        `Cannot define the metric a: ${reserve}, got ${got}`,
      );
    }
    assertRefuses(
      () => defineSchema({ a: record({ stats_x: max() }, { name: "thread" }) }),
      TypeError,
      `Cannot define the metric a: ${reserve}, got thread_stats_x`,
    );
    defineSchema({ a: gauge({ name: "thread_stats" }), threadStats2: gauge() });
  });
});

describe("ClaimedNames", () => {
  it("find() tells who has a name, and changes nothing", () => {
    const names = new ClaimedNames();
    names.claim("flow", record({ bytes: sum() }));
    const where = "Prometheus";
    assertEquals(names.find("flowBytes", gauge()), {
      ...{ where, taken: "flow_bytes", owner: "flow", family: "flow.bytes" },
    });
    assertEquals(names.find("a", gauge({ name: "flow.bytes" })), {
      ...{ where, taken: "flow_bytes", owner: "flow", family: "flow.bytes" },
    });
    for (let n = 0; n < 2; n++) assertEquals(names.find("a", gauge()), undefined);
    names.claim("a", gauge());
    assertEquals(names.find("A", gauge())?.owner, "a");
    // Two fields of one record may have one name, too.
    assertEquals(names.find("b", record({ aB: max(), a_b: sum() })), {
      ...{ where, taken: "b_a_b", owner: "b", family: "b.aB" },
    });
    assertEquals(names.find("b", record({ aB: max() })), undefined);
  });

  it("find() shows names of any length and characters in short", () => {
    const names = new ClaimedNames();
    for (const name of ["x".repeat(20_000), "花\n".repeat(20_000)]) {
      names.claim("a", gauge({ name }));
      const { taken } = names.find("b", gauge({ name }))!;
      assertLess(taken.length, 300);
      assertEquals(taken.includes("\n"), false);
    }
  });
});
