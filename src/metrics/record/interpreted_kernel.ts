/**
 * The kernel of a list of fields without a compiler: it loops over the fields. `kernel_types.ts`
 * says what each method does.
 *
 * @module
 */
import { harden } from "../../base/harden.ts";
import type { LabelValues } from "../../schema/metric_options.ts";
import { saturate } from "../../base/saturate.ts";
import type { ChangeableRecord } from "./changeable_record.ts";
import type {
  AnyBoundRecord,
  AnyBurst,
  AnyRecordWriter,
  KernelLife,
  LabelledRecords,
  RecordHost,
  RecordKernel,
} from "./kernel_types.ts";
import { type AnyFields, COMMITTED, type Values } from "./record_loops.ts";
import { type FieldPlace, identityOf, type RecordLayout } from "./record_layout.ts";
import { showBoundRecords, showBursts, showRecordWriters } from "../inspectable_writers.ts";
import { addHalves, addUint64, getUint64, setUint64 } from "./uint64.ts";

/** Makes the interpreted kernel for a list of fields. */
export function interpretKernel({ fields, doubles }: RecordLayout): RecordKernel {
  const read = (delta: AnyFields | null | undefined): Values =>
    fields.map(({ name, op }) => {
      const value = ((delta ?? {}) as AnyFields)[name];
      return value === undefined ? identityOf(op) : value;
    });

  class Burst extends InterpretedBurst {
    static {
      for (const [n, field] of fields.entries()) {
        Object.defineProperty(this.prototype, field.name, {
          get(this: Burst) {
            return readField(this, field);
          },
          set(this: Burst, value: unknown) {
            writeField(this, n, field, value);
          },
        });
      }
    }

    protected override read(delta: AnyFields): Values {
      return read(delta);
    }
  }
  harden(Burst.prototype);
  const methods: WriterMethods = { read, begin: (record) => new Burst(record) };

  return {
    module: () => undefined,
    writer: (records) => new Writer(records, methods),
    labelledWriter: (records) => new LabelledWriter(records, methods),
    boundWriter: (life) => new BoundWriter(life, methods),
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
    recordClass: (Base) =>
      class extends Base {
        commit(): boolean {
          return false;
        }

        change(given: Values): void {
          const { values, bits } = this;
          for (const [n, { op, type, word }] of fields.entries()) {
            if (type === "u64") addUint64(bits, 2 * word, given[n] as number | bigint);
            else values[word] = mergeNumber(op, values[word], given[n] as number);
          }
        }

        mergeBurst(number: number, ...values: Values): void {
          if (this.burst !== number) this.refuseBurst("merge into");
          this.change(values);
        }
      },
  };
}

/** What the classes below need to know of the fields. */
interface WriterMethods {
  read(delta: AnyFields): Values;
  begin(record: ChangeableRecord): AnyBurst;
}

// Classes with private names stand outside of `interpretKernel`: V8 shares the type feedback of all
// evaluations of one class, see `record_kernel.ts`.
let readField: (burst: InterpretedBurst, field: FieldPlace) => number | bigint;
let writeField: (burst: InterpretedBurst, n: number, field: FieldPlace, value: unknown) => void;

abstract class InterpretedBurst {
  readonly #record: ChangeableRecord;
  #number: number;

  static {
    showBursts<InterpretedBurst>(
      this.prototype as InterpretedBurst,
      (burst) => burst.#record.metric,
      (burst) => burst.#record.burst === burst.#number,
    );
    readField = (burst, { type, word }) => {
      const record = burst.#record;
      if (record.burst !== burst.#number) record.refuseBurst("read");
      return type === "u64" ? getUint64(record.bits, 2 * word) : record.values[word];
    };
    writeField = (burst, n, { type, word }, value) => {
      const record = burst.#record;
      if (!record.allows(burst.#number, n, value)) return;
      if (type === "u64") setUint64(record.bits, 2 * word, value as number | bigint);
      else record.values[word] = type === "u32" ? (value as number) >>> 0 : value as number;
    };
  }

  /** The burst that was just begun. */
  constructor(record: ChangeableRecord) {
    this.#record = record;
    this.#number = record.burst;
  }

  get id(): number {
    return this.#record.id;
  }

  /** Reads each field once: a getter may return another value the next time. */
  protected abstract read(delta: AnyFields): Values;

  merge(delta: AnyFields): void {
    this.#record.mergeSlowly(this.#number, delta, this.read(delta));
  }

  commit(): void {
    this.#record.commitBurst(this.#number);
    this.#number = COMMITTED;
  }

  discard(): void {
    this.#record.discardBurst(this.#number);
  }

  [Symbol.dispose](): void {
    this.discard();
  }
}

class Writer implements AnyRecordWriter {
  readonly #records: RecordHost;
  readonly #methods: WriterMethods;

  static {
    showRecordWriters(this.prototype, (writer) => writer.#records);
  }

  constructor(records: RecordHost, methods: WriterMethods) {
    this.#records = records;
    this.#methods = methods;
  }

  update(id: number, delta: AnyFields): void {
    this.#records.updateOddly(id, undefined, delta, this.#methods.read(delta));
  }

  begin(id: number): AnyBurst {
    return this.#methods.begin(this.#records.open(id));
  }
}

class LabelledWriter extends Writer {
  readonly #records: LabelledRecords;

  constructor(records: LabelledRecords, methods: WriterMethods) {
    super(records, methods);
    this.#records = records;
  }

  labels(labels: LabelValues<string>): unknown {
    return this.#records.labels(labels);
  }
}

class BoundWriter implements AnyBoundRecord {
  readonly #life: KernelLife;
  readonly #methods: WriterMethods;

  static {
    showBoundRecords<BoundWriter>(
      this.prototype,
      (writer) => writer.#life.records,
      (writer) => writer.#life,
    );
  }

  constructor(life: KernelLife, methods: WriterMethods) {
    this.#life = life;
    this.#methods = methods;
  }

  get id(): number {
    return this.#life.id;
  }

  update(delta: AnyFields): void {
    this.#life.records.updateOddly(this.id, this.#life, delta, this.#methods.read(delta));
  }

  begin(): AnyBurst {
    return this.#methods.begin(this.#life.records.open(this.id, this.#life));
  }
}

function mergeNumber(op: string, old: number, value: number): number {
  if (op === "sum") return old + value;
  if (op === "bitOr") return (old | value) >>> 0;
  return (op === "min" ? value < old : value > old) ? value : old;
}
