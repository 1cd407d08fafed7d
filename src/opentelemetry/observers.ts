/**
 * What tells a meter the values of a family.
 *
 * @module
 */
import type { Family } from "../export/families.ts";
import type { HistogramValue } from "../metrics/histogram/histogram_value.ts";
import type { BatchResult, ObservableInstrument, ObservableMeter } from "./api.ts";
import { instrumentParts } from "../schema/exported_names.ts";
import type { Instrument } from "./instruments.ts";
import { samplesIn } from "./samples.ts";

/** Tells a meter the values of one family. */
export interface Observer {
  readonly instruments: readonly ObservableInstrument[];
  observe(result: BatchResult, family: Family): void;
}

/** How values are told. */
export interface ObserverSettings {
  readonly perThread: boolean;
  readonly quantiles: readonly number[];
}

/** Makes the instruments of a family. */
export function observerOf(
  meter: ObservableMeter,
  instrument: Instrument,
  settings: ObserverSettings,
): Observer {
  if (instrument.kind === "histogram") return histogramObserver(meter, instrument, settings);
  const made = make(meter, instrument);
  return {
    instruments: [made],
    observe(result, family) {
      for (const { attributes, value } of samplesIn(family, settings.perThread)) {
        result.observe(made, value as number, attributes);
      }
    },
  };
}

/** There is no observable instrument for histograms: these tell of it what others can. */
function histogramObserver(
  meter: ObservableMeter,
  { name, description, unit }: Instrument,
  { perThread, quantiles }: ObserverSettings,
): Observer {
  const names = instrumentParts(name);
  const partOf = (
    kind: Instrument["kind"],
    part: keyof typeof names,
    words: string,
    partUnit: string,
  ) =>
    make(meter, {
      kind,
      name: names[part],
      description: description === "" ? words : `${description}: ${words}`,
      unit: partUnit,
    });
  const count = partOf("counter", "count", "number of values", "");
  const sum = partOf("counter", "sum", "sum of the values", unit);
  const quantile = quantiles.length === 0
    ? undefined
    : partOf("gauge", "quantile", "quantiles of the values", unit);
  return {
    instruments: quantile === undefined ? [count, sum] : [count, sum, quantile],
    observe(result, family) {
      for (const sample of samplesIn(family, perThread)) {
        const { attributes } = sample;
        const value = sample.value as HistogramValue;
        result.observe(count, value.count, attributes);
        result.observe(sum, value.sum, attributes);
        if (quantile === undefined || value.count === 0) continue;
        for (const q of quantiles) {
          result.observe(quantile, value.quantile(q), { ...attributes, quantile: `${q}` });
        }
      }
    },
  };
}

/** Makes an instrument for doubles: Deno's meter has no others. */
function make(
  meter: ObservableMeter,
  { kind, name, description, unit }: Instrument,
): ObservableInstrument {
  const options = { description, unit };
  switch (kind) {
    case "counter":
      return meter.createObservableCounter(name, options);
    case "upDownCounter":
      return meter.createObservableUpDownCounter(name, options);
    default:
      return meter.createObservableGauge(name, options);
  }
}
