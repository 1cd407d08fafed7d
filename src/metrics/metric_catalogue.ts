/**
 * All metrics of a memory, as one thread knows them: those of the program's schemas, and those that
 * other threads have defined.
 *
 * The protocol is in `memory/definition_log.ts`. Each thread reads the log on its own, and makes
 * its objects for each metric once.
 *
 * @module
 */
import { cannot, got } from "../base/errors.ts";
import { shorten } from "../base/describe.ts";
import { IMPLICIT_BUCKET_BYTES, makeImplicitBucket } from "../buckets/bucket_table.ts";
import { damaged } from "../memory/damage.ts";
import { type DefinitionLog, writeDefinitions } from "../memory/definition_log.ts";
import { ClaimedNames } from "../schema/claimed_names.ts";
import type { MetricDefinition, SchemaDefinition } from "../schema/definitions.ts";
import { parseDescription } from "../schema/description.ts";
import type { Schema } from "../schema/schema.ts";
import type { SharedParts } from "./accumulator.ts";
import { hasOneBucket, Metric } from "./metric.ts";

/** The metrics of a schema by name, as one thread sees them. */
export type Metrics = ReadonlyMap<string, Metric>;

/** The most UTF-16 code units of a definition that an error shows. */
const MAX_SHOWN = 300;

/** All metrics of a memory. Any thread; each thread makes its own. */
export class MetricCatalogue {
  readonly #shared: SharedParts;
  readonly #log: DefinitionLog;
  /** By number. */
  readonly #metrics: Metric[] = [];
  readonly #byName = new Map<string, Metric>();
  /** Position in the log from which this thread reads on. */
  #position = 0;
  /** The names outside of the first `#named` metrics. */
  readonly #names = new ClaimedNames();
  #named = 0;

  constructor(shared: SharedParts, log: DefinitionLog) {
    this.#shared = shared;
    this.#log = log;
  }

  /**
   * All metrics by number, up to the end of the log.
   *
   * @throws {TypeError} When the memory is damaged.
   */
  all(action: string): readonly Metric[] {
    this.#catchUp(action);
    return this.#metrics;
  }

  /**
   * The metrics of a schema.
   *
   * @throws {TypeError} When the memory lacks one of them, or has it with another definition.
   */
  select(action: string, schema: Schema): Metrics {
    this.#catchUp(action, schema);
    const [missing] = this.#missing(action, schema);
    if (missing === undefined) return this.#metricsOf(schema);
    const found = got(`memory without the metric ${missing[0]}`);
    throw new TypeError(
      cannot(action, "each metric of the schema must be in the memory", found),
    );
  }

  /**
   * The metrics of a schema. Defines those that the memory lacks, or none of them. Lock-free.
   *
   * @throws {TypeError} When a metric has another definition in the memory, or the name of another
   * metric outside.
   * @throws {RangeError} When there are too many metrics, or the arena is full.
   */
  extend(action: string, schema: Schema): Metrics {
    for (;;) {
      this.#catchUp(action, schema);
      const missing = this.#missing(action, schema);
      if (missing.length === 0) return this.#metricsOf(schema);
      this.#assertFree(action, missing);
      try {
        this.#define(missing);
      } catch (error) {
        // Another thread may have used the last memory to define these very metrics.
        this.#catchUp(action, schema);
        if (this.#missing(action, schema).length > 0) throw error;
      }
    }
  }

  /** Reads the log to its end. `known` is a schema that some of it may define. */
  #catchUp(action: string, known?: Schema): void {
    for (;;) {
      const read = this.#log.read(this.#position);
      if (read === undefined) return;
      const metrics = known?.description === read.text
        ? known.metrics
        : parseDescription(read.text, action).metrics;
      const entries = Object.entries<MetricDefinition>(metrics);
      const { controls } = read;
      const isIntact = entries.length === controls.length &&
        this.#metrics.length + controls.length <= this.#log.maxMetrics &&
        entries.every(([name]) => !this.#byName.has(name));
      if (!isIntact) throw damaged("definitions that cannot be there");
      for (const [n, [name, definition]] of entries.entries()) {
        const place = { name, metric: this.#metrics.length, control: controls[n] };
        const metric = new Metric(definition, place, this.#shared);
        this.#metrics.push(metric);
        this.#byName.set(name, metric);
      }
      this.#position++;
    }
  }

  /** The metrics of a schema that the memory lacks; throws if it has one with another definition. */
  #missing(action: string, schema: Schema): [string, MetricDefinition][] {
    return Object.entries(schema.metrics).filter(([name, definition]) => {
      const metric = this.#byName.get(name);
      if (metric === undefined || metric.definition === definition) return metric === undefined;
      const [ours, theirs] = [JSON.stringify(definition), JSON.stringify(metric.definition)];
      if (ours === theirs) return false;
      const from = firstShown(ours, theirs);
      const required = `the metric ${name} must have the definition that the memory has, ` +
        shownFrom(theirs, from);
      throw new TypeError(cannot(action, required, got(shownFrom(ours, from))));
    });
  }

  /** Throws if the memory has no room for metrics, or another has one of their names outside. */
  #assertFree(action: string, missing: readonly [string, MetricDefinition][]): void {
    const { maxMetrics } = this.#log;
    if (this.#metrics.length + missing.length > maxMetrics) {
      const found = got(`${this.#metrics.length} and ${missing.length} more`);
      throw new RangeError(cannot(action, `at most ${maxMetrics} metrics (maxMetrics)`, found));
    }
    // The metrics of one schema have different names, see `schema/exported_names.ts`.
    if (this.#metrics.length === 0) return;
    for (; this.#named < this.#metrics.length; this.#named++) {
      const { name, definition } = this.#metrics[this.#named];
      this.#names.claim(name, definition);
    }
    for (const [name, definition] of missing) {
      const collision = this.#names.find(name, definition);
      if (collision === undefined) continue;
      const { where, taken, owner } = collision;
      const theirs = JSON.stringify(this.#byName.get(owner)!.definition);
      const required = `the name ${taken} of ${name} in ${where} must not be that of ${owner}, ` +
        shorten(theirs, MAX_SHOWN);
      const ours = got(shorten(JSON.stringify(definition), MAX_SHOWN));
      throw new TypeError(cannot(action, required, ours));
    }
  }

  /** Appends a definition block, unless another thread has appended one. */
  #define(missing: readonly [string, MetricDefinition][]): void {
    const { arena } = this.#shared;
    const extraBytes = missing.map(([, definition]) =>
      hasOneBucket(definition) ? IMPLICIT_BUCKET_BYTES : 0
    );
    const text = JSON.stringify(Object.fromEntries(missing) satisfies SchemaDefinition);
    const block = writeDefinitions(arena, text, extraBytes);
    for (const [n, bytes] of extraBytes.entries()) {
      if (bytes > 0) makeImplicitBucket(arena, block.controls[n], block.extras[n]);
    }
    if (!this.#log.append(this.#position, block)) block.giveBack();
  }

  #metricsOf(schema: Schema): Metrics {
    return new Map(Object.keys(schema.metrics).map((name) => [name, this.#byName.get(name)!]));
  }
}

/** Where errors begin to show two long definitions, so that they show the first difference. */
function firstShown(one: string, other: string): number {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at++;
  // Some of what is before the difference tells which option it is in.
  return at < MAX_SHOWN / 2 ? 0 : at - MAX_SHOWN / 4;
}

function shownFrom(text: string, from: number): string {
  return (from === 0 ? "" : "…") + shorten(text.slice(from), MAX_SHOWN);
}
