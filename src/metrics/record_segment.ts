/**
 * The record protocol, the owner's side: publishing a record so that readers get it whole.
 *
 * Per (thread, bucket) two slots and a version word, and in private memory the current values. A slot is the fields and the
 * epoch that they belong to. The slot of the last commit is that numbered by bit 1 of the version.
 *
 * ```text
 * version word:   commits (31 bits) | somebody waits (1 bit)
 * ```
 *
 * Assumptions: one owner at a time. The engine does not move plain accesses across `Atomics` operations (ECMAScript's guidelines
 * for implementers; herd7 results for x86 and AArch64 are in `docs/architecture.md`). No reader sleeps in one copy while
 * exactly 2^31 commits pass.
 *
 * Guarantees: a reader gets the values of one commit of a thread, never a mix. What was committed survives its writer, killed
 * at whichever instruction: the slot being written is never the one that the version names.
 *
 * Progress: owner: wait-free; one atomic read-modify-write per commit. Readers: as often as they are overtaken they
 * try again; after `TRIES` they set the waiting bit. The owner learns of it from the result of its own read-modify-write,
 * copies the record into the segment's rescue slot, which it writes on request only, and goes on. So a reader that nobody competes with
 * ends as soon as the owner has committed once more, or has not committed during one copy.
 *
 * @module
 */
import type { Views } from "../memory/arena.ts";
import { RESCUE_HEADER_BYTES, RESCUE_OFFSET, RESCUE_SEQUENCE, RESCUE_VERSION } from "../memory/layout.ts";
import type { RecordKernel } from "./record_kernel.ts";
import { identityOf, type RecordLayout, recordSegmentParts } from "./record_layout.ts";

/** A commit advances the version by this. */
export const COMMIT = 2;
/** The bit of the version by which readers ask for the rescue slot. */
export const WAITING = 1;

/** What a segment needs to know of its metric. */
export interface RecordSegmentOptions {
  /** How many buckets it holds. */
  capacity: number;
  /** Index of the buckets' epoch words in `i32`. */
  epochs: number;
  /** Where the fields stand. */
  layout: RecordLayout;
  /** The inner loops for the fields. */
  kernel: RecordKernel;
  /** Index in `u64` of the number of updates sent to the overflow series. */
  overflowed: number;
}

/** A record segment as its owner sees it. Fields are plain: the hot path loads them, see `counter_writer.ts`. */
export class RecordSegment {
  /** The segment's part of the shared memory. */
  readonly words: Int32Array;
  private readonly doubles: Float64Array;
  private readonly halves: Uint32Array;
  /** Index of the buckets' epoch words. */
  readonly epochs: number;
  private readonly versions: number;
  private readonly slots: number;
  private readonly rescue: number;
  private readonly kernel: RecordKernel;
  private readonly identity: Float64Array;
  /** Fields of a record. */
  readonly fields: number;
  private readonly stride: number;
  /** The current values of all buckets, private memory. */
  readonly values: Float64Array;
  /** The same as 32-bit halves. */
  readonly bits: Uint32Array;
  /** The epoch to which the private values belong; 0 before the first touch. */
  readonly seen: Int32Array;
  /** Offset of the overflow series' bucket, -1 while it is not known to be here. */
  private overflow = -1;
  private readonly longs: BigUint64Array;
  private readonly overflowed: number;

  constructor(views: Views, start: number, options: RecordSegmentOptions) {
    const { capacity, layout } = options;
    const parts = recordSegmentParts(layout, capacity);
    this.words = views.i32;
    this.doubles = views.f64;
    this.halves = views.u32;
    this.epochs = options.epochs;
    this.versions = (start + parts.versions) / 4;
    this.slots = (start + parts.slots) / 8;
    this.rescue = (start + parts.rescue) / 4;
    this.longs = views.u64;
    this.overflowed = options.overflowed;
    this.kernel = options.kernel;
    this.fields = layout.fields.length;
    this.stride = layout.stride;
    this.values = new Float64Array(capacity * this.fields);
    this.bits = new Uint32Array(this.values.buffer);
    this.seen = new Int32Array(capacity);
    this.identity = new Float64Array(this.fields);
    for (const { op, word } of layout.fields) this.identity[word] = identityOf(op);
  }

  /** Publishes the private values of a bucket. Owner thread only; wait-free. */
  commit(offset: number): void {
    const { words, versions } = this;
    // Unordered: nobody but the owner changes the bits above the lowest.
    const slot = ((words[versions + offset] >> 1) & 1) ^ 1;
    const to = this.slots + (offset * 2 + slot) * this.stride;
    // Unordered. Pairs with the copies in `RecordCells`, which are thrown away if the version moved.
    this.kernel.copy(this.values, this.bits, offset * this.fields, this.doubles, this.halves, to);
    words[(to + this.fields) * 2] = this.seen[offset];
    // SeqCst read-modify-write; pairs with the load and the confirmation in `RecordCells`. A store is not enough: on AArch64
    // the next commit's plain stores may pass a store-release, and a reader would take half of that commit for this one.
    const before = Atomics.add(words, versions + offset, COMMIT);
    if (before & WAITING) this.serve(offset, before + COMMIT);
    if (offset === this.overflow) Atomics.add(this.longs, this.overflowed, 1n);
  }

  /** Notes whether a bucket is that of the overflow series, whose commits are counted. Owner thread only. */
  noteOverflow(offset: number, isOverflow: boolean): void {
    if (isOverflow) this.overflow = offset;
    else if (this.overflow === offset) this.overflow = -1;
  }

  /** Takes the values of the last commit as the private ones, or the identities if that is of another epoch. Owner thread only. */
  adopt(offset: number, epoch: number): void {
    const base = offset * this.fields;
    const slot = (this.words[this.versions + offset] >> 1) & 1;
    const from = this.slots + (offset * 2 + slot) * this.stride;
    if (this.words[(from + this.fields) * 2] === epoch) {
      this.kernel.copy(this.doubles, this.halves, from, this.values, this.bits, base);
    } else {
      this.values.set(this.identity, base);
    }
    this.seen[offset] = epoch;
  }

  /** Copies the record for readers who were overtaken too often. Owner thread only. */
  private serve(offset: number, version: number): void {
    const { words, rescue } = this;
    // SeqCst read-modify-writes around the plain stores, as in `commit`: odd while the slot is being written.
    Atomics.add(words, rescue + RESCUE_SEQUENCE, 1);
    Atomics.store(words, rescue + RESCUE_OFFSET, offset);
    Atomics.store(words, rescue + RESCUE_VERSION, version & ~WAITING);
    const to = (rescue * 4 + RESCUE_HEADER_BYTES) / 8;
    this.kernel.copy(this.values, this.bits, offset * this.fields, this.doubles, this.halves, to);
    words[(to + this.fields) * 2] = this.seen[offset];
    Atomics.add(words, rescue + RESCUE_SEQUENCE, 1);
    Atomics.and(words, this.versions + offset, ~WAITING);
  }
}
