/**
 * A burst: many changes to one record, one commit.
 *
 * @module
 */
import { cannot, got } from "../errors.ts";
import type { RecordDelta, RecordFields, RecordValue } from "../schema/definitions.ts";
import { type AnyFields, type RecordKernel, reject } from "./record_kernel.ts";
import type { FieldPlace } from "./record_layout.ts";
import type { RecordSegment } from "./record_segment.ts";
import type { RecordHome } from "./record_writer.ts";
import { getUint64, setUint64 } from "./uint64.ts";

/** The methods of a burst, beside the fields as properties. */
export interface BurstMethods<Fields extends RecordFields> {
  /** The bucket. */
  readonly id: number;
  /**
   * Merges a change by the ops of the fields. Owner thread only.
   *
   * @throws {TypeError} When the change has the wrong shape, or the burst is over.
   * @throws {RangeError} When a value is out of range.
   */
  merge(delta: RecordDelta<Fields>): void;
  /**
   * Commits all changes as one, and ends the burst. Owner thread only; one atomic read-modify-write.
   *
   * @throws {TypeError} When the burst is over.
   * @throws {StaleThreadError} When the thread was unregistered or revoked: the changes are dropped.
   */
  commit(): void;
  /** Drops all changes and ends the burst; does nothing when it is over. Owner thread only. */
  discard(): void;
  /** The same as `discard()`: a burst that `using` leaves without a commit is dropped. */
  [Symbol.dispose](): void;
}

/** An open burst: the record's fields as properties, and `merge`, `commit` and `discard`. */
export type RecordBurst<Fields extends RecordFields> =
  & BurstMethods<Fields>
  & { -readonly [Name in keyof RecordValue<Fields>]: RecordValue<Fields>[Name] };

/**
 * The implementation; a subclass for each writer adds the fields as accessors. What is not the users' starts with `$`, which
 * no field's name has. Owner thread only.
 */
export class Burst {
  /** The bucket. */
  id = -1;
  /** Whether changes can be made. */
  $isOpen = false;
  $values: Float64Array = new Float64Array(0);
  $bits: Uint32Array = new Uint32Array(0);
  /** The first word of the record in `$values`. */
  $base = 0;
  $offset = 0;
  $segment: RecordSegment | undefined = undefined;
  readonly $home: RecordHome;
  readonly $kernel: RecordKernel;
  readonly $control: number;
  readonly $controlIndex: number;

  constructor(home: RecordHome) {
    this.$home = home;
    this.$kernel = home.kernel;
    this.$control = home.thread.tenure.control;
    this.$controlIndex = home.thread.controlIndex;
  }

  $open(segment: RecordSegment, offset: number, id: number): void {
    this.$isOpen = true;
    this.$segment = segment;
    this.$offset = offset;
    this.id = id;
    this.$base = offset * segment.fields;
    this.$values = segment.values;
    this.$bits = segment.bits;
  }

  merge(delta: AnyFields): void {
    if (!this.$isOpen) this.$refuse("merge into");
    this.$kernel.merge(this.$values, this.$bits, this.$base, delta);
  }

  commit(): void {
    if (!this.$isOpen) this.$refuse("commit");
    const segment = this.$segment!;
    // Unordered; pairs with the changes in `SlotDirectory`: a thread may be revoked while its burst is open.
    if (segment.words[this.$controlIndex] !== this.$control) {
      this.discard();
      this.$home.thread.check(`commit ${this.$home.table.name}`);
    }
    this.$isOpen = false;
    segment.commit(this.$offset);
  }

  discard(): void {
    if (!this.$isOpen) return;
    this.$isOpen = false;
    this.$segment!.adopt(this.$offset, this.$segment!.seen[this.$offset]);
  }

  [Symbol.dispose](): void {
    this.discard();
  }

  $refuse(verb: string): never {
    const what = `${verb} ${this.$home.table.name}`;
    throw new TypeError(cannot(what, "the burst must be open", got("one that is over")));
  }
}

/** Makes the one burst of a writer. */
export function makeBurst(home: RecordHome): Burst {
  const FieldsBurst = class extends Burst {};
  for (const field of home.layout.fields) {
    const accessor = field.type === "u64"
      ? integerAccessor(home.table.name, field)
      : numberAccessor(home.table.name, field);
    Object.defineProperty(FieldsBurst.prototype, field.name, accessor);
  }
  return new FieldsBurst(home);
}

function integerAccessor(metric: string, { name, type, word }: FieldPlace): PropertyDescriptor & ThisType<Burst> {
  return {
    get() {
      if (!this.$isOpen) this.$refuse("read");
      return getUint64(this.$bits, 2 * (this.$base + word));
    },
    set(value: number | bigint) {
      if (!this.$isOpen) this.$refuse("change");
      if (typeof value !== "bigint" && !Number.isSafeInteger(value)) reject(metric, name, type, value);
      setUint64(this.$bits, 2 * (this.$base + word), value);
    },
  };
}

function numberAccessor(metric: string, { name, type, word }: FieldPlace): PropertyDescriptor & ThisType<Burst> {
  const isWord = type === "u32";
  return {
    get() {
      if (!this.$isOpen) this.$refuse("read");
      return this.$values[this.$base + word];
    },
    set(value: number) {
      if (!this.$isOpen) this.$refuse("change");
      if (typeof value !== "number" || value !== value) reject(metric, name, type, value);
      if (isWord && (value | 0) !== value && (value >>> 0) !== value) reject(metric, name, type, value);
      this.$values[this.$base + word] = isWord ? value >>> 0 : value;
    },
  };
}
