import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { HistogramValue, RecordFields, SeriesSnapshot, ThreadStats } from "../../mod.ts";
import { createKinds, kinds } from "../metrics/kinds.ts";
import { startWorker } from "../support/worker.ts";
import { breathe } from "./progress.ts";
import { scaled } from "./scale.ts";

const WORKERS = 3;
const SNAPSHOTS = scaled(300);

type Values = Record<string, number | bigint>;

/**
 * What parts of a record add up to, by the ops of its fields, in the order in which a reader adds
 * them up.
 */
function recordOf(fields: RecordFields, parts: readonly Values[]): Values {
  return Object.fromEntries(
    Object.entries(fields).map(([name, { op, type }]) => {
      const values = parts.map((part) => part[name]);
      if (type === "u64") {
        const sum = values.reduce<bigint>((all, value) => all + (value as bigint), 0n);
        return [name, BigInt.asUintN(64, sum)];
      }
      return [name, numberOf(op, values as number[])];
    }),
  );
}

function numberOf(op: string, values: readonly number[]): number {
  switch (op) {
    case "min":
      return Math.min(...values);
    case "max":
      return Math.max(...values);
    case "bitOr":
      return values.reduce((all, value) => (all | value) >>> 0, 0);
    default:
      return values.reduce((all, value) => all + value, 0);
  }
}

/** Fails unless the parts of a row add up to its value. */
function assertAddsUp(name: keyof typeof kinds.metrics, row: SeriesSnapshot<unknown>): void {
  const definition = kinds.metrics[name];
  const parts = row.perThread!.map(({ value }) => value);
  const message = () =>
    `${name}: ${
      JSON.stringify([row.value, parts], (_, part) => typeof part === "bigint" ? `${part}` : part)
    }`;
  switch (definition.kind) {
    case "counter":
      assert(row.value === numberOf("sum", parts as number[]), message());
      break;
    case "gauge":
      if (definition.aggregate === "latest") {
        assert(parts.length === 0 ? row.value === 0 : parts.includes(row.value), message());
      } else {
        assert(row.value === numberOf(definition.aggregate, parts as number[]), message());
      }
      break;
    case "record":
      assertEquals(row.value, recordOf(definition.fields, parts as Values[]), message());
      break;
    case "histogram": {
      const value = row.value as HistogramValue;
      const values = parts as HistogramValue[];
      const merged = values.length === 0
        ? undefined
        : values.reduce((all, part) => all.merge(part));
      assert(value.count === (merged?.count ?? 0), message());
      if (merged === undefined) break;
      assertEquals([value.sum, value.min, value.max, value.clamped], [
        numberOf("sum", values.map(({ sum }) => sum)),
        merged.min,
        merged.max,
        merged.clamped,
      ]);
      assertEquals(value.bins, merged.bins, message());
    }
  }
}

function assertAllAddUp(stats: ThreadStats<typeof kinds.metrics>): number {
  let rows = 0;
  for (const [name, { series }] of Object.entries(stats.snapshot({ perThread: true }).metrics)) {
    for (const row of series as readonly SeriesSnapshot<unknown>[]) {
      assertAddsUp(name as keyof typeof kinds.metrics, row);
      rows += row.perThread!.length;
    }
  }
  return rows;
}

describe("ThreadStats.snapshot({ perThread: true })", () => {
  it("has rows whose parts add up to their values, while threads change all kinds", async () => {
    const stats = createKinds();
    const url = new URL("./workers/parts.ts", import.meta.url);
    const workers = await Promise.all(
      Array.from(
        { length: WORKERS },
        (_, n) => startWorker(url, { handle: stats.handle, name: `worker-${n}` }),
      ),
    );
    try {
      const work = workers.map((worker) => worker.call<number>("change"));
      let parts = 0;
      for (let n = 0; n < SNAPSHOTS; n++) {
        parts += assertAllAddUp(stats);
        // Rows of cleared buckets, too.
        if (n % 10 === 0) {
          stats.metrics.hits.clear();
          stats.metrics.took.clear({ route: "/" });
        }
        if (n % 20 === 0) await breathe();
      }
      assert(parts > SNAPSHOTS * WORKERS);
      for (const worker of workers) worker.requestStop();
      await Promise.all(work);
      assertAllAddUp(stats);
    } finally {
      await Promise.all(workers.map((worker) => worker[Symbol.asyncDispose]()));
    }
  });

  it("has them after threads have ended, and been taken over, too", () => {
    const stats = createKinds();
    for (let n = 0; n < 5; n++) {
      const thread = stats.registerThread(`thread-${n % 3}`);
      thread.metrics.jobs.set(n);
      thread.metrics.hits.add(0.1);
      thread.metrics.latest.set(n);
      thread.metrics.size.record(n * 0.1);
      thread.metrics.flow.labels({ source: "s" }).update({ way: 0.1, bytes: 2n ** 63n });
      assertAllAddUp(stats);
      if (n % 2 === 0) thread.unregister();
      assertAllAddUp(stats);
    }
  });
});
