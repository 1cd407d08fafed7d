/**
 * Copies records and exemplars: what has two slots, and a version that names the slot with the
 * latest commit. The protocols are in `metrics/record/record_publisher.ts` and
 * `metrics/exemplars/exemplar_writer.ts`.
 *
 * The owner writes only the slot that the version does not name, and then advances the version. So a
 * copy of the named slot is whole if the version was the same before and after it. If it was not,
 * this one record is copied again, a few times. It may still change each time: then its owner
 * commits so often that calls of the system take longer. The bit by which readers in memory ask the
 * owner for help cannot be set here, as it would be written to the file.
 *
 * Guarantees: what is put into the copy is one commit, whole. A record that could not be had keeps
 * the commit that an earlier walk has put there, which is an older one of the same cell; or it has
 * none. So a total never falls because a record could not be had.
 *
 * @module
 */
import { type FileCopy, type Part, partInto } from "./inspect_copy.ts";

/** How many times a record is copied while it changes. */
const TRIES = 8;

/** The records of one segment, or one exemplar. */
export interface Versioned {
  /** The column that they belong to. */
  readonly column: number;
  /** The slot of the thread. */
  readonly slot: number;
  readonly count: number;
  /** Byte offset of the versions, 4 bytes each. */
  readonly versions: number;
  /** Byte offset of the slots, two for each record. */
  readonly slots: number;
  readonly slotBytes: number;
  /** The bit of a version that is of no account. */
  readonly ignored: 0 | 1;
}

/** A record that could not be had. */
export interface Missing {
  readonly column: number;
  readonly slot: number;
}

/** Records, between the passes over them. */
export class VersionedCopies {
  readonly #copy: FileCopy;
  readonly #known: Set<number>;
  readonly #all: {
    readonly one: Versioned;
    readonly before: Int32Array;
    readonly bytes: Uint8Array;
    readonly after: Int32Array;
  }[] = [];

  /** `known` has the byte offsets of the versions that earlier walks have copied. */
  constructor(copy: FileCopy, known: Set<number>) {
    this.#copy = copy;
    this.#known = known;
  }

  /**
   * Adds records.
   *
   * @throws {TypeError} When they are not in the file.
   */
  add(one: Versioned): void {
    const { count, versions, slots, slotBytes } = one;
    const copy = this.#copy;
    // Before memory is taken for them.
    copy.assertWithin(versions, count * 4);
    copy.assertWithin(slots, count * 2 * slotBytes);
    this.#all.push({
      one,
      before: new Int32Array(count),
      bytes: new Uint8Array(count * 2 * slotBytes),
      after: new Int32Array(count),
    });
    if (this.#known.has(versions)) return;
    // What was there belonged to something else.
    this.#known.add(versions);
    copy.u8.fill(0, versions, versions + count * 4);
    copy.u8.fill(0, slots, slots + count * 2 * slotBytes);
  }

  /** The first pass: the versions. */
  get versions(): Part[] {
    return this.#all.map(({ one, before }) => partInto(one.versions, before));
  }

  /** The pass after that: the slots. */
  get slots(): Part[] {
    return this.#all.map(({ one: { slots: start }, bytes }) => ({
      ...{ start, bytes: bytes.length, target: bytes },
    }));
  }

  /** The last pass. Then puts the commits that are whole into the copy, and returns the others. */
  confirm(): Missing[] {
    const copy = this.#copy;
    copy.pass(this.#all.map(({ one, after }) => partInto(one.versions, after)));
    const missing: Missing[] = [];
    for (const { one, before, bytes, after } of this.#all) {
      const { column, slot, slotBytes, ignored } = one;
      for (let n = 0; n < before.length; n++) {
        if (((before[n] ^ after[n]) & ~ignored) === 0) {
          const from = (n * 2 + slotOf(before[n], ignored)) * slotBytes;
          this.#put(one, n, before[n], bytes.subarray(from, from + slotBytes));
        } else if (!this.#again(one, n)) missing.push({ column, slot });
      }
    }
    return missing;
  }

  /** Copies one record until it is whole. False if it never is. */
  #again(one: Versioned, n: number): boolean {
    const { versions, slots, slotBytes, ignored } = one;
    const before = new Int32Array(1);
    const after = new Int32Array(1);
    const target = new Uint8Array(slotBytes);
    for (let tries = 0; tries < TRIES; tries++) {
      const version = versions + n * 4;
      this.#copy.again(partInto(version, before));
      const start = slots + (n * 2 + slotOf(before[0], ignored)) * slotBytes;
      this.#copy.again({ start, bytes: slotBytes, target });
      this.#copy.again(partInto(version, after));
      if (((before[0] ^ after[0]) & ~ignored) !== 0) continue;
      this.#put(one, n, before[0], target);
      return true;
    }
    return false;
  }

  #put(
    { versions, slots, slotBytes, ignored }: Versioned,
    n: number,
    version: number,
    bytes: Uint8Array,
  ): void {
    const { i32, u8 } = this.#copy;
    i32[versions / 4 + n] = version;
    u8.set(bytes, slots + (n * 2 + slotOf(version, ignored)) * slotBytes);
  }
}

/** The slot that a version names. */
function slotOf(version: number, ignored: 0 | 1): number {
  return (version >> ignored) & 1;
}
