/**
 * The part of `@opentelemetry/api` that is used here, as types. The package itself is not imported: whoever has a meter has it already.
 * `tests/opentelemetry/types.ts` holds these equal to the package's own.
 *
 * @module
 */

/** What tells a series from others of the same instrument. */
export type SeriesAttributes = Record<string, string | boolean>;

/** What an instrument is made with. */
export interface InstrumentOptions {
  /** What is measured, in words. */
  description?: string;
  /** Unit in UCUM. */
  unit?: string;
}

/** An instrument whose values are asked for when they are collected. */
export type ObservableInstrument = object;

/** Takes the values of several instruments. */
export interface BatchResult {
  /** Notes the value of one series. */
  observe(instrument: ObservableInstrument, value: number, attributes?: SeriesAttributes): void;
}

/** What a meter calls when it collects. */
export type BatchCallback = (result: BatchResult) => void;

/** Makes observable instruments: a `Meter` of `@opentelemetry/api`. */
export interface ObservableMeter {
  /** Makes an instrument for a sum that never falls. */
  createObservableCounter(name: string, options?: InstrumentOptions): ObservableInstrument;
  /** Makes an instrument for a sum that rises and falls. */
  createObservableUpDownCounter(name: string, options?: InstrumentOptions): ObservableInstrument;
  /** Makes an instrument for a value that does not add up. */
  createObservableGauge(name: string, options?: InstrumentOptions): ObservableInstrument;
  /** Has `callback` called once for each collection. */
  addBatchObservableCallback(
    callback: BatchCallback,
    observables: ObservableInstrument[],
  ): void;
  /** Ends that. */
  removeBatchObservableCallback(
    callback: BatchCallback,
    observables: ObservableInstrument[],
  ): void;
}
