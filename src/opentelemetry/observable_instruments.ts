/**
 * The observable instruments of a meter, and their callbacks.
 *
 * A callback runs in the thread that has added it, because only that thread can run it: every
 * `observeSeconds`, and before each snapshot that this thread takes. So what another thread exports
 * is at most `observeSeconds` old, or as old as the last turn of a thread that is busy.
 *
 * Observable counters report totals. The memory gets what a total has grown since this thread's
 * previous observation. A total that falls has started over, and is counted from 0.
 *
 * @module
 */
import { isArray } from "../base/shapes.ts";
import type { CounterWriter, GaugeWriter } from "../metrics/writer_types.ts";
import { ATTRIBUTES_LABEL } from "../schema/meter_origin.ts";
import { AttributeIndex } from "./attribute_index.ts";
import type {
  MeterAttributes,
  MeterBatchCallback,
  MeterBatchResult,
  MeterCallback,
  MeterObservable,
  MeterObservableResult,
} from "./meter_api.ts";
import type { Stream, StreamWriters } from "./meter_streams.ts";
import { type Warn, writersByAttributes } from "./sync_instruments.ts";

/** One series as its observer sees it. */
interface Observed {
  set(value: number): void;
}

/** A series of an observable counter. */
class ObservedTotal implements Observed {
  readonly #writer: CounterWriter;
  #last = 0;

  constructor(writer: CounterWriter) {
    this.#writer = writer;
  }

  set(total: number): void {
    this.#writer.add(total >= this.#last ? total - this.#last : total);
    this.#last = total;
  }
}

/** An observable instrument; without a stream it takes nothing. */
export class ObservableInstrument implements MeterObservable {
  readonly #stream: Stream | undefined;
  readonly #series: AttributeIndex<Observed> | undefined;
  readonly #isCounter: boolean;
  readonly #callbacks: ObservableCallbacks;

  constructor(
    stream: Stream | undefined,
    { isCounter, callbacks }: { isCounter: boolean; callbacks: ObservableCallbacks },
  ) {
    this.#stream = stream;
    this.#isCounter = isCounter;
    this.#callbacks = callbacks;
    if (stream === undefined) return;
    this.#series = isCounter ? totalsOf(stream) : writersByAttributes<GaugeWriter>(stream);
  }

  /** Adds a callback, unless it is there already. */
  addCallback(callback: MeterCallback): void {
    this.#callbacks.add(callback, [this], (observations) => {
      const result: MeterObservableResult = {
        observe: (value, attributes) => observations.note(this, value, attributes),
      };
      return callback(result);
    });
  }

  /** Removes a callback. */
  removeCallback(callback: MeterCallback): void {
    this.#callbacks.remove(callback, [this]);
  }

  /** The series of some attributes, if the value is one that it can have. */
  find(value: unknown, attributes: MeterAttributes | undefined, warn: Warn): Observed | undefined {
    if (this.#stream === undefined) return undefined;
    const { name } = this.#stream;
    const isValid = typeof value === "number" && value - value === 0 &&
      (!this.#isCounter || value >= 0);
    if (isValid) return this.#series!.find(attributes);
    const required = `finite numbers${this.#isCounter ? " and not negative" : ""}`;
    warn(`Values of the instrument ${name} were ignored: they must be ${required}`);
    return undefined;
  }

  /** The value that the instrument keeps. */
  typed(value: number): number {
    return this.#stream!.isInteger ? Math.trunc(value) : value;
  }
}

/** The totals of an observable counter: one for each text of attributes. */
function totalsOf(stream: Stream): AttributeIndex<Observed> {
  const totals = new Map<string, ObservedTotal>();
  const { isKept, cardinalityLimit } = stream;
  const writers = stream.writers as StreamWriters<CounterWriter>;
  return new AttributeIndex<Observed>({
    find: (text) => {
      let total = totals.get(text);
      if (total === undefined) {
        // Without its former total, a series of the overflow would be added again and again.
        if (totals.size >= MAX_TOTALS * cardinalityLimit) throw new RangeError("too many series");
        totals.set(text, total = new ObservedTotal(writers.labels({ [ATTRIBUTES_LABEL]: text })));
      }
      return total;
    },
    isKept,
    maxPaths: 4 * cardinalityLimit,
  });
}

/** How many series an observable counter may report, as a multiple of its limit. */
const MAX_TOTALS = 10;

/** What one callback has observed, until it is over. */
class Observations {
  readonly #warn: Warn;
  readonly #values = new Map<Observed, number>();
  #isOver = false;

  constructor(warn: Warn) {
    this.#warn = warn;
  }

  note(instrument: ObservableInstrument, value: number, attributes?: MeterAttributes): void {
    if (this.#isOver) return;
    try {
      const series = instrument.find(value, attributes, this.#warn);
      if (series !== undefined) this.#values.set(series, instrument.typed(value));
    } catch (error) {
      this.#warn(`An observation was ignored: ${textOf(error)}`);
    }
  }

  /** Sets the series to the observed values. */
  apply(): void {
    this.#isOver = true;
    try {
      for (const [series, value] of this.#values) series.set(value);
    } catch (error) {
      this.#warn(`Observations were ignored: ${textOf(error)}`);
    }
  }
}

interface Entry {
  readonly callback: unknown;
  readonly instruments: ReadonlySet<unknown>;
  readonly call: (observations: Observations) => unknown;
  /** The end of an asynchronous call that is under way. */
  pending: Promise<void> | undefined;
}

/** All callbacks of a provider in one thread. */
export class ObservableCallbacks {
  readonly #warn: Warn;
  readonly #onFirst: () => void;
  #entries: Entry[] = [];
  #isRunning = false;

  /** `onFirst` is called when there is a first callback. */
  constructor(warn: Warn, onFirst: () => void) {
    this.#warn = warn;
    this.#onFirst = onFirst;
  }

  add(
    callback: unknown,
    instruments: readonly unknown[],
    call: Entry["call"],
  ): void {
    if (typeof callback !== "function") {
      this.#warn("A callback was ignored: it must be a function");
      return;
    }
    if (this.#find(callback, instruments) !== undefined) return;
    this.#entries.push({ callback, instruments: new Set(instruments), call, pending: undefined });
    if (this.#entries.length === 1) this.#onFirst();
  }

  addBatch(callback: MeterBatchCallback, instruments: readonly MeterObservable[]): void {
    const ours = oursOf(instruments);
    if (ours.length === 0) {
      this.#warn("A batch callback was ignored: it must be given instruments of this provider");
      return;
    }
    const known = new Set<MeterObservable>(ours);
    this.add(callback, ours, (observations) => {
      const result: MeterBatchResult = {
        observe: (instrument, value, attributes) => {
          if (!known.has(instrument)) return;
          observations.note(instrument as ObservableInstrument, value, attributes);
        },
      };
      return callback(result);
    });
  }

  removeBatch(callback: MeterBatchCallback, instruments: readonly MeterObservable[]): void {
    this.remove(callback, oursOf(instruments));
  }

  remove(callback: unknown, instruments: readonly unknown[]): void {
    const found = this.#find(callback, instruments);
    this.#entries = this.#entries.filter((entry) => entry !== found);
  }

  clear(): void {
    this.#entries = [];
  }

  /**
   * Calls all callbacks. Never throws.
   *
   * @returns A promise that never rejects, if some are asynchronous.
   */
  run(): Promise<unknown> | undefined {
    // A callback may take a snapshot, which runs the callbacks.
    if (this.#isRunning) return undefined;
    this.#isRunning = true;
    try {
      const pending = this.#entries.flatMap((entry) => this.#call(entry) ?? []);
      return pending.length === 0 ? undefined : Promise.all(pending);
    } finally {
      this.#isRunning = false;
    }
  }

  #call(entry: Entry): Promise<void> | undefined {
    if (entry.pending !== undefined) return entry.pending;
    const observations = new Observations(this.#warn);
    const fail = (error: unknown) => this.#warn(`A callback has failed: ${textOf(error)}`);
    let result: unknown;
    try {
      result = entry.call(observations);
    } catch (error) {
      fail(error);
      return undefined;
    }
    if (!(result instanceof Promise)) {
      observations.apply();
      return undefined;
    }
    entry.pending = result.then(() => observations.apply(), fail)
      .finally(() => entry.pending = undefined);
    return entry.pending;
  }

  #find(callback: unknown, instruments: readonly unknown[]): Entry | undefined {
    const given = new Set(instruments);
    return this.#entries.find((entry) =>
      entry.callback === callback && entry.instruments.size === given.size &&
      given.isSubsetOf(entry.instruments)
    );
  }
}

/** The instruments of these providers among what a program has given. */
function oursOf(instruments: unknown): readonly ObservableInstrument[] {
  if (!isArray(instruments)) return [];
  return instruments.filter((one) => one instanceof ObservableInstrument);
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
