/**
 * The record protocol, the owner's side: how a record is published so that readers never see a part
 * of a commit.
 *
 * Each (thread, bucket) has two slots and a version word in shared memory. A slot holds the fields
 * and the epoch that they belong to. Bit 1 of the version is the number of the slot with the latest
 * commit, the committed slot; the other one is idle.
 *
 * ```text
 * version word:   number of commits (31 bits) | a reader waits (1 bit)
 * ```
 *
 * An update stores into the idle slot what the committed slot holds, merged with the change, and
 * publishes it. A burst starts with a copy of the committed slot in private memory, changes it
 * there, and copies it to the idle slot at its commit.
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
 * Speed: there is an object for each bucket, because engines know the fields of an object better
 * than the words of an array. The hot methods are in the kernels' subclasses. They are short,
 * because JavaScriptCore inlines only short functions, see `compiled_changes.ts`.
 *
 * @module
 */
import {
  longIndex,
  RESCUE_HEADER_BYTES,
  RESCUE_OFFSET,
  RESCUE_SEQUENCE,
  RESCUE_VERSION,
} from "../../memory/layout.ts";
import { cannot, got } from "../../base/errors.ts";
import { firstId, segmentOf } from "../../memory/segments.ts";
import type { WriterContext } from "../cell_writer.ts";
import type { RecordLoops } from "./record_loops.ts";
import { identityOf, type RecordLayout, WAITING } from "./record_layout.ts";

/** What the writers of a record in one thread need to know. */
export interface RecordWriterContext extends WriterContext {
  /** Where the fields stand. */
  readonly layout: RecordLayout;
  /** The inner loops for the fields. */
  readonly kernel: RecordLoops;
}

/** Where a record stands: indices in the views of the memory. */
export interface RecordPlace {
  /** The id of the bucket. */
  readonly id: number;
  /** The shared memory. */
  readonly words: Int32Array;
  /** The same memory as doubles. */
  readonly doubles: Float64Array;
  /** The same memory as unsigned words. */
  readonly halves: Uint32Array;
  /** Index of the bucket's epoch in `words`. */
  readonly epochIndex: number;
  /** Index of the first slot in `doubles`. The second one follows. */
  readonly slots: number;
  /** Index of the version in `words`. */
  readonly version: number;
  /** Private memory for the values of one record. */
  readonly scratch: Float64Array;
  /** Index of the segment's rescue slot in `words`. */
  readonly rescue: number;
}

// Constants of this module: V8 loads, checks and converts an exported or imported constant at each
// use, in six instructions.
/** How far a commit advances the version. */
const COMMIT = 2;
/** The bit of the version by which readers ask for the rescue slot. */
const WAITING_BIT = WAITING;
/** In place of the number of an open burst: no burst is open. */
const NO_BURST = 0;

/** One record in one thread. Owner thread only; users cannot reach it. */
export class RecordPublisher {
  /** The metric and the thread, off the hot path. */
  declare readonly context: RecordWriterContext;
  /** The id of the bucket. */
  declare readonly id: number;
  /** The shared memory as 32-bit words. */
  declare words: Int32Array;
  /** The shared memory as doubles. */
  declare doubles: Float64Array;
  /** The same memory as 32-bit halves. */
  declare halves: Uint32Array;
  /**
   * The values of a burst, or of an update that is not made on the hot path. Private memory, which
   * all records of the metric share until this one has its first burst.
   */
  declare values: Float64Array;
  /** The same memory as 32-bit halves. */
  declare bits: Uint32Array;
  declare readonly epochIndex: number;
  declare readonly controlIndex: number;
  declare readonly control: number;
  declare readonly rescue: number;
  /** How many fields there are. The epoch stands behind them. */
  declare readonly fields: number;
  /** Index of the version word. */
  declare readonly version: number;
  /** Index in `doubles` of the slot that the next commit writes. The version names the other. */
  declare idle: number;
  /** The exclusive or of the indices of both slots, which turns each into the other. */
  declare flip: number;
  /**
   * The epoch of the committed slot, if this writer has committed it; 0 before. From the beginning
   * of a burst to its commit it is the complement, which is no bucket's epoch. So no update takes
   * the changes of an open or discarded burst for a commit.
   */
  declare epoch: number;
  /** The number of the open burst, or 0. */
  declare burst: number;
  /** How many bursts were begun. */
  declare begun: number;
  /** `WAITING` if each commit must be counted, since the bucket is the overflow series'; else 0. */
  declare rare: number;

  constructor(context: RecordWriterContext, place: RecordPlace) {
    const { stride } = context.layout;
    const { thread } = context;
    this.context = context;
    this.id = place.id;
    this.words = place.words;
    this.doubles = place.doubles;
    this.halves = place.halves;
    this.values = place.scratch;
    this.bits = new Uint32Array(place.scratch.buffer);
    this.epochIndex = place.epochIndex;
    this.controlIndex = thread.controlIndex;
    this.control = thread.tenure.control;
    this.rescue = place.rescue;
    this.fields = context.layout.fields.length;
    this.version = place.version;
    // SeqCst; pairs with the publication of an earlier owner of the slot.
    const last = (Atomics.load(this.words, place.version) >> 1) & 1;
    this.idle = place.slots + (last ^ 1) * stride;
    this.flip = place.slots ^ (place.slots + stride);
    this.epoch = 0;
    this.burst = NO_BURST;
    this.begun = 0;
    this.rare = 0;
  }

  /** The name of the metric, for error texts. */
  get metric(): string {
    return this.context.table.name;
  }

  /** Whether the thread may write. */
  isOwner(): boolean {
    // Unordered; pairs with the changes in `SlotDirectory`. Without it a slot could have two
    // writers.
    return this.words[this.controlIndex] === this.control;
  }

  /**
   * The bucket's present epoch if the only change since the latest commit is a burst that was not
   * committed; 0 otherwise.
   */
  heldEpoch(): number {
    const epoch = ~this.epoch;
    // Unordered; pairs with the advances in `BucketTable`. Without it a change after a clear would
    // be dropped.
    return this.words[this.epochIndex] === epoch && this.isOwner() ? epoch : 0;
  }

  /**
   * Fills the private memory with what the committed slot holds, or with the identities if that is
   * of another epoch than the given one. An open burst ends, and its changes are dropped.
   */
  start(epoch: number): void {
    this.burst = NO_BURST;
    const from = this.idle ^ this.flip;
    if (this.words[(from + this.fields) * 2] === epoch) {
      this.copy(this.doubles, this.halves, from, this.values, this.bits, 0);
    } else {
      for (const { op, word } of this.context.layout.fields) this.values[word] = identityOf(op);
    }
  }

  /**
   * Copies the words of the fields. The kernels' subclasses override it: JavaScriptCore does not
   * inline a function that it calls through a field.
   */
  protected copy(...parameters: Parameters<RecordLoops["copy"]>): void {
    this.context.kernel.copy(...parameters);
  }

  /** Publishes what is in the private memory. Wait-free. */
  publish(epoch: number): void {
    const { words, idle } = this;
    // Unordered. Pairs with the copies in `RecordAccumulator`, which it drops if the version
    // changed.
    this.copy(this.values, this.bits, 0, this.doubles, this.halves, idle);
    words[(idle + this.fields) * 2] = epoch;
    // SeqCst read-modify-write; pairs with the load and the confirmation in `RecordAccumulator`. A
    // store is not enough: on AArch64 the plain stores of the next commit may pass a store-release,
    // and a reader would see a part of that commit as this one.
    const before = this.advance();
    this.idle = idle ^ this.flip;
    this.epoch = epoch;
    if (((before | this.rare) & WAITING_BIT) !== 0) this.handleRareCommit(before);
  }

  /** Advances the version, and returns what it was. */
  protected advance(): number {
    return Atomics.add(this.words, this.version, COMMIT);
  }

  /** Begins a burst, and returns its number. */
  openBurst(epoch: number): number {
    if (this.begun === 0) {
      this.values = new Float64Array(this.context.layout.stride);
      this.bits = new Uint32Array(this.values.buffer);
    }
    this.start(epoch);
    this.epoch = ~epoch;
    return this.burst = this.begun += 1;
  }

  /**
   * Publishes the changes of a burst. Throws unless it is the open burst of its bucket and the
   * thread may still write. Wait-free.
   */
  commitBurst(number: number): void {
    if (this.burst !== number) this.refuseBurst("commit");
    this.burst = NO_BURST;
    // `isOwner()`, inlined by hand. The thread may have been revoked since the burst began.
    if (this.words[this.controlIndex] !== this.control) this.refuseCommit();
    else this.publish(~this.epoch);
  }

  /** Drops the changes of a burst if it is the open burst of its bucket. */
  discardBurst(number: number): void {
    if (this.burst === number) this.burst = NO_BURST;
  }

  /** Throws because a burst has ended. */
  refuseBurst(verb: string): never {
    throw new TypeError(
      cannot(`${verb} ${this.metric}`, "the burst must be open", got("one that is over")),
    );
  }

  /** Throws: the thread was unregistered or revoked. */
  private refuseCommit(): void {
    this.context.thread.check(`commit ${this.metric}`);
  }

  /**
   * The rare work after a commit: help for readers, and the overflow count. `before`: the version.
   */
  handleRareCommit(before: number): void {
    if ((before & WAITING_BIT) !== 0) this.writeRescueCopy(before + COMMIT);
    if (this.rare !== 0) {
      const { thread, overflowed } = this.context;
      Atomics.add(thread.arena.views().u64, overflowed, 1n);
    }
  }

  /** Copies the record into the rescue slot, for readers that were overtaken too often. */
  private writeRescueCopy(version: number): void {
    const { words, rescue, id, context: { table } } = this;
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
    const from = this.idle ^ this.flip;
    const to = longIndex(rescue * 4 + RESCUE_HEADER_BYTES);
    this.copy(this.doubles, this.halves, from, this.doubles, this.halves, to);
    words[(to + this.fields) * 2] = this.epoch;
    Atomics.add(words, rescue + RESCUE_SEQUENCE, 1);
    Atomics.and(words, this.version, ~WAITING_BIT);
  }
}
