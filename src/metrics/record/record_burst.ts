/**
 * A burst: many changes to one record, one commit.
 *
 * @module
 */
import { cannot, got } from "../../base/errors.ts";
import { inspectable } from "../../base/inspectable.ts";
import type { RecordDelta, RecordFields, RecordValue } from "../../schema/record.ts";
import type { RecordWriterContext } from "./record_publisher.ts";
import type { AnyFields, FieldHolder, RecordValues } from "./record_kernel.ts";

/** The methods of a burst, beside the fields as properties. */
export interface BurstMethods<Fields extends RecordFields> {
  /** The bucket. */
  readonly id: number;
  /**
   * Merges a change by the ops of the fields. Owner thread only.
   *
   * @throws {TypeError} When the change has the wrong shape or only unknown fields, or the burst is
   * over.
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

/** What a burst needs of the writer that it belongs to. */
export interface BurstHost {
  /** Publishes the private values of a bucket, if the thread may still write. */
  commit(id: number): void;
  /** Takes the private values back to those of the last commit. */
  discard(id: number): void;
}

/**
 * The implementation; a subclass for each writer adds the fields as accessors. What is not the users' starts with `$`, which
 * no field's name has. Owner thread only.
 */
export class Burst implements FieldHolder {
  /** The bucket. */
  id = -1;
  /** Whether changes can be made. */
  $isOpen = false;
  $values: Float64Array = new Float64Array(0);
  $bits: Uint32Array = new Uint32Array(0);
  /** The first word of the record in `$values`. */
  $base = 0;
  declare readonly $fields: number;
  /** Made by the kernel, like the fields. */
  declare merge: (delta: AnyFields) => void;
  declare readonly $host: BurstHost;
  declare readonly $metric: string;

  static {
    inspectable<Burst>(this.prototype, {
      type: "RecordBurst",
      metric: ({ $metric }) => $metric,
      facts: ({ id, $isOpen: isOpen }) => ({ id, isOpen }),
    });
  }

  constructor(home: RecordWriterContext, host: BurstHost) {
    this.$fields = home.layout.fields.length;
    this.$host = host;
    this.$metric = home.table.name;
  }

  $open(id: number, { values, bits }: RecordValues): void {
    this.$isOpen = true;
    this.id = id;
    this.$base = id * this.$fields;
    this.$values = values;
    this.$bits = bits;
  }

  commit(): void {
    if (!this.$isOpen) this.$refuse("commit");
    this.$isOpen = false;
    this.$host.commit(this.id);
  }

  discard(): void {
    if (!this.$isOpen) return;
    this.$isOpen = false;
    this.$host.discard(this.id);
  }

  [Symbol.dispose](): void {
    this.discard();
  }

  $refuse(verb: string): never {
    throw new TypeError(
      cannot(`${verb} ${this.$metric}`, "the burst must be open", got("one that is over")),
    );
  }
}
