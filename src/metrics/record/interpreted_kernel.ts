/**
 * The kernel of a list of fields without a compiler: it loops over the fields. `kernel_types.ts`
 * says what each method does.
 *
 * @module
 */
import { harden } from "../../base/harden.ts";
import type { LabelValues } from "../../schema/metric_options.ts";
import { saturate } from "../../base/saturate.ts";
import {
  areValid,
  isOfUnknown,
  isValid,
  reject,
  rejectFirst,
  rejectUnknown,
} from "./field_checks.ts";
import {
  type AnyBurst,
  type AnyFields,
  type AnyRecordWriter,
  COMMITTED,
  type KernelLife,
  type LabelledRecords,
  type RecordChanges,
  type RecordHost,
  type RecordKernel,
} from "./kernel_types.ts";
import type { FieldPlace, RecordLayout } from "./record_layout.ts";
import { showBursts, showRecordWriters } from "../inspectable_writers.ts";
import { addHalves, addUint64, getUint64, setUint64 } from "./uint64.ts";

/** Records with what this kernel adds to them. Owner thread only. */
interface InterpretedRecords extends RecordHost, RecordChanges {
  update(id: number, delta: AnyFields, life?: KernelLife): void;
  begin(id: number): AnyBurst;
  isOpen(id: number, number: number): boolean;
  mergeBurst(id: number, number: number, delta: AnyFields): void;
  readField(id: number, number: number, field: FieldPlace): number | bigint;
  writeField(id: number, number: number, field: FieldPlace, value: unknown): void;
}

/** Makes the interpreted kernel for a list of fields. */
export function interpretKernel({ fields, doubles, stride }: RecordLayout): RecordKernel {
  // Reads each field once: a getter may return another value the next time.
  const read = (delta: AnyFields): unknown[] => fields.map(({ name }) => delta[name]);
  const change = ({ values, bits }: RecordHost, base: number, given: unknown[]) => {
    for (const [n, { op, type, word }] of fields.entries()) {
      const value = given[n];
      if (value === undefined) continue;
      if (type === "u64") addUint64(bits, 2 * (base + word), value as number | bigint);
      else values[base + word] = mergeNumber(op, values[base + word], value as number);
    }
  };

  class Burst extends InterpretedBurst {
    static {
      for (const field of fields) {
        Object.defineProperty(this.prototype, field.name, {
          get(this: Burst) {
            return readField(this, field);
          },
          set(this: Burst, value: unknown) {
            writeField(this, field, value);
          },
        });
      }
    }
  }
  harden(Burst.prototype);

  return {
    writer: (records) => new Writer(records as InterpretedRecords),
    labelledWriter: (records) =>
      new LabelledWriter(records as InterpretedRecords & LabelledRecords),
    copy(values, bits, base, toValues, toBits, to) {
      for (let w = 0; w < doubles; w++) toValues[to + w] = values[base + w];
      for (let w = 2 * doubles; w < 2 * fields.length; w++) toBits[2 * to + w] = bits[2 * base + w];
    },
    combine(totals, totalBits, values, bits) {
      for (const { op, type, word } of fields) {
        if (type === "u64") addHalves(totalBits, 2 * word, bits[2 * word], bits[2 * word + 1]);
        else if (op === "sum") totals[word] = saturate(totals[word] + saturate(values[word]));
        else totals[word] = mergeNumber(op, totals[word], values[word]);
      }
    },
    toObject(values, bits, base) {
      const object: Record<string, number | bigint> = {};
      for (const { name, type, word } of fields) {
        object[name] = type === "u64" ? getUint64(bits, 2 * (base + word)) : values[base + word];
      }
      return object;
    },
    withChanges(Base) {
      return class extends Base implements InterpretedRecords {
        update(id: number, delta: AnyFields, life?: KernelLife): void {
          const action = `update ${this.metric}`;
          if (!isObject(delta)) reject(action, "", "", delta);
          const given = read(delta);
          if (areUndefined(given)) rejectUnknown(action, fields, delta);
          rejectFirst(action, fields, given);
          const isReady = life === undefined ? this.isReady(id) : this.isReadyIn(life);
          if (!isReady) this.prepare(id, "update", life);
          change(this, id * stride, given);
          this.publish(id);
        }

        updateLife(life: KernelLife, delta: AnyFields): void {
          this.update(life.id, delta, life);
        }

        begin(id: number): AnyBurst {
          if (!this.isReady(id)) this.prepare(id, "begin");
          return new Burst(this, id, this.openBurst(id));
        }

        beginLife(life: KernelLife): AnyBurst {
          if (!this.isReadyIn(life)) this.prepare(life.id, "begin", life);
          return new Burst(this, life.id, this.openBurst(life.id));
        }

        mergeBurst(id: number, number: number, delta: AnyFields): void {
          const action = `merge into ${this.metric}`;
          if (!isObject(delta)) {
            this.discardBurst(id, number);
            reject(action, "", "", delta);
          }
          const given = read(delta);
          if (areUndefined(given) && isOfUnknown(fields, delta)) {
            this.discardBurst(id, number);
            rejectUnknown(action, fields, delta);
          }
          if (!this.isOpen(id, number)) this.refuseBurst("merge into");
          if (!areValid(fields, given)) this.discardBurst(id, number);
          rejectFirst(action, fields, given);
          change(this, id * stride, given);
        }

        readField(id: number, number: number, { type, word }: FieldPlace): number | bigint {
          if (!this.isOpen(id, number)) this.refuseBurst("read");
          const index = id * stride + word;
          return type === "u64" ? getUint64(this.bits, 2 * index) : this.values[index];
        }

        writeField(id: number, number: number, field: FieldPlace, value: number | bigint): void {
          if (number === COMMITTED) return;
          if (!this.isOpen(id, number)) this.refuseBurst("change");
          const { name, type, word } = field;
          // A double accepts any number except NaN, whatever its op: "max" has just this check.
          if (!isValid("max", type, value)) {
            this.discardBurst(id, number);
            reject(`change ${this.metric}`, name, type, value);
          }
          const index = id * stride + word;
          if (type === "u64") setUint64(this.bits, 2 * index, value);
          else this.values[index] = type === "u32" ? (value as number) >>> 0 : value as number;
        }

        isOpen(id: number, number: number): boolean {
          return this.values[(id + 1) * stride - 1] === number;
        }
      };
    },
  };
}

// Classes with private names stand outside of `interpretKernel`: V8 shares the type feedback of all
// evaluations of one class, see `record_kernel.ts`.
let readField: (burst: InterpretedBurst, field: FieldPlace) => number | bigint;
let writeField: (burst: InterpretedBurst, field: FieldPlace, value: unknown) => void;

class InterpretedBurst {
  readonly #records: InterpretedRecords;
  readonly #id: number;
  #number: number;

  static {
    const isOpen = (burst: InterpretedBurst) => burst.#records.isOpen(burst.#id, burst.#number);
    showBursts(this.prototype, (burst) => burst.#records.metric, isOpen);
    readField = (burst, field) => burst.#records.readField(burst.#id, burst.#number, field);
    writeField = (burst, field, value) =>
      burst.#records.writeField(burst.#id, burst.#number, field, value);
  }

  constructor(records: InterpretedRecords, id: number, number: number) {
    this.#records = records;
    this.#id = id;
    this.#number = number;
  }

  get id(): number {
    return this.#id;
  }

  merge(delta: AnyFields): void {
    this.#records.mergeBurst(this.#id, this.#number, delta);
  }

  commit(): void {
    this.#records.commitBurst(this.#id, this.#number);
    this.#number = COMMITTED;
  }

  discard(): void {
    this.#records.discardBurst(this.#id, this.#number);
  }

  [Symbol.dispose](): void {
    this.discard();
  }
}

class Writer implements AnyRecordWriter {
  readonly #records: InterpretedRecords;

  static {
    showRecordWriters(this.prototype, (writer) => writer.#records);
  }

  constructor(records: InterpretedRecords) {
    this.#records = records;
  }

  update(id: number, delta: AnyFields): void {
    this.#records.update(id, delta);
  }

  begin(id: number): AnyBurst {
    return this.#records.begin(id);
  }
}

class LabelledWriter extends Writer {
  readonly #records: InterpretedRecords & LabelledRecords;

  constructor(records: InterpretedRecords & LabelledRecords) {
    super(records);
    this.#records = records;
  }

  labels(labels: LabelValues<string>): unknown {
    return this.#records.labels(labels);
  }
}

function areUndefined(given: readonly unknown[]): boolean {
  return given.every((value) => value === undefined);
}

function isObject(delta: unknown): boolean {
  return typeof delta === "object" && delta !== null;
}

function mergeNumber(op: string, old: number, value: number): number {
  if (op === "sum") return old + value;
  if (op === "bitOr") return (old | value) >>> 0;
  return (op === "min" ? value < old : value > old) ? value : old;
}
