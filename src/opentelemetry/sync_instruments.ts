/**
 * The synchronous instruments of a meter. Their methods never throw, as OpenTelemetry's API
 * demands: what cannot be recorded is ignored, with a warning.
 *
 * @module
 */
import type { CounterWriter, GaugeWriter, HistogramWriter } from "../metrics/writer_types.ts";
import { ATTRIBUTES_LABEL } from "../schema/meter_origin.ts";
import { AttributeIndex } from "./attribute_index.ts";
import type { MeterAttributes, MeterCounter, MeterRecorder } from "./meter_api.ts";
import type { Stream, StreamWriters } from "./meter_streams.ts";

/** Tells the program that something was ignored. Texts must not contain what varies. */
export type Warn = (text: string) => void;

/** How many paths of attributes an instrument keeps in each thread, as a multiple of its series. */
const PATHS_PER_SERIES = 4;

/** The index from attributes to this thread's writers. */
export function writersByAttributes<Writer>(
  { writers, isKept, cardinalityLimit }: Stream,
): AttributeIndex<Writer> {
  return new AttributeIndex<Writer>({
    find: (text) => (writers as StreamWriters<Writer>).labels({ [ATTRIBUTES_LABEL]: text }),
    isKept,
    maxPaths: PATHS_PER_SERIES * cardinalityLimit,
  });
}

/** What the synchronous instruments share. */
class SyncInstrument<Writer> {
  protected readonly stream: Stream;
  protected readonly series: AttributeIndex<Writer>;
  protected readonly isInteger: boolean;
  readonly #warn: Warn;

  constructor(stream: Stream, warn: Warn) {
    this.stream = stream;
    this.series = writersByAttributes<Writer>(stream);
    this.isInteger = stream.isInteger;
    this.#warn = warn;
  }

  /** Ignores a value. */
  protected refuse(required: string): void {
    this.#warn(`Values of the instrument ${this.stream.name} were ignored: ${required}`);
  }

  /** Ignores an update that failed. A bucket may have been destroyed, so the index starts over. */
  protected fail(error: unknown): void {
    this.series.clear();
    this.refuse(error instanceof Error ? error.message : `${error}`);
  }
}

const NOT_NEGATIVE = "they must be finite numbers and not negative";
const FINITE = "they must be finite numbers";

/** A counter. */
export class MeterCounterInstrument extends SyncInstrument<CounterWriter> implements MeterCounter {
  add(value: number, attributes?: MeterAttributes): void {
    try {
      if (!(typeof value === "number" && value >= 0 && value < Infinity)) {
        return this.refuse(NOT_NEGATIVE);
      }
      this.series.find(attributes).add(this.isInteger ? Math.trunc(value) : value);
    } catch (error) {
      this.fail(error);
    }
  }
}

/** The part of a record writer that an up-down counter uses. */
interface SumWriter {
  update(delta: { readonly value: number }): void;
}

/** An up-down counter. */
export class MeterUpDownCounterInstrument extends SyncInstrument<SumWriter>
  implements MeterCounter {
  /** One object for all changes, so that they allocate nothing. */
  readonly #delta = { value: 0 };

  add(value: number, attributes?: MeterAttributes): void {
    try {
      if (!(typeof value === "number" && value - value === 0)) return this.refuse(FINITE);
      this.#delta.value = this.isInteger ? Math.trunc(value) : value;
      this.series.find(attributes).update(this.#delta);
    } catch (error) {
      this.fail(error);
    }
  }
}

/** A gauge. */
export class MeterGaugeInstrument extends SyncInstrument<GaugeWriter> implements MeterRecorder {
  record(value: number, attributes?: MeterAttributes): void {
    try {
      if (!(typeof value === "number" && value - value === 0)) return this.refuse(FINITE);
      this.series.find(attributes).set(this.isInteger ? Math.trunc(value) : value);
    } catch (error) {
      this.fail(error);
    }
  }
}

/** A histogram. */
export class MeterHistogramInstrument extends SyncInstrument<HistogramWriter>
  implements MeterRecorder {
  record(value: number, attributes?: MeterAttributes): void {
    try {
      if (!(typeof value === "number" && value >= 0 && value < Infinity)) {
        return this.refuse(NOT_NEGATIVE);
      }
      this.series.find(attributes).record(this.isInteger ? Math.trunc(value) : value);
    } catch (error) {
      this.fail(error);
    }
  }
}

/** An instrument that records nothing: a view drops it, or it could not be defined. */
export const NO_INSTRUMENT: Readonly<MeterCounter & MeterRecorder> = Object.freeze({
  add() {},
  record() {},
});
