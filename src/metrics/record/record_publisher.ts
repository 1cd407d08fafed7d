/**
 * The record protocol, the owner's side: how a record is published so that readers never see a part
 * of a commit.
 *
 * Each (thread, bucket) has two slots and a version word in shared memory, and the current values
 * in private memory. A slot holds the fields and the epoch that they belong to. Bit 1 of the
 * version is the number of the slot with the latest commit.
 *
 * ```text
 * version word:   number of commits (31 bits) | a reader waits (1 bit)
 * ```
 *
 * Assumptions: a record has one owner at a time. The engine does not move plain accesses across
 * `Atomics` operations (ECMAScript's guidelines for implementers; herd7's results for x86 and
 * AArch64 are in `docs/architecture.md`). No reader is suspended in one copy while exactly 2^31
 * commits pass.
 *
 * Guarantees: a reader gets the values of one commit of a thread, never a mix of two. A commit
 * survives if its writer is killed at any later instruction: the slot that is being written is
 * never the one that the version names.
 *
 * Progress: the owner is wait-free, with one atomic read-modify-write per commit. A reader that is
 * overtaken by a commit tries again; after some tries it sets the waiting bit. The owner finds the
 * bit in the result of its own read-modify-write, copies the record into the rescue slot of the
 * segment, and goes on. It writes the rescue slot only on request. So a reader without competing
 * readers finishes as soon as the owner has committed once more, or has not committed during one
 * copy.
 *
 * Speed: the atomic operation delays all loads after it, so what costs is the chain of dependent
 * loads between two of them. That is why this class has plain fields, one private array with
 * everything that a commit needs, and views of the whole memory.
 *
 * @module
 */
import {
  longIndex,
  RESCUE_HEADER_BYTES,
  RESCUE_OFFSET,
  RESCUE_SEQUENCE,
  RESCUE_VERSION,
  wordIndex,
} from "../../memory/layout.ts";
import { cannot, got } from "../../base/errors.ts";
import { capacityOf, firstId, segmentOf } from "../../memory/segments.ts";
import type { WriterContext } from "../cell_writer.ts";
import type { RecordKernel, RecordValues } from "./kernel_types.ts";
import { identityOf, type RecordLayout, recordSegmentParts, WAITING } from "./record_layout.ts";

/** What the writers of a record in one thread need to know. */
export interface RecordWriterContext extends WriterContext {
  /** Where the fields stand. */
  readonly layout: RecordLayout;
  /** The inner loops for the fields. */
  readonly kernel: RecordKernel;
}

// Constants of this module: V8 loads, checks and converts an exported or imported constant at each
// use, in six instructions.
/** How far a commit advances the version. */
const COMMIT = 2;
/** The bit of the version by which readers ask for the rescue slot. */
const WAITING_BIT = WAITING;

// What the owner knows of each bucket, as words of `notes`.
/** Index of the bucket's epoch word. */
const EPOCH_INDEX = 0;
/**
 * The epoch to which the private values belong; 0 before the first change. From the beginning of a
 * burst to its commit it is the complement, which is no bucket's epoch. So the changes of an open
 * or discarded burst are never taken for a commit.
 */
const EPOCH = 1;
/** Index in `doubles` of the slot that the next commit writes. The version names the other slot. */
const IDLE = 2;
/** The exclusive or of the indices of both slots, which turns each into the other. */
const FLIP = 3;
/** Index of the version word. */
const VERSION = 4;
/** Index in `words` of the segment's rescue slot. */
const RESCUE = 5;
/** The number of words in `notes` for each bucket; a power of two. */
const NOTES = 8;

/** In place of the number of an open burst: no burst is open. */
const NO_BURST = 0;

/** The records of one (thread, metric). Owner thread only. */
export class RecordPublisher implements RecordValues {
  /** The shared memory. It holds all segments of this metric in this thread. */
  declare protected words: Int32Array;
  declare private doubles: Float64Array;
  declare private halves: Uint32Array;
  /** `NOTES` words for each bucket. Private memory. */
  protected notes: Int32Array = new Int32Array(0);
  /**
   * The current values of all buckets: `stride` words for each. The last word is the number of the
   * bucket's open burst, or 0 if none is open. Private memory.
   */
  values: Float64Array = new Float64Array(0);
  /** The same memory as 32-bit halves. */
  bits: Uint32Array = new Uint32Array(0);
  /** The number of the latest burst: how many bursts were begun. */
  private begun = NO_BURST;
  /** How many buckets fit in the private memory. */
  protected room = 0;
  /** The id of the overflow series' bucket; -1 while it is not known. */
  private overflow = -1;
  declare private readonly control: number;
  declare private readonly controlIndex: number;
  declare protected readonly fields: number;
  /** The number of words for each bucket in `values`. */
  declare protected readonly stride: number;
  declare protected readonly kernel: RecordKernel;
  /** The metric and the thread, off the hot path. */
  declare protected readonly context: RecordWriterContext;

  /** The name of the metric, for error texts. */
  declare readonly metric: string;

  constructor(context: RecordWriterContext) {
    const views = context.thread.arena.views();
    this.words = views.i32;
    this.doubles = views.f64;
    this.halves = views.u32;
    this.fields = context.layout.fields.length;
    this.stride = context.layout.stride;
    this.kernel = context.kernel;
    this.context = context;
    this.metric = context.table.name;
    this.control = context.thread.tenure.control;
    this.controlIndex = context.thread.controlIndex;
  }

  /** Whether the thread may write. */
  protected isOwner(): boolean {
    // Unordered; pairs with the changes in `SlotDirectory`. Without it a slot could have two
    // writers.
    return this.words[this.controlIndex] === this.control;
  }

  /** Whether the bucket can be changed: its private values are of its present epoch. */
  isReady(id: number): boolean {
    if (!(typeof id === "number" && id < this.room && id >>> 0 === id)) return false;
    const { words, notes } = this;
    const at = id * NOTES;
    // Unordered; pairs with the advances in `BucketTable`. Without it a change after a clear would
    // be dropped.
    return words[notes[at + EPOCH_INDEX]] === notes[at + EPOCH] &&
      // `isOwner()`, inlined by hand.
      words[this.controlIndex] === this.control;
  }

  /** The epoch of the private values; 0 before the first change, no epoch during a burst. */
  protected epochOf(id: number): number {
    return id < this.room ? this.notes[id * NOTES + EPOCH] : 0;
  }

  /**
   * The bucket's present epoch if the only change since the latest commit is a burst that was not
   * committed; 0 otherwise.
   */
  protected heldEpoch(id: number): number {
    if (!(typeof id === "number" && id < this.room && id >>> 0 === id)) return 0;
    const epoch = ~this.notes[id * NOTES + EPOCH];
    const isPresent = this.words[this.notes[id * NOTES + EPOCH_INDEX]] === epoch;
    return isPresent && this.isOwner() ? epoch : 0;
  }

  /**
   * Begins a burst of a bucket that is ready, and returns its number. The bucket is not ready again
   * before the commit or the next `loadCommitted`.
   */
  openBurst(id: number): number {
    const { notes } = this;
    const at = id * NOTES + EPOCH;
    notes[at] = ~notes[at];
    return this.values[(id + 1) * this.stride - 1] = this.begun += 1;
  }

  /**
   * Publishes the changes of a burst. Throws unless it is the open burst of its bucket and the
   * thread may still write. Wait-free.
   */
  commitBurst(id: number, number: number): void {
    const { notes, values } = this;
    const open = (id + 1) * this.stride - 1;
    if (values[open] !== number) this.refuseBurst("commit");
    values[open] = NO_BURST;
    // `isOwner()`, inlined by hand. The thread may have been revoked since the burst began.
    if (this.words[this.controlIndex] !== this.control) this.refuseCommit();
    const at = id * NOTES + EPOCH;
    notes[at] = ~notes[at];
    this.publish(id);
  }

  /**
   * Drops the changes of a burst if it is the open burst of its bucket. The next change loads the
   * latest commit.
   */
  discardBurst(id: number, number: number): void {
    const open = (id + 1) * this.stride - 1;
    if (this.values[open] === number) this.values[open] = NO_BURST;
  }

  /** Throws because a burst has ended. */
  refuseBurst(verb: string): never {
    throw new TypeError(
      cannot(`${verb} ${this.metric}`, "the burst must be open", got("one that is over")),
    );
  }

  /** Throws if the thread was unregistered or revoked. */
  private refuseCommit(): void {
    this.context.thread.check(`commit ${this.metric}`);
  }

  /** Publishes the private values of a bucket. Wait-free. */
  publish(id: number): void {
    const { words, notes } = this;
    const at = id * NOTES;
    const to = notes[at + IDLE];
    // Unordered. Pairs with the copies in `RecordAccumulator`, which it drops if the version
    // changed.
    this.copy(this.values, this.bits, id * this.stride, this.doubles, this.halves, to);
    words[(to + this.fields) * 2] = notes[at + EPOCH];
    notes[at + IDLE] = to ^ notes[at + FLIP];
    // SeqCst read-modify-write; pairs with the load and the confirmation in `RecordAccumulator`. A
    // store is not enough: on AArch64 the plain stores of the next commit may pass a store-release,
    // and a reader would see a part of that commit as this one.
    const before = Atomics.add(words, notes[at + VERSION], COMMIT);
    if ((before & WAITING_BIT) !== 0 || id === this.overflow) this.handleRareCommit(id, before);
  }

  /**
   * The rare work after a commit: help for readers, and the overflow count. `before`: the version.
   */
  private handleRareCommit(id: number, before: number): void {
    if ((before & WAITING_BIT) !== 0) this.writeRescueCopy(id, before + COMMIT);
    if (id === this.overflow) this.countOverflow();
  }

  /**
   * Copies the words of the fields. The kernel's subclasses override it: JavaScriptCore does not
   * inline a function that it calls through a field.
   */
  protected copy(...parameters: Parameters<RecordKernel["copy"]>): void {
    this.kernel.copy(...parameters);
  }

  /**
   * Loads the values of the latest commit into private memory, or the identities if that commit is
   * of another epoch. An open burst ends, and its changes are dropped.
   */
  protected loadCommitted(id: number, epoch: number): void {
    if (id >= this.room || this.notes[id * NOTES + VERSION] === 0) this.locate(id);
    const at = id * NOTES;
    const from = this.notes[at + IDLE] ^ this.notes[at + FLIP];
    if (this.words[(from + this.fields) * 2] === epoch) {
      this.kernel.copy(this.doubles, this.halves, from, this.values, this.bits, id * this.stride);
    } else {
      for (const { op, word } of this.context.layout.fields) {
        this.values[id * this.stride + word] = identityOf(op);
      }
    }
    this.notes[at + EPOCH] = epoch;
    this.values[(id + 1) * this.stride - 1] = NO_BURST;
  }

  /** Remembers whether a bucket is that of the overflow series, whose commits are counted. */
  protected noteOverflow(id: number, isOverflow: boolean): void {
    if (isOverflow) this.overflow = id;
    else if (this.overflow === id) this.overflow = -1;
  }

  /** Finds the segment of a bucket, or makes it, and makes room in private memory. */
  private locate(id: number): void {
    const { thread, cells, table, layout } = this.context;
    const segment = segmentOf(id, table.shift);
    const first = firstId(segment, table.shift);
    const capacity = capacityOf(segment, table.shift);
    const start = thread.cells.ensure(thread.tenure.slot, cells, segment);
    const parts = recordSegmentParts(layout, capacity);
    const views = thread.arena.views(start + parts.bytes);
    this.words = views.i32;
    this.doubles = views.f64;
    this.halves = views.u32;
    if (id >= this.room) this.enlarge(first + capacity);
    const offset = id - first;
    const at = id * NOTES;
    const slots = longIndex(start + parts.slots) + offset * 2 * layout.stride;
    const version = wordIndex(start + parts.versions) + offset;
    // SeqCst; pairs with the publication of an earlier owner of the slot.
    const last = (Atomics.load(this.words, version) >> 1) & 1;
    this.notes[at + EPOCH_INDEX] = table.segment(segment)!.epochs + offset;
    this.notes[at + IDLE] = slots + (last ^ 1) * layout.stride;
    this.notes[at + FLIP] = slots ^ (slots + layout.stride);
    this.notes[at + VERSION] = version;
    this.notes[at + RESCUE] = wordIndex(start + parts.rescue);
  }

  private enlarge(room: number): void {
    const { notes, values } = this;
    this.notes = new Int32Array(room * NOTES);
    this.notes.set(notes);
    this.values = new Float64Array(room * this.stride);
    this.bits = new Uint32Array(this.values.buffer);
    // As bits, not as doubles: a 64-bit integer may look like a NaN, whose bits an engine may
    // change.
    this.bits.set(new Uint32Array(values.buffer));
    this.room = room;
  }

  /** Copies the record into the rescue slot, for readers that were overtaken too often. */
  private writeRescueCopy(id: number, version: number): void {
    const { words, notes, context: { table } } = this;
    const rescue = notes[id * NOTES + RESCUE];
    // SeqCst read-modify-writes around the plain stores, as in `publish`. The sequence is odd while
    // the rescue slot is being written. It is odd already if an earlier owner was killed in here.
    Atomics.add(
      words,
      rescue + RESCUE_SEQUENCE,
      1 + (Atomics.load(words, rescue + RESCUE_SEQUENCE) & 1),
    );
    Atomics.store(
      words,
      rescue + RESCUE_OFFSET,
      id - firstId(segmentOf(id, table.shift), table.shift),
    );
    Atomics.store(words, rescue + RESCUE_VERSION, version & ~WAITING_BIT);
    const to = longIndex(rescue * 4 + RESCUE_HEADER_BYTES);
    this.kernel.copy(this.values, this.bits, id * this.stride, this.doubles, this.halves, to);
    words[(to + this.fields) * 2] = notes[id * NOTES + EPOCH];
    Atomics.add(words, rescue + RESCUE_SEQUENCE, 1);
    Atomics.and(words, notes[id * NOTES + VERSION], ~WAITING_BIT);
  }

  private countOverflow(): void {
    Atomics.add(this.context.thread.arena.views().u64, this.context.overflowed, 1n);
  }
}
