/**
 * The types of `@opentelemetry/api` that a `MeterProvider` has. The package itself is not imported:
 * a program that is instrumented already has it. `tests/opentelemetry/types.ts` checks that these
 * types match those of the package.
 *
 * @module
 */

/** Attributes of a value: texts, numbers, booleans, arrays of these, and whatever else the API has. */
export interface MeterAttributes {
  /** The value of an attribute; `undefined` for none. */
  readonly [key: string]: unknown;
}

/** Options of an instrument of a meter. */
export interface MeterInstrumentOptions {
  /** The description. */
  description?: string;
  /** The unit, in UCUM. */
  unit?: string;
  /** 0: integers. 1: doubles, which is the default. */
  valueType?: number;
  /** What the instrument's author suggests. */
  advice?: {
    /** The bucket boundaries of a histogram. */
    explicitBucketBoundaries?: number[];
  };
}

/** A sum of changes: a counter's are never negative, those of an up-down counter may be. */
export interface MeterCounter {
  /** Adds to the sum. Never throws. */
  add(value: number, attributes?: MeterAttributes): void;
}

/** A histogram of values, or a gauge that keeps the latest one. */
export interface MeterRecorder {
  /** Records a value. Never throws. */
  record(value: number, attributes?: MeterAttributes): void;
}

/** Receives the values of one observable instrument. */
export interface MeterObservableResult {
  /** Reports the present value of a series. */
  observe(value: number, attributes?: MeterAttributes): void;
}

/** Receives the values of several observable instruments. */
export interface MeterBatchResult {
  /** Reports the present value of a series. */
  observe(instrument: MeterObservable, value: number, attributes?: MeterAttributes): void;
}

/** Reports the values of one observable instrument. */
export type MeterCallback = (result: MeterObservableResult) => void | Promise<void>;

/** Reports the values of several observable instruments. */
export type MeterBatchCallback = (result: MeterBatchResult) => void | Promise<void>;

/** An instrument whose values callbacks report. */
export interface MeterObservable {
  /** Adds a callback. */
  addCallback(callback: MeterCallback): void;
  /** Removes a callback. */
  removeCallback(callback: MeterCallback): void;
}

/** A maker of instruments: `Meter` of `@opentelemetry/api`. No method throws. */
export interface ThreadStatsMeter {
  /** Makes a gauge that keeps the latest value. */
  createGauge(name: string, options?: MeterInstrumentOptions): MeterRecorder;
  /** Makes a histogram. */
  createHistogram(name: string, options?: MeterInstrumentOptions): MeterRecorder;
  /** Makes a sum that never decreases. */
  createCounter(name: string, options?: MeterInstrumentOptions): MeterCounter;
  /** Makes a sum that increases and decreases. */
  createUpDownCounter(name: string, options?: MeterInstrumentOptions): MeterCounter;
  /** Makes a gauge whose values callbacks report. */
  createObservableGauge(name: string, options?: MeterInstrumentOptions): MeterObservable;
  /** Makes a sum that never decreases and that callbacks report. */
  createObservableCounter(name: string, options?: MeterInstrumentOptions): MeterObservable;
  /** Makes a sum that increases and decreases and that callbacks report. */
  createObservableUpDownCounter(name: string, options?: MeterInstrumentOptions): MeterObservable;
  /** Adds a callback that reports several instruments. */
  addBatchObservableCallback(callback: MeterBatchCallback, observables: MeterObservable[]): void;
  /** Removes a callback that reports several instruments. */
  removeBatchObservableCallback(callback: MeterBatchCallback, observables: MeterObservable[]): void;
}
