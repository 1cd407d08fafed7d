/**
 * Registries: named collections of metrics, which are read together.
 *
 * @module
 */
import { collectSoon, listenForReaders, tellReaders } from "./collecting.ts";
import type { Core } from "./core.ts";
import { setWhenFound } from "./memory.ts";
import type { Publication } from "./publication.ts";
import { Readings } from "./readings.ts";
import { familyOf, isShown } from "./foreign.ts";
import { metricText, type Rendering, renderingOf } from "./text.ts";
import type {
  ForeignMetric,
  Labels,
  MetricObjectWithValues,
  OpenMetricsContentType,
  PrometheusContentType,
  RegistryContentType,
} from "./types.ts";

// deno-lint-ignore no-explicit-any
type AnyCore = Core<any, any>;
type AnyMetric = object & ForeignMetric & { collect?: unknown };

/** A registry of either content type. */
// deno-lint-ignore no-explicit-any
export type AnyRegistry = Registry<any>;

/** What a registry must reach in a metric of this library. */
interface Access {
  coreOf(metric: object): AnyCore | undefined;
  /** Whether the metric is read as this library reads it: no subclass has a `get` of its own. */
  isRead(metric: object): boolean;
  read(metric: object, readings: Readings | undefined): MetricObjectWithValues;
  watch(metric: object, held: Pick<Publication, "end">): void;
}

let access: Access = {
  coreOf: () => undefined,
  isRead: () => false,
  read: () => {
    throw new TypeError("no metric");
  },
  watch: () => {},
};

const PROMETHEUS: PrometheusContentType =
  "text/plain; version=0.0.4; charset=utf-8";
const OPEN_METRICS: OpenMetricsContentType =
  "application/openmetrics-text; version=1.0.0; charset=utf-8";

/** The registries of this thread, other than the global one, by their keys. */
const registries = new Map<string, WeakRef<AnyRegistry>>();

/** In which registry a metric was published. */
const homes = new WeakMap<object, AnyRegistry>();

/** Runs this thread's `collect` functions of the registry with a key. */
let collectFor: (key: string) => Promise<void>;

function* allRegistries(): Generator<AnyRegistry> {
  yield register;
  for (const reference of registries.values()) {
    const registry = reference.deref();
    if (registry !== undefined) yield registry;
  }
}

/**
 * A collection of metrics.
 *
 * In each thread, the registries are told apart by their first metric: the registry that begins
 * with `a` in one thread is the one that begins with `a` in another. A second one that begins so
 * is a second one everywhere. {@linkcode register} is the same in all threads.
 *
 * @typeParam ContentType The content type.
 */
export class Registry<
  ContentType extends RegistryContentType = PrometheusContentType,
> {
  /** The content type of Prometheus' text format. */
  static get PROMETHEUS_CONTENT_TYPE(): PrometheusContentType {
    return PROMETHEUS;
  }

  /** The content type of OpenMetrics. */
  static get OPENMETRICS_CONTENT_TYPE(): OpenMetricsContentType {
    return OPEN_METRICS;
  }

  /** Not for users. */
  static setAccess(to: Access): void {
    access = to;
  }

  #metrics = new Map<string, AnyMetric>();
  #defaultLabels: Labels = {};
  #contentType: RegistryContentType;
  /** The registry's key in all threads; `undefined` before its first metric. */
  #key: string | undefined;
  /** The registries that were merged into this one. */
  #sources: readonly AnyRegistry[] = [];

  /**
   * Makes an empty registry.
   *
   * @param contentType Prometheus' text format, or OpenMetrics.
   * @throws {TypeError} When the content type is another one.
   */
  constructor(contentType: RegistryContentType = PROMETHEUS) {
    if (contentType !== PROMETHEUS && contentType !== OPEN_METRICS) {
      throw new TypeError(`Content type ${contentType} is unsupported`);
    }
    this.#contentType = contentType;
  }

  /** Not for users: the registry that is the same in all threads. */
  static makeGlobal(): Registry {
    const made = new Registry();
    made.#key = "";
    return made;
  }

  /** The metrics that this thread has registered. */
  getMetricsAsArray(): AnyMetric[] {
    return [...this.#metrics.values()];
  }

  /**
   * One metric as text.
   *
   * @param metric A metric, or a foreign one with `get()`.
   */
  async getMetricsAsString(metric: object): Promise<string> {
    const rendering = this.#rendering();
    await collectIn(metric as AnyMetric);
    if (access.isRead(metric)) {
      return access.coreOf(metric)!.text(Readings.take(), rendering);
    }
    return metricText(
      await (metric as ForeignMetric).get() as never,
      rendering,
    );
  }

  /**
   * All metrics of all threads in the registry's format. Runs the `collect` functions of this
   * thread first.
   *
   * @returns The text.
   */
  async metrics(): Promise<string> {
    const rendering = this.#rendering();
    this.#tellOthers();
    const metrics = this.getMetricsAsArray();
    const given = await Promise.all(metrics.map(async (metric) => {
      await collectIn(metric);
      return access.isRead(metric) ? undefined : await metric.get();
    }));
    const readings = Readings.take();
    const texts = metrics.map((metric, n) =>
      given[n] === undefined && access.isRead(metric)
        ? access.coreOf(metric)!.text(readings, rendering)
        : metricText(given[n] as never, rendering)
    );
    for (const family of this.#foreign(readings)) {
      texts.push(family.text(readings, rendering));
    }
    return rendering.isOpenMetrics
      ? `${texts.join("\n")}\n# EOF\n`
      : `${texts.join("\n\n")}\n`;
  }

  /**
   * All metrics of all threads as values. Runs the `collect` functions of this thread first.
   *
   * @returns One object for each metric.
   */
  async getMetricsAsJSON(): Promise<MetricObjectWithValues[]> {
    this.#tellOthers();
    const metrics = this.getMetricsAsArray();
    const given = await Promise.all(metrics.map(async (metric) => {
      await collectIn(metric);
      return access.isRead(metric)
        ? undefined
        : await metric.get() as MetricObjectWithValues;
    }));
    const readings = Readings.take();
    const objects = metrics.map((metric, n) =>
      given[n] ?? access.read(metric, readings)
    );
    for (const core of this.#foreign(readings)) {
      const { definition: { help, type, aggregator }, name } = core;
      const values = core.values(readings);
      objects.push({
        name,
        help,
        type,
        values,
        aggregator: aggregator as "sum",
      });
    }
    const defaults = Object.entries(this.#defaultLabels);
    if (defaults.length > 0) {
      for (const { values } of objects) {
        for (const value of values ?? []) {
          const labels: Labels = { ...value.labels };
          for (const [name, text] of defaults) labels[name] ||= text;
          value.labels =
            labels as MetricObjectWithValues["values"][number]["labels"];
        }
      }
    }
    return objects;
  }

  /**
   * Registers a metric, or an object with `name` and `get()`.
   *
   * @throws {Error} When another metric has the name.
   */
  registerMetric(metric: object): void {
    const { name } = metric as AnyMetric;
    const known = this.#metrics.get(String(name));
    if (known !== undefined && known !== metric) {
      throw new Error(
        `A metric with the name ${name} has already been registered.`,
      );
    }
    this.#metrics.set(String(name), metric as AnyMetric);
    const core = access.coreOf(metric);
    if (core === undefined || homes.has(metric)) return;
    this.#publish(metric as AnyMetric, core);
  }

  #publish(metric: AnyMetric, core: AnyCore): void {
    const isFirst = this.#key === undefined ||
      (this.#key === "" && this.#metrics.size === 1);
    const key = this.#keyFor(core.name);
    homes.set(metric, this);
    core.publish(key);
    if (core.publication === undefined) return;
    access.watch(metric, core.publication);
    listenForReaders(collectFor);
    if (isFirst && Readings.take() !== undefined) collectSoon(key);
  }

  #tellOthers(): void {
    if (Readings.take() === undefined) return;
    for (const key of this.#keys()) tellReaders(key);
  }

  /** Runs `collect` of the metrics that are at home here. */
  async #collect(): Promise<void> {
    await Promise.all(
      [...this.#metrics.values()].map((metric) => collectIn(metric)),
    );
  }

  static {
    collectFor = async (key) => {
      for (const registry of allRegistries()) {
        if (registry.#key === key) await registry.#collect();
      }
    };
    setWhenFound(() => {
      for (const registry of allRegistries()) {
        for (const metric of registry.#metrics.values()) {
          const core = access.coreOf(metric);
          if (core !== undefined && homes.get(metric) === registry) {
            registry.#publish(metric, core);
          }
        }
      }
    });
  }

  /** Removes all metrics and default labels. What this thread has counted leaves all threads. */
  clear(): void {
    const metrics = [...this.#metrics.values()];
    this.#metrics.clear();
    this.#defaultLabels = {};
    this.#sources = [];
    for (const metric of metrics) this.#withdraw(metric);
  }

  /** Removes one metric, if there is one of this name. */
  removeSingleMetric(name: string): void {
    const metric = this.#metrics.get(name);
    this.#metrics.delete(name);
    if (metric !== undefined) this.#withdraw(metric);
  }

  /**
   * One metric of all threads as text.
   *
   * @param name Its name.
   */
  async getSingleMetricAsString(name: string): Promise<string> {
    const metric = this.#metrics.get(name);
    if (metric === undefined) {
      const readings = Readings.take();
      const found = this.#foreign(readings).find((core) => core.name === name);
      if (found !== undefined) return found.text(readings, this.#rendering());
    }
    return await this.getMetricsAsString(metric!);
  }

  /** A metric that this thread has registered. */
  // deno-lint-ignore no-explicit-any
  getSingleMetric(name: string): any {
    return this.#metrics.get(name);
  }

  /** Sets the labels that all series get, unless they have them. */
  setDefaultLabels(labels: object): void {
    this.#defaultLabels = labels as Labels;
  }

  /** Resets all metrics that this thread has registered. */
  resetMetrics(): void {
    for (const metric of this.#metrics.values()) metric.reset!();
  }

  /** The content type. */
  get contentType(): ContentType {
    return this.#contentType as ContentType;
  }

  /**
   * Sets the content type.
   *
   * @throws {Error} When it is not one of the two.
   */
  setContentType(contentType: RegistryContentType): void {
    if (contentType !== PROMETHEUS && contentType !== OPEN_METRICS) {
      throw new Error(`Content type ${contentType} is unsupported`);
    }
    this.#contentType = contentType;
  }

  /**
   * A registry with the metrics of all these.
   *
   * @throws {Error} When their content types differ, or two metrics have one name.
   */
  static merge(registers: readonly AnyRegistry[]): AnyRegistry {
    const { contentType } = registers[0];
    for (const registry of registers) {
      if (registry.contentType !== contentType) {
        throw new Error(
          "Registers can only be merged if they have the same content type",
        );
      }
    }
    const merged = new Registry(contentType);
    merged.#sources = [...registers];
    for (const registry of registers) {
      for (const metric of registry.#metrics.values()) {
        merged.registerMetric(metric);
      }
    }
    return merged;
  }

  #rendering(): Rendering {
    return renderingOf(this.#contentType === OPEN_METRICS, this.#defaultLabels);
  }

  /** The metrics that only other threads have registered. */
  #foreign(readings: Readings | undefined): AnyCore[] {
    if (readings === undefined) return [];
    const keys = new Set(this.#keys());
    const names = new Set(this.#metrics.keys());
    const found: AnyCore[] = [];
    for (const definition of readings.definitions()) {
      if (!keys.has(definition.registry) || names.has(definition.name)) {
        continue;
      }
      const core = familyOf(definition);
      if (!isShown(core, readings)) continue;
      names.add(definition.name);
      found.push(core);
    }
    return found;
  }

  *#keys(): Generator<string> {
    if (this.#key !== undefined) yield this.#key;
    for (const source of this.#sources) yield* source.#keys();
  }

  #keyFor(first: string): string {
    if (this.#key !== undefined) return this.#key;
    let key = first;
    for (let n = 1; registries.get(key)?.deref() !== undefined; n++) {
      key = `${first} ${n}`;
    }
    registries.set(key, new WeakRef(this));
    return this.#key = key;
  }

  /** A metric has left this registry. */
  #withdraw(metric: AnyMetric): void {
    if (homes.get(metric) !== this) return;
    const { registers = [] } = metric as { registers?: readonly AnyRegistry[] };
    const other = registers.find((registry) =>
      registry !== this && registry instanceof Registry &&
      registry.#metrics.get(String(metric.name)) === metric
    );
    if (other !== undefined) {
      homes.set(metric, other);
      return;
    }
    homes.delete(metric);
    access.coreOf(metric)?.withdraw();
    // A registry that is empty begins anew with its next metric.
    if (
      this.#key !== "" && this.#key !== undefined && this.#metrics.size === 0
    ) {
      registries.delete(this.#key);
      this.#key = undefined;
    }
  }
}

async function collectIn(metric: AnyMetric): Promise<void> {
  // One with a `get` of its own runs it there.
  if (!access.isRead(metric) || typeof metric.collect !== "function") return;
  const collected: unknown = metric.collect();
  if (collected instanceof Promise) await collected;
}

/** The registry that metrics get by default. It is the same in all threads. */
export const register: Registry = Registry.makeGlobal();
