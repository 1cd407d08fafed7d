/**
 * In which registry a metric is published, and under which key all threads know that registry.
 *
 * A metric has one home: the first registry that got it, and when it has left that one, another of
 * its own registries that still has it. Without a home it counts in its thread alone.
 *
 * A registry's key is the name of its first metric, so that threads need not make their registries
 * in the same order. A second living registry with that first metric is `NAME 1`. A registry that
 * has become empty, or was collected as garbage, gives its key back.
 *
 * @module
 */
import { collectSoon, listenForReaders } from "./collecting.ts";
import { setWhenFound } from "./memory.ts";
import { type AnyCore, collectIn, coreOf } from "./metric_access.ts";
import { Readings } from "./readings.ts";
import type { AnyMetric } from "./types.ts";

/** The part of a registry that is used here. */
export interface Home {
  getMetricsAsArray(): AnyMetric[];
  getSingleMetric(name: string): unknown;
}

/** The key of the registry that is the same in all threads. */
const GLOBAL = "";

const registries = new Map<string, WeakRef<Home>>();
const keys = new WeakMap<Home, string>();
const homes = new WeakMap<object, Home>();
/** Takes metrics back that were collected as garbage. */
const abandoned = new FinalizationRegistry<{ end(): void }>((publication) => publication.end());

/** Gives keys of registries back that were collected as garbage. */
const abandonedKeys = new FinalizationRegistry<string>((key) => {
  if (registries.get(key)?.deref() === undefined) registries.delete(key);
});

/** Makes a registry the one that is the same in all threads. */
export function nameGlobal(registry: Home): void {
  registries.set(GLOBAL, new WeakRef(registry));
  keys.set(registry, GLOBAL);
}

/** The key of a registry; `undefined` before its first metric. */
export function keyOf(registry: Home): string | undefined {
  return keys.get(registry);
}

/** Publishes a metric that a registry has got, unless it has a home. */
export function settle(metric: AnyMetric, registry: Home): void {
  const core = coreOf(metric);
  if (core === undefined || homes.has(metric)) return;
  homes.set(metric, registry);
  publish(metric, core, registry);
}

/** Takes a metric back that has left a registry, unless it finds another home. */
export function leave(metric: AnyMetric, registry: Home): void {
  if (homes.get(metric) !== registry) return;
  const { registers = [], name } = metric;
  const other = (registers as readonly Partial<Home>[]).find((each) =>
    each !== registry && each.getSingleMetric?.(String(name)) === metric
  );
  if (other !== undefined) {
    homes.set(metric, other as Home);
    return;
  }
  homes.delete(metric);
  coreOf(metric)?.withdraw();
  const key = keys.get(registry);
  if (key === undefined || key === GLOBAL || registry.getMetricsAsArray().length > 0) return;
  registries.delete(key);
  keys.delete(registry);
}

function publish(metric: AnyMetric, core: AnyCore, registry: Home): void {
  const isFirst = registry.getMetricsAsArray().length === 1;
  const key = keyFor(registry, core.name);
  core.publish(key);
  if (core.publication === undefined) return;
  abandoned.register(metric, core.publication);
  listenForReaders(collectFor);
  if (isFirst && Readings.take() !== undefined) collectSoon(key);
}

function keyFor(registry: Home, first: string): string {
  let key = keys.get(registry);
  if (key !== undefined) return key;
  key = first;
  for (let n = 1; registries.get(key)?.deref() !== undefined; n++) key = `${first} ${n}`;
  registries.set(key, new WeakRef(registry));
  keys.set(registry, key);
  abandonedKeys.register(registry, key);
  return key;
}

/** Runs this thread's `collect` functions of the registry with a key. */
async function collectFor(key: string): Promise<void> {
  const metrics = registries.get(key)?.deref()?.getMetricsAsArray() ?? [];
  await Promise.all(metrics.map((metric) => collectIn(metric)));
}

setWhenFound(() => {
  // A copy: publishing gives registries keys.
  for (const reference of [...registries.values()]) {
    const registry = reference.deref();
    for (const metric of registry?.getMetricsAsArray() ?? []) {
      const core = coreOf(metric);
      if (core !== undefined && homes.get(metric) === registry) publish(metric, core, registry!);
    }
  }
});
