/**
 * Random operations of several threads (in one), held equal to plain maps.
 *
 * @module
 */
import { assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  bitOr,
  counter,
  type CounterWriter,
  defineSchema,
  max,
  min,
  record,
  type RecordBucketWriter,
  type RecordBurst,
  type RecordValue,
  StaleThreadError,
  sum,
  type Thread,
  ThreadStats,
} from "../../mod.ts";
import { type Random, withSeeds } from "./random.ts";

const fields = { n: sum(), u: sum("u64"), low: min(), high: max(), bits: bitOr() } as const;
type Value = {
  -readonly [Name in keyof RecordValue<typeof fields>]: RecordValue<typeof fields>[Name];
};
type Delta = { n?: number; u?: number | bigint; low?: number; high?: number; bits?: number };

const MAX_SERIES = 6;
const MAX_THREADS = 5;
const schema = defineSchema({
  hits: counter(),
  requests: counter({ labels: ["x", "y"], maxSeries: MAX_SERIES }),
  flow: record(fields, { labels: ["x", "y"], maxSeries: MAX_SERIES }),
  cell: record(fields),
});
type Stats = ThreadStats<typeof schema.metrics>;
type Labels = { x: string; y: string };

const nothing = (): Value => ({ n: 0, u: 0n, low: Infinity, high: -Infinity, bits: 0 });

function mergeInto(value: Value, delta: Delta): void {
  if (delta.n !== undefined) value.n += delta.n;
  if (delta.u !== undefined) value.u = BigInt.asUintN(64, value.u + BigInt(delta.u));
  if (delta.low !== undefined) value.low = Math.min(value.low, delta.low);
  if (delta.high !== undefined) value.high = Math.max(value.high, delta.high);
  if (delta.bits !== undefined) value.bits = (value.bits | delta.bits) >>> 0;
}

/** A bucket as it should be: what each slot's owners have counted since the last clear. */
interface Bucket<Part> {
  labels: Record<string, string>;
  parts: Map<number, Part>;
}

/** The buckets of one metric as they should be. */
class Reference<Part> {
  readonly buckets = new Map<number, Bucket<Part>>();
  overflowed = 0;
  readonly #limit: number;

  constructor(limit = Infinity) {
    this.#limit = limit;
  }

  find(labels: Labels): number | undefined {
    for (const [id, bucket] of this.buckets) {
      if (bucket.labels.x === labels.x && bucket.labels.y === labels.y) return id;
    }
    return undefined;
  }

  overflow(): number | undefined {
    for (const [id, bucket] of this.buckets) if ("otel_metric_overflow" in bucket.labels) return id;
    return undefined;
  }

  /** The bucket's id, or `undefined` when there is no room. */
  create(labels: Record<string, string>): number | undefined {
    let id = 0;
    while (this.buckets.has(id)) id++;
    if (id >= this.#limit && !("otel_metric_overflow" in labels)) return undefined;
    this.buckets.set(id, { labels, parts: new Map() });
    return id;
  }

  intern(labels: Labels): number {
    return this.find(labels) ?? this.create(labels) ?? this.overflow() ??
      this.create({ otel_metric_overflow: "true" })!;
  }

  /** `empty()` and the parts of all slots in their order. */
  parts(id: number): [number, Part][] {
    return [...this.buckets.get(id)!.parts].sort(([a], [b]) => a - b);
  }

  ids(): number[] {
    return [...this.buckets.keys()].sort((a, b) => a - b);
  }
}

interface Slot {
  name: string;
  state: "active" | "retired" | "revoked";
}

/** A registered thread, and the children that it keeps: with the bucket's life that they are for. */
interface Member {
  stats: Stats;
  thread: Thread<typeof schema.metrics>;
  counters: { child: CounterWriter; bucket: Bucket<number> }[];
  records: { child: RecordBucketWriter<typeof fields>; bucket: Bucket<Value> }[];
  bursts: Partial<Record<"flow" | "cell", OpenBurst>>;
}

interface OpenBurst {
  burst: RecordBurst<typeof fields>;
  bucket: Bucket<Value>;
  /** Replaced by each clear: so one that began before is told. */
  parts: Map<number, Value>;
  value: Value;
}

class Simulation {
  readonly #random: Random;
  readonly #stats: Stats = ThreadStats.create(schema, { maxThreads: MAX_THREADS });
  readonly #slots: Slot[] = [];
  readonly #hits: Bucket<number> = { labels: {}, parts: new Map() };
  readonly #requests = new Reference<number>(MAX_SERIES);
  readonly #flow = new Reference<Value>(MAX_SERIES);
  readonly #cell = new Reference<Value>();
  #members: Member[] = [];

  constructor(random: Random) {
    this.#random = random;
  }

  step(): void {
    const random = this.#random;
    const member = this.#members.length === 0 ? undefined : random.pick(this.#members);
    switch (random.below(16)) {
      case 0:
        return this.#register();
      case 1:
        return random.below(3) === 0 ? this.#end() : undefined;
      case 2:
        return this.#create();
      case 3:
        return random.below(2) === 0 ? this.#destroy() : this.#clear();
      case 4:
      case 5:
      case 6:
        return member && this.#count(member);
      case 7:
      case 8:
        return member && this.#countLabelled(member);
      case 9:
        return member && this.#countKept(member);
      case 10:
      case 11:
      case 12:
        return member && this.#update(member);
      case 13:
        return member && this.#updateKept(member);
      default:
        return member && this.#burst(member);
    }
  }

  /** Compares all that readers see, as one thread sees it. */
  check(): void {
    const stats = this.#anyStats();
    const { metrics } = stats;
    assertEquals(
      stats.threads(),
      this.#slots.map(({ name, state }, slot) => ({ slot, name, state })),
    );
    const counts = (parts: [number, number][]) => parts.reduce((sum, [, n]) => sum + n, 0);
    const values = (parts: [number, Value][]) => {
      const total = nothing();
      for (const [, part] of parts) mergeInto(total, part);
      return total;
    };
    const named = <Part>(parts: [number, Part][]) =>
      parts.map(([slot, value]) => ({ thread: this.#slots[slot].name, slot, value }));
    const hits = [...this.#hits.parts].sort(([a], [b]) => a - b);
    assertEquals(metrics.hits.read(), counts(hits));
    assertEquals(metrics.hits.perThread(), named(hits));

    assertEquals(metrics.requests.ids(), this.#requests.ids());
    assertEquals(
      metrics.requests.series() as unknown[],
      this.#requests.ids().map((id) => ({
        id,
        labels: this.#requests.buckets.get(id)!.labels,
        value: counts(this.#requests.parts(id)),
      })),
    );
    for (const id of this.#requests.ids()) {
      assertEquals(metrics.requests.perThread(id), named(this.#requests.parts(id)));
    }
    assertEquals(metrics.requests.overflowed(), this.#requests.overflowed);
    assertEquals(metrics.flow.overflowed(), this.#flow.overflowed);

    for (const [name, reference] of [["flow", this.#flow], ["cell", this.#cell]] as const) {
      const reader = metrics[name];
      assertEquals(reader.ids(), reference.ids());
      assertEquals(
        reader.series() as unknown[],
        reference.ids().map((id) => ({
          id,
          labels: reference.buckets.get(id)!.labels,
          value: values(reference.parts(id)),
        })),
      );
      for (const id of reference.ids()) {
        assertEquals(reader.perThread(id), named(reference.parts(id)));
      }
    }
    const labels = this.#labels();
    const id = this.#flow.find(labels);
    assertEquals(
      metrics.flow.read(labels),
      id === undefined ? nothing() : values(this.#flow.parts(id)),
    );
  }

  #anyStats(): Stats {
    return this.#random.pick([this.#stats, ...this.#members.map(({ stats }) => stats)]);
  }

  #labels(): Labels {
    return { x: this.#random.pick(["a", "b", ""]), y: this.#random.pick(["a", "b", "\ufffd"]) };
  }

  #delta(): Delta {
    const random = this.#random;
    const delta: Delta = {};
    if (random.below(2) === 0) delta.n = random.below(100) - 50;
    if (random.below(2) === 0) {
      delta.u = random.pick([1, -1, 2 ** 33 + 1, 2n ** 63n, -(2n ** 40n), random.below(1e9)]);
    }
    if (random.below(2) === 0) delta.low = random.below(1000);
    if (random.below(2) === 0) delta.high = random.below(1000);
    if (random.below(2) === 0) delta.bits = 1 << random.below(32);
    return delta;
  }

  #register(): void {
    const random = this.#random;
    const name = random.below(4) === 0 ? undefined : random.pick(["p", "q", "r"]);
    const isFree = ({ state }: Slot) => state === "retired";
    let slot = this.#slots.findIndex((slot) => isFree(slot) && slot.name === name);
    if (slot < 0) slot = this.#slots.findIndex(isFree);
    if (slot < 0) slot = this.#slots.length;
    const stats = random.below(3) === 0
      ? this.#anyStats()
      : ThreadStats.attach(schema, structuredClone(this.#stats.handle));
    if (slot >= MAX_THREADS) {
      assertThrows(() => stats.registerThread(name), RangeError);
      return;
    }
    const thread = stats.registerThread(name);
    assertEquals(thread.slot, slot);
    this.#slots[slot] = { name: name ?? `thread-${slot}`, state: "active" };
    this.#members.push({ stats, thread, counters: [], records: [], bursts: {} });
  }

  #end(): void {
    if (this.#members.length === 0) return;
    const member = this.#random.pick(this.#members);
    this.#members = this.#members.filter((other) => other !== member);
    member.thread.unregister();
    this.#slots[member.thread.slot].state = "retired";
    assertThrows(() => member.thread.metrics.hits.add(), StaleThreadError);
    for (const open of Object.values(member.bursts)) {
      assertThrows(() => open.burst.commit(), StaleThreadError);
    }
    for (const { child } of member.counters) assertThrows(() => child.add(), StaleThreadError);
    for (const { child } of member.records) assertThrows(() => child.update({}), StaleThreadError);
  }

  #create(): void {
    const { metrics } = this.#anyStats();
    switch (this.#random.below(4)) {
      case 0:
        assertEquals(metrics.cell.create(), this.#cell.create({}));
        break;
      case 1: {
        const id = this.#flow.create({});
        if (id === undefined) assertThrows(() => metrics.flow.create(), RangeError);
        else assertEquals(metrics.flow.create(), id);
        break;
      }
      case 2: {
        const labels = this.#labels();
        assertEquals(metrics.flow.id(labels), this.#flow.intern(labels));
        break;
      }
      default: {
        const labels = this.#labels();
        assertEquals(metrics.requests.id(labels), this.#requests.intern(labels));
      }
    }
  }

  #target(): ["requests" | "flow" | "cell", Reference<unknown>] {
    const name = this.#random.pick(["requests", "flow", "cell"] as const);
    return [name, { requests: this.#requests, flow: this.#flow, cell: this.#cell }[name]];
  }

  #destroy(): void {
    const [name, reference] = this.#target();
    const { metrics } = this.#anyStats();
    if (reference.buckets.size === 0) return;
    const id = this.#random.pick(reference.ids());
    const { labels } = reference.buckets.get(id)!;
    if ("x" in labels && this.#random.below(2) === 0) {
      metrics.flow.destroy.call(metrics[name], labels as Labels);
    } else metrics[name].destroy(id);
    reference.buckets.delete(id);
    assertThrows(() => metrics[name].read(id), RangeError);
  }

  #clear(): void {
    const { metrics } = this.#anyStats();
    if (this.#random.below(5) === 0) {
      metrics.hits.clear();
      this.#hits.parts = new Map();
      return;
    }
    const [name, reference] = this.#target();
    if (reference.buckets.size === 0) return;
    const id = this.#random.pick(reference.ids());
    metrics[name].clear(id);
    reference.buckets.get(id)!.parts = new Map();
  }

  #count({ thread }: Member): void {
    const n = this.#random.below(1000);
    thread.metrics.hits.add(n);
    add(this.#hits, thread.slot, n);
  }

  #countLabelled(member: Member): void {
    const labels = this.#labels();
    const id = this.#requests.intern(labels);
    const bucket = this.#requests.buckets.get(id)!;
    const child = member.thread.metrics.requests.labels(labels);
    const n = this.#random.below(1000);
    child.add(n);
    add(bucket, member.thread.slot, n);
    if ("otel_metric_overflow" in bucket.labels) this.#requests.overflowed++;
    if (this.#random.below(3) === 0) member.counters.push({ child, bucket });
  }

  #countKept(member: Member): void {
    if (member.counters.length === 0) return;
    const { child, bucket } = this.#random.pick(member.counters);
    if (![...this.#requests.buckets.values()].includes(bucket)) {
      assertThrows(() => child.add(5), RangeError);
      return;
    }
    child.add(5);
    add(bucket, member.thread.slot, 5);
    if ("otel_metric_overflow" in bucket.labels) this.#requests.overflowed++;
  }

  #update(member: Member): void {
    const random = this.#random;
    const { metrics, slot } = member.thread;
    const delta = this.#delta();
    const name = random.pick(["flow", "cell"] as const);
    if (name === "flow" && random.below(2) === 0) {
      const labels = this.#labels();
      const bucket = this.#flow.buckets.get(this.#flow.intern(labels))!;
      const child = metrics.flow.labels(labels);
      if (random.below(3) === 0) member.records.push({ child, bucket });
      if (member.bursts.flow !== undefined) {
        assertThrows(() => child.update(delta), TypeError);
      } else {
        child.update(delta);
        this.#commit("flow", bucket, slot, delta);
      }
      return;
    }
    const reference = name === "flow" ? this.#flow : this.#cell;
    const id = random.below(reference.buckets.size + 1);
    const bucket = reference.buckets.get(id);
    const update = () => metrics[name].update(id, delta);
    if (member.bursts[name] !== undefined) assertThrows(update, TypeError);
    else if (bucket === undefined) assertThrows(update, RangeError);
    else {
      update();
      this.#commit(name, bucket, slot, delta);
    }
  }

  #updateKept(member: Member): void {
    if (member.records.length === 0) return;
    const { child, bucket } = this.#random.pick(member.records);
    const delta = this.#delta();
    if (member.bursts.flow !== undefined) {
      assertThrows(() => child.update(delta), TypeError);
    } else if (![...this.#flow.buckets.values()].includes(bucket)) {
      assertThrows(() => child.update(delta), RangeError);
      assertThrows(() => child.begin(), RangeError);
    } else {
      child.update(delta);
      this.#commit("flow", bucket, member.thread.slot, delta);
    }
  }

  #commit(name: "flow" | "cell", bucket: Bucket<Value>, slot: number, delta: Delta): void {
    const part = bucket.parts.get(slot) ?? nothing();
    mergeInto(part, delta);
    bucket.parts.set(slot, part);
    if (name === "flow" && "otel_metric_overflow" in bucket.labels) this.#flow.overflowed++;
  }

  /** Begins a burst, or goes on with the one that is open. */
  #burst(member: Member): void {
    const random = this.#random;
    const { metrics, slot } = member.thread;
    const name = random.pick(["flow", "cell"] as const);
    const reference = name === "flow" ? this.#flow : this.#cell;
    const open = member.bursts[name];
    if (open === undefined) {
      if (reference.buckets.size === 0) return;
      const id = random.pick(reference.ids());
      const bucket = reference.buckets.get(id)!;
      const { parts } = bucket;
      const burst = metrics[name].begin(id);
      const value = { ...(parts.get(slot) ?? nothing()) };
      const { n, u, low, high, bits } = burst;
      assertEquals({ n, u, low, high, bits }, value);
      member.bursts[name] = { burst, bucket, parts, value };
      return;
    }
    const { burst, bucket, parts, value } = open;
    switch (random.below(5)) {
      case 0: {
        const delta = this.#delta();
        burst.merge(delta);
        mergeInto(value, delta);
        return;
      }
      case 1:
        value.n = burst.n = random.below(1000);
        value.bits = burst.bits &= ~1;
        value.bits >>>= 0;
        value.u = BigInt.asUintN(64, value.u - 7n);
        burst.u -= 7n;
        return;
      case 2:
        burst.discard();
        break;
      default:
        burst.commit();
        // Of the epoch in which it began, or of none; whoever has it, the bucket of the overflow series counts it.
        if (reference.buckets.get(burst.id) === bucket && bucket.parts === parts) {
          parts.set(slot, value);
        }
        if (name === "flow" && "otel_metric_overflow" in bucket.labels) this.#flow.overflowed++;
    }
    member.bursts[name] = undefined;
    delete member.bursts[name];
  }
}

function add({ parts }: Bucket<number>, slot: number, n: number): void {
  parts.set(slot, (parts.get(slot) ?? 0) + n);
}

describe("random operations", () => {
  it("are held equal to plain maps", () => {
    withSeeds(40, (random) => {
      const simulation = new Simulation(random);
      for (let step = 0; step < 800; step++) {
        simulation.step();
        if (step % 5 === 0) simulation.check();
      }
      simulation.check();
    });
  });
});
