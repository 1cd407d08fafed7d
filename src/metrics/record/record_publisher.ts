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
 * for implementers; herd7's answers for x86 and AArch64 are in `docs/architecture.md`). No reader sleeps in one copy while
 * exactly 2^31 commits pass.
 *
 * Guarantees: a reader gets the values of one commit of a thread, never a mix. What was committed survives its writer, killed
 * at whichever instruction: the slot being written is never the one that the version names.
 *
 * Progress: owner: wait-free; one atomic read-modify-write per commit. Readers: as often as they are overtaken they
 * try again; after some tries they set the waiting bit. The owner learns of it from the result of its own read-modify-write,
 * copies the record into the segment's rescue slot, which it writes on request only, and goes on. So a reader that nobody competes with
 * ends as soon as the owner has committed once more, or has not committed during one copy.
 *
 * Speed: the atomic operation holds up all loads behind it, so what counts is the chain of dependent loads from one to the next. Hence
 * plain fields, one private array with all that a commit needs to know, and views that reach over the whole memory.
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
import { capacityOf, firstId, segmentOf } from "../../memory/segments.ts";
import type { WriterContext } from "../cell_writer.ts";
import type { RecordKernel, RecordValues } from "./record_kernel.ts";
import { identityOf, type RecordLayout, recordSegmentParts } from "./record_layout.ts";

/** What a record's writers need to know of their metric. */
export interface RecordWriterContext extends WriterContext {
  /** Where the fields stand. */
  readonly layout: RecordLayout;
  /** The inner loops for the fields. */
  readonly kernel: RecordKernel;
}

// Not exported, as V8 loads an exported constant from its module, checks it and converts it at each use: six instructions.
/** A commit advances the version by this. */
const COMMIT = 2;
/** The bit of the version by which readers ask for the rescue slot. */
const WAITING_BIT = 1;

// What the owner notes of each bucket, in `notes`.
/** Index of the bucket's epoch word. */
const EPOCH_INDEX = 0;
/** The epoch to which the private values belong; 0 before the first touch. */
const EPOCH = 1;
/** Index in `doubles` of the slot that the next commit writes: not the one that the version names. */
const IDLE = 2;
/** What turns the index of either slot into that of the other one, by exclusive or. */
const FLIP = 3;
/** Index of the version word. */
const VERSION = 4;
/** Index in `words` of the segment's rescue slot. */
const RESCUE = 5;
/** Notes per bucket; a power of two. */
const NOTES = 8;

/** The bit of the version by which readers ask for the rescue slot. */
export const WAITING = WAITING_BIT;

/** The records of one (thread, metric), as their owner sees them. Owner thread only. */
export class RecordPublisher implements RecordValues {
  /** The shared memory, as far as this metric's records in this thread need it. */
  declare protected words: Int32Array;
  declare private doubles: Float64Array;
  declare private halves: Uint32Array;
  /** `NOTES` words for each bucket, private memory. */
  protected notes: Int32Array = new Int32Array(0);
  /** The current values of all buckets, private memory. */
  values: Float64Array = new Float64Array(0);
  /** The same as 32-bit halves. */
  bits: Uint32Array = new Uint32Array(0);
  /** Buckets for which there is room in the private memory. */
  protected room = 0;
  /** Ids below may be ready: `room`, or 0 while a burst is open. */
  protected reach = 0;
  /** The overflow series' bucket, -1 while it is not known. */
  private overflow = -1;
  declare private readonly control: number;
  declare private readonly controlIndex: number;
  declare protected readonly fields: number;
  declare protected readonly kernel: RecordKernel;
  /** What never changes, off the hot path. */
  declare protected readonly home: RecordWriterContext;

  constructor(home: RecordWriterContext) {
    const views = home.thread.arena.views();
    this.words = views.i32;
    this.doubles = views.f64;
    this.halves = views.u32;
    this.fields = home.layout.fields.length;
    this.kernel = home.kernel;
    this.home = home;
    this.control = home.thread.tenure.control;
    this.controlIndex = home.thread.controlIndex;
  }

  /** Whether the thread may write. */
  protected isOwner(): boolean {
    // Unordered; pairs with the changes in `SlotDirectory`. Without it a slot could have two writers.
    return this.words[this.controlIndex] === this.control;
  }

  /** Whether the bucket can be changed right now, and its private values are of its present epoch. */
  isReady(id: number): boolean {
    if (!(typeof id === "number" && id < this.reach && id >>> 0 === id)) return false;
    const { words, notes } = this;
    const at = id * NOTES;
    // Unordered; pairs with the advances in `BucketTable`. Without it a change made after a clear would be dropped.
    return words[notes[at + EPOCH_INDEX]] === notes[at + EPOCH] && this.isOwner();
  }

  /** The epoch to which the private values of a bucket belong; 0 before the first touch. */
  protected epochOf(id: number): number {
    return id < this.room ? this.notes[id * NOTES + EPOCH] : 0;
  }

  /** Publishes the private values of a bucket. Wait-free. */
  publish(id: number): void {
    const { words, notes } = this;
    const at = id * NOTES;
    const to = notes[at + IDLE];
    // Unordered. Pairs with the copies in `RecordAccumulator`, which are thrown away if the version moved.
    this.copy(this.values, this.bits, id * this.fields, this.doubles, this.halves, to);
    words[(to + this.fields) * 2] = notes[at + EPOCH];
    notes[at + IDLE] = to ^ notes[at + FLIP];
    // SeqCst read-modify-write; pairs with the load and the confirmation in `RecordAccumulator`. A store is not enough: on AArch64
    // the next commit's plain stores may pass a store-release, and a reader would take half of that commit for this one.
    const before = Atomics.add(words, notes[at + VERSION], COMMIT);
    if ((before & WAITING_BIT) !== 0 || id === this.overflow) this.attend(id, before);
  }

  /** Does what is seldom asked for with a commit, of which `before` was the version. */
  private attend(id: number, before: number): void {
    if ((before & WAITING_BIT) !== 0) this.serve(id, before + COMMIT);
    if (id === this.overflow) this.countOverflow();
  }

  /** Copies the fields' words. The kernel's subclasses have it as their own, as JavaScriptCore inlines no function that is a value. */
  protected copy(...parameters: Parameters<RecordKernel["copy"]>): void {
    this.kernel.copy(...parameters);
  }

  /** Makes the values of the last commit the private ones, or the identities if that is of another epoch. */
  protected adopt(id: number, epoch: number): void {
    if (id >= this.room || this.notes[id * NOTES + VERSION] === 0) this.locate(id);
    const at = id * NOTES;
    const from = this.notes[at + IDLE] ^ this.notes[at + FLIP];
    if (this.words[(from + this.fields) * 2] === epoch) {
      this.kernel.copy(this.doubles, this.halves, from, this.values, this.bits, id * this.fields);
    } else {
      for (const { op, word } of this.home.layout.fields) {
        this.values[id * this.fields + word] = identityOf(op);
      }
    }
    this.notes[at + EPOCH] = epoch;
  }

  /** Notes whether a bucket is that of the overflow series, whose commits are counted. */
  protected noteOverflow(id: number, isOverflow: boolean): void {
    if (isOverflow) this.overflow = id;
    else if (this.overflow === id) this.overflow = -1;
  }

  /** Finds out where a bucket stands, and makes room in private memory. */
  private locate(id: number): void {
    const { thread, metric, table, layout } = this.home;
    const segment = segmentOf(id, table.shift);
    const first = firstId(segment, table.shift);
    const capacity = capacityOf(segment, table.shift);
    const start = thread.cells.ensure(thread.tenure.slot, metric, segment);
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
    this.values = new Float64Array(room * this.fields);
    this.bits = new Uint32Array(this.values.buffer);
    // As bits, not as doubles: an engine may change the bits of a NaN, which a 64-bit integer may look like.
    this.bits.set(new Uint32Array(values.buffer));
    this.room = room;
  }

  /** Copies the record for readers who were overtaken too often. */
  private serve(id: number, version: number): void {
    const { words, notes, home: { table } } = this;
    const rescue = notes[id * NOTES + RESCUE];
    // SeqCst read-modify-writes around the plain stores, as in `publish`: odd while the slot is being written. It is odd
    // already when the slot's last owner was killed in here.
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
    this.kernel.copy(this.values, this.bits, id * this.fields, this.doubles, this.halves, to);
    words[(to + this.fields) * 2] = notes[id * NOTES + EPOCH];
    Atomics.add(words, rescue + RESCUE_SEQUENCE, 1);
    Atomics.and(words, notes[id * NOTES + VERSION], ~WAITING_BIT);
  }

  private countOverflow(): void {
    Atomics.add(this.home.thread.arena.views().u64, this.home.overflowed, 1n);
  }
}
