/**
 * What registries reach in the metrics of this library, which know registries themselves.
 *
 * @module
 */
import type { Core } from "./core.ts";
import type { Readings } from "./readings.ts";
import type { AnyMetric, MetricObjectWithValues } from "./types.ts";

// deno-lint-ignore no-explicit-any -- of any kind
export type AnyCore = Core<any, any>;

const cores = new WeakMap<object, AnyCore>();
/** The `get` of metrics whose class has none of its own. */
let commonGet: unknown;

/** Called once by the base class of metrics. */
export function setCommonGet(get: unknown): void {
  commonGet = get;
}

/** Notes the series of a metric. */
export function setCore(metric: object, core: AnyCore): void {
  cores.set(metric, core);
}

/** The series of a metric; `undefined` if it is none of this library. */
export function coreOf(metric: object): AnyCore | undefined {
  return cores.get(metric);
}

/** The series of a metric that is read as this library reads it: without a `get` of its own. */
export function readCore(metric: AnyMetric): AnyCore | undefined {
  return metric.get === commonGet ? cores.get(metric) : undefined;
}

/** A metric of this library as an object. */
export function readObject(core: AnyCore, readings: Readings | undefined): MetricObjectWithValues {
  const { name, definition: { help, type, aggregator } } = core;
  const values = core.values(readings);
  return { help, name, type, values, aggregator: aggregator as "sum" };
}

/** Runs `collect` of a metric that does not do it in a `get` of its own. */
export async function collectIn(metric: AnyMetric): Promise<void> {
  if (readCore(metric) === undefined || typeof metric.collect !== "function") return;
  const collected: unknown = metric.collect();
  if (collected instanceof Promise) await collected;
}
