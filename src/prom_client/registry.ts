/**
 * Registries: named collections of metrics, which are read together.
 *
 * @module
 */
import { tellReaders } from "./collecting.ts";
import { familyOf, isShown } from "./foreign.ts";
import { keyOf, leave, nameGlobal, settle } from "./homes.ts";
import { type AnyCore, collectIn, readCore, readObject } from "./metric_access.ts";
import { Readings } from "./readings.ts";
import { metricText, type Rendering, renderingOf } from "./text.ts";
import type {
  AnyMetric,
  Labels,
  MetricObjectWithValues,
  OpenMetricsContentType,
  PrometheusContentType,
  RegistryContentType,
} from "./types.ts";

/** A registry of either content type. */
// deno-lint-ignore no-explicit-any
export type AnyRegistry = Registry<any>;

const PROMETHEUS: PrometheusContentType = "text/plain; version=0.0.4; charset=utf-8";
const OPEN_METRICS: OpenMetricsContentType =
  "application/openmetrics-text; version=1.0.0; charset=utf-8";

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

  #metrics = new Map<string, AnyMetric>();
  #defaultLabels: Labels = {};
  #contentType: RegistryContentType;
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
    const [given] = await collectAll([metric as AnyMetric]);
    return readCore(metric as AnyMetric)?.text(Readings.take(), rendering) ??
      metricText(given, rendering);
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
    const given = await collectAll(metrics);
    const readings = Readings.take();
    const texts = metrics.map((metric, n) =>
      readCore(metric)?.text(readings, rendering) ?? metricText(given[n], rendering)
    );
    for (const core of this.#foreign(readings)) texts.push(core.text(readings, rendering));
    return rendering.isOpenMetrics ? `${texts.join("\n")}\n# EOF\n` : `${texts.join("\n\n")}\n`;
  }

  /**
   * All metrics of all threads as values. Runs the `collect` functions of this thread first.
   *
   * @returns One object for each metric.
   */
  async getMetricsAsJSON(): Promise<MetricObjectWithValues[]> {
    this.#tellOthers();
    const metrics = this.getMetricsAsArray();
    const given = await collectAll(metrics);
    const readings = Readings.take();
    const objects = metrics.map((metric, n) => {
      const core = readCore(metric);
      return core === undefined ? given[n] : readObject(core, readings);
    });
    for (const core of this.#foreign(readings)) objects.push(readObject(core, readings));
    const defaults = Object.entries(this.#defaultLabels);
    if (defaults.length > 0) {
      for (const { values } of objects) {
        for (const value of values ?? []) {
          const labels: Labels = { ...value.labels };
          for (const [name, text] of defaults) labels[name] ||= text;
          value.labels = labels as MetricObjectWithValues["values"][number]["labels"];
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
    settle(metric as AnyMetric, this);
  }

  /** Removes all metrics and default labels. What this thread has counted leaves all threads. */
  clear(): void {
    const metrics = [...this.#metrics.values()];
    this.#metrics.clear();
    this.#defaultLabels = {};
    this.#sources = [];
    for (const metric of metrics) leave(metric, this);
  }

  /** Removes one metric, if there is one of this name. */
  removeSingleMetric(name: string): void {
    const metric = this.#metrics.get(name);
    this.#metrics.delete(name);
    if (metric !== undefined) leave(metric, this);
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
    const key = keyOf(this);
    if (key !== undefined) yield key;
    for (const source of this.#sources) yield* source.#keys();
  }

  #tellOthers(): void {
    if (Readings.take() === undefined) return;
    for (const key of this.#keys()) tellReaders(key);
  }
}

/**
 * Runs `collect` of metrics, and reads those that are not of this library. Begins all of them
 * before it waits.
 */
function collectAll(metrics: readonly AnyMetric[]): Promise<MetricObjectWithValues[]> {
  return Promise.all(metrics.map(async (metric) => {
    await collectIn(metric);
    // The others are read together, when all have collected.
    return readCore(metric) === undefined ? await metric.get() : undefined;
  })) as Promise<MetricObjectWithValues[]>;
}

/** The registry that metrics get by default. It is the same in all threads. */
export const register: Registry = new Registry();
nameGlobal(register);
