/**
 * The types of `@opentelemetry/api` that this library needs. The package itself is not imported: a
 * program that has a meter already has it. `tests/opentelemetry/types.ts` checks that these types
 * match those of the package.
 *
 * @module
 */

/**
 * The attributes of a series, which distinguish it from the other ones of its instrument. Those of
 * the library's own metrics are texts; those of a meter's instruments are what the program gave.
 */
export type SeriesAttributes = Record<string, AttributeValue>;

/** The value of an attribute. */
export type AttributeValue = string | number | boolean;

/** Options of an instrument. */
export interface InstrumentOptions {
  /** The description. */
  description?: string;
  /** The unit, in UCUM. */
  unit?: string;
}

/** An instrument whose values a callback reports at each collection. */
export type ObservableInstrument = object;

/** Receives the values of several instruments. */
export interface BatchResult {
  /** Reports the value of one series. */
  observe(instrument: ObservableInstrument, value: number, attributes?: SeriesAttributes): void;
}

/** A callback that a meter calls at each collection. */
export type BatchCallback = (result: BatchResult) => void;

/** A maker of observable instruments: a `Meter` of `@opentelemetry/api`. */
export interface ObservableMeter {
  /** Makes an instrument for a sum that never decreases. */
  createObservableCounter(name: string, options?: InstrumentOptions): ObservableInstrument;
  /** Makes an instrument for a sum that increases and decreases. */
  createObservableUpDownCounter(name: string, options?: InstrumentOptions): ObservableInstrument;
  /** Makes an instrument for non-additive values. */
  createObservableGauge(name: string, options?: InstrumentOptions): ObservableInstrument;
  /** Adds a callback that is called once at each collection. */
  addBatchObservableCallback(
    callback: BatchCallback,
    observables: ObservableInstrument[],
  ): void;
  /** Removes a callback. */
  removeBatchObservableCallback(
    callback: BatchCallback,
    observables: ObservableInstrument[],
  ): void;
}
