import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { defineSchema, ThreadStats } from "../../mod.ts";
import { ThreadStatsProducer } from "../../src/opentelemetry/mod.ts";
import { prometheusHandler } from "../../src/prometheus/mod.ts";
import { breathe } from "../stress/progress.ts";
import { startWorker } from "../support/worker.ts";
import { collectPlain } from "./meter_support.ts";

const ROUNDS = 10_000;
const SCOPE = 'otel_scope_name="library",otel_scope_version="1.0.0"';

describe("ThreadStatsMeterProvider in several threads", () => {
  it("has everything exported by a thread that knows no meter, while one thread is busy and killed", async () => {
    const stats = ThreadStats.create(defineSchema({}), { maxThreads: 4 });
    const producer = new ThreadStatsProducer(stats, { selfMetrics: false });
    const scrape = prometheusHandler(stats, { selfMetrics: false });
    const seats = ["a", "b"].map((name) => stats.reserveThread(name));
    const url = new URL("./workers/metering.ts", import.meta.url);
    await using a = await startWorker(url, { handle: seats[0].handle, name: "a" });
    await using b = await startWorker(url, { handle: seats[1].handle, name: "b" });
    await Promise.all([a.call("work", ROUNDS), b.call("work", ROUNDS)]);

    const valuesOf = async (name: string) =>
      (await collectPlain(producer))[`library 1.0.0  ${name}`]?.points ?? [];
    assertEquals(
      await valuesOf("jobs.done"),
      ["a", "b"].flatMap((worker) =>
        [0, 1].map((kind) => ({
          attributes: { kind, urgent: kind === 0, worker },
          value: ROUNDS / 2,
        }))
      ).sort((x, y) => x.attributes.kind - y.attributes.kind),
    );
    const { unit, description, points } = (await collectPlain(producer))[
      "library 1.0.0  jobs.took"
    ];
    assertEquals([unit, description], ["s", ""]);
    const counts = points.map(({ value }) => value as { count: number; sum: number });
    assertEquals(counts.map(({ count }) => count), [ROUNDS, ROUNDS]);
    assertEquals(counts.map(({ sum }) => sum), [9 * ROUNDS, 10 * ROUNDS]);
    assertEquals(await valuesOf("jobs.open"), [{ attributes: {}, value: 0 }]);
    // Each thread's own timer observes it.
    const busy = ["a", "b"].map((name) => ({ attributes: { name }, value: 1 }));
    while (JSON.stringify(await valuesOf("threads.busy")) !== JSON.stringify(busy)) {
      await breathe(10);
    }

    const text = await (await scrape(new Request("http://localhost/metrics"))).text();
    assertStringIncludes(text, "# HELP jobs_done_total Jobs\n# TYPE jobs_done_total counter\n");
    assertStringIncludes(
      text,
      `jobs_done_total{kind="0",urgent="true",worker="a",${SCOPE}} ${ROUNDS / 2}\n`,
    );
    assertStringIncludes(text, `jobs_took_seconds_bucket{kind="0",${SCOPE},le="1"} `);
    assertStringIncludes(text, `threads_busy{name="b",${SCOPE}} 1\n`);

    b.call("workOn").catch(() => {});
    assertEquals(await b.next(), "begun");
    const sum = async () =>
      (await valuesOf("jobs.done")).reduce((total, { value }) => total + (value as number), 0);
    while (await sum() < 3 * ROUNDS) await breathe(1);
    await b.terminate();
    await b.stopped;
    seats[1].revoke({ stopped: true });
    const after = await sum();
    assert(after >= 3 * ROUNDS);
    // A kill costs at most the update that was being made.
    const count = (await valuesOf("jobs.took"))
      .reduce((total, { value }) => total + (value as { count: number }).count, 0);
    assert(after - count === 0 || after - count === 1, `${after} jobs, ${count} durations`);
    const [{ value: open }] = await valuesOf("jobs.open");
    assert(open === 0 || open === 1, `${open}`);
    await a.call("work", ROUNDS);
    assertEquals(await sum(), after + ROUNDS);
  });
});
