import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { Snapshot, StaleThreadError, ThreadStats } from "../../mod.ts";
import { Arena } from "../../src/memory/arena.ts";
import { H_STARTED, SLOT_BYTES, SLOT_SINCE_F64, SLOTS_OFFSET } from "../../src/memory/layout.ts";
import { capacityOf, MANY_SHIFT } from "../../src/memory/segments.ts";
import { kindOf } from "../../src/metrics/kinds.ts";
import { columnOf } from "../../src/metrics/metric.ts";
import { CellSegments } from "../../src/threads/cell_segments.ts";
import { SlotDirectory } from "../../src/threads/slot_directory.ts";
import { scaled } from "../stress/scale.ts";
import { memoryOf } from "./damage.ts";
import { type Arbitrary, fc } from "./fast_check.ts";
import { anything } from "./hostile.ts";
import { isRefusal } from "./refusal.ts";
import { schema } from "./schema.ts";

// deno-lint-ignore no-explicit-any -- what no type allows is what these tests are about
type Any = any;

const MAX_THREADS = 6;
/** The labels of the first request. */
const GET = { method: "GET", status: "200" };

/** Statistics in which two threads have counted, and all that a program gets to hold of them. */
function world() {
  const stats = ThreadStats.create(schema, { maxThreads: MAX_THREADS });
  const thread = stats.registerThread("own");
  const witness = ThreadStats.attach(schema, stats.handle).registerThread(
    "witness",
  );
  const ids = [0, 1, 2].map(() => stats.metrics.cell.create());
  for (const { metrics } of [witness, thread]) {
    metrics.hits.add(3);
    metrics.requests.labels(GET).add(4);
    metrics.jobs.set(5);
    metrics.queue.labels({ name: "mail" }).set(6);
    metrics.latest.set(7);
    metrics.newest.labels({ name: "left" }).set(8);
    metrics.latency.record(0.5);
    metrics.took.labels({ route: "/" }).record(50);
    for (const id of ids) {
      metrics.cell.update(id, { bytes: 1, packets: 1, flags: 1 });
    }
    metrics.flow.labels({ source: "a" }).update({ bytes: 2, packets: 2 });
  }
  const { metrics } = thread;
  const bound = {
    "a labelled counter": metrics.requests.labels(GET),
    "the overflow counter": ["PUT", "HEAD", "?"]
      .map((method) => metrics.requests.labels({ ...GET, method }))[2],
    "a labelled gauge": metrics.queue.labels({ name: "mail" }),
    "a labelled latest gauge": metrics.newest.labels({ name: "left" }),
    "a labelled histogram": metrics.took.labels({ route: "/" }),
    "a labelled record": metrics.flow.labels({ source: "a" }),
  };
  const bursts = {
    "a burst": metrics.cell.begin(ids[0]),
    "a labelled burst": bound["a labelled record"].begin(),
    "a burst that is over": metrics.cell.begin(ids[1]),
  };
  bursts["a burst that is over"].discard();
  const before = stats.snapshot({ perThread: true });
  const now = stats.snapshot({ perThread: true });
  const rows = Object.fromEntries(
    Object.entries(now.metrics).map((
      [name, { series }],
    ) => [`a row of ${name}`, series[0]]),
  );
  const objects: Record<string, object> = {
    "the statistics": stats,
    "the handle": stats.handle,
    "the readers": stats.metrics,
    "a thread": thread,
    "the writers": metrics,
    "a seat": stats.reserveThread("seat"),
    "a seat's handle": stats.reserveThread("seat").handle,
    "a view": ThreadStats.inspect(stats.handle),
    "a snapshot": now,
    "a snapshot's metrics": now.metrics,
    "a metric of a snapshot": now.metrics.hits,
    "a difference": now.since(before),
    "a histogram's value": stats.metrics.latency.read(),
    "a histogram's counts": stats.metrics.latency.read().counts,
    ...rows,
    ...Object.fromEntries(
      Object.entries(stats.metrics).map(([n, it]) => [`the reader ${n}`, it]),
    ),
    ...Object.fromEntries(
      Object.entries(metrics).map(([n, it]) => [`the writer ${n}`, it]),
    ),
    ...bound,
    ...bursts,
  };
  return { stats, thread, witness, ids, bound, bursts, before, now, objects };
}

/**
 * Makes every call that a program can make. Errors must be refusals in the documented form.
 */
function useAll(
  { stats, thread, ids, bound, bursts, before, now, objects }: ReturnType<
    typeof world
  >,
): void {
  const { metrics } = thread;
  const values = objects as Record<string, Any>;
  const flow = bound["a labelled record"];
  const delta = { bytes: 5, packets: 5, first: 5, last: 5, flags: 5 };
  const uses: (() => unknown)[] = [
    () => metrics.hits.add(),
    () => metrics.requests.labels(GET).add(2),
    () => metrics.requests.labels({ ...GET, method: "POST" }).add(2),
    () => bound["a labelled counter"].add(3),
    () => bound["the overflow counter"].add(3),
    ...[
      metrics.jobs,
      metrics.latest,
      bound["a labelled gauge"],
      bound["a labelled latest gauge"],
    ]
      .flatMap((gauge) => [
        () => gauge.set(4),
        () => gauge.add(2),
        () => gauge.sub(1),
        () => gauge.scope()[Symbol.dispose](),
      ]),
    () => metrics.latency.record(0.25, 2),
    () => metrics.latency.time(),
    () => bound["a labelled histogram"].record(500),
    ...Object.values(bursts).flatMap((burst) => [
      () => burst.id,
      () => burst.bytes,
      () => burst.flags,
      () => burst.packets += 1,
      () => burst.merge(delta),
      () => burst.commit(),
      () => burst.discard(),
      () => burst[Symbol.dispose](),
    ]),
    ...ids.map((id) => () => metrics.cell.update(id, delta)),
    () => flow.id,
    () => flow.update(delta),
    () => metrics.flow.update(flow.id, delta),
    () => metrics.flow.labels({ source: "b" }).update(delta),
    () => {
      const burst = flow.begin();
      burst.flags |= 8;
      burst.commit();
    },
    ...Object.keys(stats.metrics).flatMap((name) => {
      const reader = (stats.metrics as Any)[name];
      return [
        () => reader.read(0),
        () => reader.perThread(0),
        () => reader.series?.(),
        () => reader.ids?.(),
        () => reader.overflowed?.(),
      ];
    }),
    () =>
      stats.metrics.cell.aggregate(
        ids[0],
        0,
        (all, { packets }) => all + packets,
      ),
    () => stats.metrics.cell.clear(ids[1]),
    () => stats.metrics.cell.destroy(ids[1]),
    () => assertEquals(stats.metrics.cell.create(), ids[1]),
    () => stats.metrics.flow.destroy({ source: "b" }),
    () => stats.metrics.flow.id({ source: "c" }),
    () => stats.metrics.hits.clear(),
    () => metrics.hits.add(),
    () => stats.threads(),
    () => stats.snapshot({ perThread: true }).since(before),
    () => now.since(before),
    () => values["a difference"].since(before),
    () => before.since(now),
    () => new Snapshot(structuredClone({ ...now })),
    ...["quantile", "merge", "since", "cumulative"].map((name) => () => {
      const value = values["a histogram's value"];
      return value[name](
        name === "quantile" ? 0.5 : name === "cumulative" ? [1] : value,
      );
    }),
    () => values["a histogram's value"].bins,
    () => values["a view"].snapshot(),
    () =>
      ThreadStats.attach(schema, values["a seat's handle"]).registerThread()
        .unregister(),
    () => values["a seat"].revoke({ stopped: true }),
    () =>
      ThreadStats.attach(schema, stats.handle).registerThread("another").metrics
        .hits.add(9),
    () => thread.unregister(),
    () => metrics.hits.add(),
    () => metrics.cell.begin(ids[2]),
  ];
  for (const use of uses) {
    try {
      use();
    } catch (error) {
      if (!isRefusal(error) && !(error instanceof StaleThreadError)) {
        throw error;
      }
    }
  }
}

/**
 * A copy of the memory without the times in it, and without the thread's own records if these may
 * differ.
 */
function imageOf(stats: ThreadStats<Any>, withRecords: boolean): Uint32Array {
  const image = new Uint32Array(memoryOf(stats.handle)).slice();
  // Times differ from run to run.
  image.fill(0, 2 * H_STARTED, 2 * H_STARTED + 2);
  for (let slot = 0; slot < stats.threads().length; slot++) {
    const since = (SLOTS_OFFSET + slot * SLOT_BYTES) / 4 + 2 * SLOT_SINCE_F64;
    image.fill(0, since, since + 2);
  }
  if (withRecords) return image;
  const arena = new Arena(stats.handle);
  const definitions = Object.values(schema.metrics);
  const slots = new SlotDirectory(arena, MAX_THREADS, 60);
  const cells = new CellSegments(arena, slots);
  for (const [metric, definition] of definitions.entries()) {
    if (definition.kind !== "record") continue;
    const start = cells.locate(0, { column: columnOf(metric), shift: MANY_SHIFT }, 0);
    const bytes = kindOf(definition).bytes(capacityOf(0, MANY_SHIFT));
    image.fill(0, start / 4, (start + bytes) / 4);
  }
  return image;
}

const [wanted, wantedElsewhere] = [true, false].map((withRecords) => {
  const untouched = world();
  useAll(untouched);
  return imageOf(untouched.stats, withRecords);
});

/** All names that a program can find on an object: its own and those that it inherits. */
function keysOf(object: object): PropertyKey[] {
  const keys = new Set<PropertyKey>();
  for (
    let part: object | null = object;
    part !== null;
    part = Object.getPrototypeOf(part)
  ) {
    for (const key of Reflect.ownKeys(part)) keys.add(key);
  }
  return [...keys];
}

/** Who holds a burst may give it another prototype; then it is a burst no more. */
function isProperty(name: string, key: PropertyKey): boolean {
  return key !== "__proto__" || !name.includes("burst");
}

/** Assigns in each way there is, also to what the object inherits from the library. */
function assign(object: object, key: PropertyKey, value: unknown): void {
  const targets: object[] = [object];
  const prototype: object | null = Object.getPrototypeOf(object);
  const isOurs = prototype !== null && Object.isFrozen(prototype);
  if (isOurs) targets.push(prototype);
  for (const target of targets) {
    for (
      const way of [
        () => (target as Any)[key] = value,
        () => Object.assign(target, { [key]: value }),
        () => Reflect.set(target, key, value),
        () => delete (target as Any)[key],
      ]
    ) {
      try {
        way();
      } catch (error) {
        assert(
          error instanceof TypeError || error instanceof RangeError,
          `${error}`,
        );
      }
    }
  }
}

const NASTY: readonly unknown[] = [
  ...[
    0,
    1,
    -1,
    7,
    63,
    64,
    1e3,
    2 ** 31,
    -(2 ** 31),
    2 ** 32,
    2 ** 53,
    0.5,
    NaN,
    Infinity,
    -0,
  ],
  ...[
    "",
    "0",
    "packet-17",
    "__proto__",
    null,
    undefined,
    true,
    1n,
    -1n,
    2n ** 64n,
  ],
  ...[
    Symbol("s"),
    [],
    [0],
    {},
    Object.create(null),
    () => 0,
    new Int32Array(8),
    new Map(),
  ],
];

const anyNasty: Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(...NASTY),
  fc.integer(),
  fc.double(),
  anything,
);

function check(all: ReturnType<typeof world>, isBurst: boolean): void {
  useAll(all);
  const image = imageOf(all.stats, !isBurst);
  const expected = isBurst ? wantedElsewhere : wanted;
  assertEquals(image.length, expected.length);
  const at = image.findIndex((word, n) => word !== expected[n]);
  assertEquals(at, -1, `word ${at} of the memory is another`);
}

describe("properties of public objects", () => {
  const names = Object.keys(world().objects);

  it("lead no write elsewhere, whatever is assigned to one of them", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...names),
        fc.nat(),
        anyNasty,
        (name, which, value) => {
          const all = world();
          const keys = keysOf(all.objects[name]).filter((key) => isProperty(name, key));
          if (keys.length === 0) return;
          assign(all.objects[name], keys[which % keys.length], value);
          check(all, name.includes("burst"));
        },
      ),
      { numRuns: scaled(400) },
    );
  });

  for (const group of ["burst", "row", ""]) {
    const members = names.filter((name) =>
      group === "" ? !/burst|row/.test(name) : name.includes(group)
    );
    it(`lead no write elsewhere, whatever is assigned to all ${group === "" ? "others" : `of a ${group}`}`, () => {
      for (const value of NASTY) {
        const all = world();
        for (const name of members) {
          for (const key of keysOf(all.objects[name])) {
            if (isProperty(name, key)) assign(all.objects[name], key, value);
          }
        }
        check(all, group === "burst");
      }
    });
  }

  it("are none but those that are documented", () => {
    const { thread, objects, bursts } = world();
    for (const [name, object] of Object.entries(objects)) {
      if (!/writer |burst|labelled|overflow/.test(name)) continue;
      // `labels` of writers by labels is a function of each object, which nobody can replace.
      const { writable, configurable } = Object.getOwnPropertyDescriptor(object, "labels") ?? {};
      const fixed = writable === false && configurable === false ? ["labels"] : [];
      assertEquals(Reflect.ownKeys(object), fixed, name);
      for (
        let part = Object.getPrototypeOf(object);
        part !== Object.prototype;
      ) {
        assert(Object.isFrozen(part), name);
        part = Object.getPrototypeOf(part);
      }
    }
    assertEquals(Reflect.ownKeys(thread), ["slot", "name", "metrics"]);
    for (const burst of Object.values(bursts)) {
      assertEquals(Object.keys(JSON.parse(JSON.stringify(burst))), [
        "type",
        "metric",
        "id",
        "isOpen",
      ]);
    }
  });
});
