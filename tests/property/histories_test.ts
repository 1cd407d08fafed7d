import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  bitOr,
  counter,
  defineSchema,
  gauge,
  histogram,
  type HistogramValue,
  max,
  min,
  record,
  type Seat,
  type Snapshot,
  StaleThreadError,
  sum,
  type Thread,
  ThreadStats,
} from "../../mod.ts";
import { type Arbitrary, fc } from "./fast_check.ts";
import { LASTING, LIVE, type Metric, type Name, NAMES, Reference, total } from "./reference.ts";

const labels = ["name"] as const;
const FINE = { lowest: 10, highest: 500, relativeError: 0.05 };
const COARSE = { boundaries: [10, 100, 500] };

const schema = defineSchema({
  hits: counter({ labels }),
  fine: histogram({ ...FINE, labels }),
  coarse: histogram({ ...COARSE, labels }),
  flow: record({
    count: sum(),
    bytes: sum("u64"),
    low: min(),
    high: max(),
    flags: bitOr(),
  }, {
    labels,
  }),
  sum: gauge({ labels }),
  least: gauge({ aggregate: "min", labels }),
  most: gauge({ aggregate: "max", labels }),
  latest: gauge({ aggregate: "latest", labels }),
});
type Metrics = typeof schema.metrics;

const METRICS: readonly Metric[] = [...LASTING, ...LIVE];
const THREADS = 4;

/** One step of a history. */
type Step =
  | {
    step: "count";
    thread: number;
    metric: Metric;
    name: Name;
    value: number;
    how: number;
  }
  | { step: "clear" | "destroy"; metric: Metric; name: Name }
  | {
    step: "end";
    thread: number;
    how: "unregister" | "revoke" | "revoke stopped";
  }
  | { step: "late"; pick: number }
  | { step: "snapshot" };

const metric = fc.constantFrom(...METRICS);
const name = fc.constantFrom(...NAMES);
const thread = fc.nat(THREADS - 1);
const anyStep: Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      step: fc.constant("count" as const),
      thread,
      metric,
      name,
      value: fc.nat(1000),
      how: fc.nat(3),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      step: fc.constantFrom("clear" as const, "destroy" as const),
      metric,
      name,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      step: fc.constant("end" as const),
      thread,
      how: fc.constantFrom(
        "unregister" as const,
        "revoke" as const,
        "revoke stopped" as const,
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      step: fc.constant("late" as const),
      pick: fc.nat(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ step: fc.constant("snapshot" as const) }),
  },
);

/** A registered thread with statistics of its own. */
interface Actor {
  readonly tenure: number;
  readonly seat: Seat;
  readonly thread: Thread<Metrics>;
}

/** A writer that somebody kept though it may count no more. */
type Late = () => void;

/** Runs a history on the library and on the reference. */
class Run {
  readonly #stats = ThreadStats.create(schema, {
    maxThreads: THREADS,
    quarantineSeconds: 0,
  });
  readonly #reference = new Reference();
  readonly #actors: (Actor | undefined)[] = Array(THREADS).fill(undefined);
  readonly #late: {
    update: Late;
    Class: typeof StaleThreadError | typeof RangeError;
  }[] = [];
  readonly #snapshots: {
    snapshot: Snapshot<Metrics>;
    lives: Map<string, number | undefined>;
    then: Map<string, number[]>;
  }[] = [];
  #tenures = 0;

  do(step: Step): void {
    switch (step.step) {
      case "count":
        return this.#count(step);
      case "clear":
      case "destroy":
        return this.#endBucket(step);
      case "end":
        return this.#end(step.thread, step.how);
      case "late": {
        const late = this.#late[step.pick % this.#late.length];
        if (late === undefined) return;
        let thrown: unknown;
        try {
          late.update();
        } catch (error) {
          thrown = error;
        }
        assert(thrown instanceof late.Class, `${thrown}`);
        return;
      }
      case "snapshot":
        this.#remember();
    }
  }

  #actor(index: number): Actor {
    const known = this.#actors[index];
    if (known !== undefined) return known;
    // A thread of its own is one that attaches for itself, with a seat.
    const seat = this.#stats.reserveThread(`thread ${index}`);
    const thread = ThreadStats.attach(schema, structuredClone(seat.handle))
      .registerThread();
    const actor = { tenure: ++this.#tenures, seat, thread };
    this.#reference.begin(actor.tenure);
    return this.#actors[index] = actor;
  }

  #count({ thread, metric, name, value, how }: Step & { step: "count" }): void {
    const { tenure, thread: { metrics } } = this.#actor(thread);
    const reference = this.#reference;
    const key = { name };
    switch (metric) {
      case "hits":
        metrics.hits.labels(key).add(value);
        return reference.count(metric, name, { tenure, value });
      case "fine":
      case "coarse":
        metrics[metric].labels(key).record(value, how + 1);
        for (let n = 0; n <= how; n++) {
          reference.count(metric, name, { tenure, value });
        }
        return;
      case "flow": {
        const flow = metrics.flow.labels(key);
        const delta = {
          count: 1,
          bytes: BigInt(value),
          low: value,
          high: value,
          flags: value,
        };
        if (how === 0) {
          const burst = flow.begin();
          burst.merge(delta);
          burst.commit();
        } else flow.update(delta);
        return reference.count(metric, name, { tenure, value });
      }
      default: {
        const gauge = metrics[metric].labels(key);
        const signed = value - 500;
        if (how < 2) gauge.set(signed);
        else if (how === 2) gauge.add(signed);
        else gauge.sub(-signed);
        return reference.set(metric, name, {
          tenure,
          value: signed,
          relative: how >= 2,
        });
      }
    }
  }

  #endBucket(
    { step, metric, name }: Step & { step: "clear" | "destroy" },
  ): void {
    const reader = this.#stats.metrics[metric];
    if (!this.#reference.has(metric, name)) return;
    if (step === "destroy") {
      // Writers that were bound in this life are refused in the next.
      for (const actor of this.#actors) {
        if (actor === undefined) continue;
        const { thread: { metrics } } = actor;
        const { tenure } = actor;
        const writer = metrics[metric].labels({ name });
        const update = () => {
          if (metric === "hits") {
            (writer as ReturnType<typeof metrics.hits.labels>).add(7);
          } else if (metric === "fine" || metric === "coarse") {
            (writer as ReturnType<typeof metrics.fine.labels>).record(7);
          } else if (metric === "flow") {
            (writer as ReturnType<typeof metrics.flow.labels>).update({
              count: 7,
            });
          } else (writer as ReturnType<typeof metrics.sum.labels>).set(7);
        };
        const isOver = () => !this.#actors.some((other) => other?.tenure === tenure);
        this.#late.push({
          update,
          get Class() {
            return isOver() ? StaleThreadError : RangeError;
          },
        });
      }
      reader.destroy({ name });
    } else reader.clear({ name });
    this.#reference[step](metric, name);
  }

  #end(index: number, how: "unregister" | "revoke" | "revoke stopped"): void {
    const actor = this.#actors[index];
    if (actor === undefined) return;
    const { metrics } = actor.thread;
    if (how === "unregister") actor.thread.unregister();
    else actor.seat.revoke({ stopped: how === "revoke stopped" });
    this.#reference.end(actor.tenure);
    this.#actors[index] = undefined;
    const Class = StaleThreadError;
    this.#late.push(
      { update: () => metrics.hits.labels({ name: "a" }).add(7), Class },
      { update: () => metrics.latest.labels({ name: "a" }).set(7), Class },
      { update: () => metrics.sum.labels({ name: "b" }).set(7), Class },
      { update: () => metrics.fine.labels({ name: "b" }).record(7), Class },
    );
  }

  #remember(): void {
    const snapshot = this.#stats.snapshot();
    const [lives, then] = [
      new Map<string, number | undefined>(),
      new Map<string, number[]>(),
    ];
    for (const metric of LASTING) {
      for (const name of NAMES) {
        lives.set(`${metric} ${name}`, this.#reference.life(metric, name));
        then.set(`${metric} ${name}`, this.#reference.values(metric, name));
      }
    }
    this.#snapshots.push({ snapshot, lives, then });
  }

  /** Fails unless everything reads as the reference says. */
  check(): void {
    const { metrics } = this.#stats;
    for (const name of NAMES) {
      const key = { name };
      const values = (metric: Metric) => this.#reference.values(metric, name);
      assertEquals(metrics.hits.read(key), total(values("hits")));
      assertHistogram(metrics.fine.read(key), values("fine"));
      assertHistogram(metrics.coarse.read(key), values("coarse"));
      assertEquals(metrics.flow.read(key), flowOf(values("flow")));
      for (const metric of LIVE) {
        assertEquals(
          metrics[metric].read(key),
          this.#reference.gauge(metric, name),
          metric,
        );
      }
    }
  }

  /** Fails unless the difference to every remembered snapshot is what came since. */
  checkSince(): void {
    const now = this.#stats.snapshot();
    for (const { snapshot, lives, then } of this.#snapshots) {
      const delta = now.since(snapshot);
      for (const metric of LASTING) {
        for (const { labels, value } of delta.metrics[metric].series) {
          const name = (labels as { name: Name }).name;
          const key = `${metric} ${name}`;
          const all = this.#reference.values(metric, name);
          const isSame = lives.get(key) === this.#reference.life(metric, name);
          const since = isSame ? all.slice(then.get(key)!.length) : all;
          if (metric === "hits") assertEquals<unknown>(value, total(since));
          else if (metric === "flow") {
            const { count, bytes } = value as ReturnType<typeof flowOf>;
            const wanted = { ...flowOf(all), ...sumsOf(since) };
            assertEquals<unknown>(
              { ...(value as object), count, bytes },
              wanted,
            );
          } else {
            const { count, sum, clamped, bins } = value as HistogramValue;
            assertEquals([count, sum, clamped], [
              since.length,
              total(since),
              outOf(metric, since),
            ]);
            assertBins(bins, metric === "fine", since);
          }
        }
      }
    }
  }
}

function sumsOf(values: readonly number[]): { count: number; bytes: bigint } {
  return { count: values.length, bytes: BigInt(total(values)) };
}

function flowOf(values: readonly number[]) {
  return {
    ...sumsOf(values),
    low: Math.min(...values),
    high: Math.max(...values),
    flags: values.reduce((flags, value) => flags | value, 0),
  };
}

function outOf(metric: "fine" | "coarse", values: readonly number[]): number {
  if (metric === "coarse") return 0;
  return values.filter((value) => value < FINE.lowest || value > FINE.highest)
    .length;
}

function assertHistogram(
  value: HistogramValue,
  values: readonly number[],
): void {
  const isFine = "lowest" in value.scale;
  const { count, sum, min, max, clamped, bins } = value;
  assertEquals({ count, sum, min, max, clamped }, {
    count: values.length,
    sum: total(values),
    min: values.length === 0 ? NaN : Math.min(...values),
    max: values.length === 0 ? NaN : Math.max(...values),
    clamped: outOf(isFine ? "fine" : "coarse", values),
  });
  assertBins(bins, isFine, values);
}

/** Up to each bin's upper bound there are as many values as there should be. */
function assertBins(
  bins: HistogramValue["bins"],
  isFine: boolean,
  values: readonly number[],
): void {
  const clamped = isFine
    ? values.map((value) => Math.min(FINE.highest, Math.max(FINE.lowest, value)))
    : values;
  let count = 0;
  for (const bin of bins) {
    count += bin.count;
    assertEquals(
      count,
      clamped.filter((value) => value <= bin.upperBound).length,
      `${bin.upperBound}`,
    );
  }
  assertEquals(count, values.length);
}

describe("every kind of metric, over random histories", () => {
  it("equals a plain reference after every step", () => {
    fc.assert(
      fc.property(
        fc.array(anyStep, { maxLength: 60, size: "max" }),
        (steps) => {
          const run = new Run();
          for (const step of steps) {
            run.do(step);
            run.check();
          }
          run.checkSince();
        },
      ),
      { numRuns: 150 },
    );
  });

  it("equals a plain reference after long histories", () => {
    fc.assert(
      fc.property(
        fc.array(anyStep, { minLength: 500, maxLength: 1500, size: "max" }),
        (steps) => {
          const run = new Run();
          for (const step of steps) run.do(step);
          run.check();
          run.checkSince();
        },
      ),
      { numRuns: 15 },
    );
  });
});
