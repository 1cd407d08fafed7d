/**
 * Records, the reading side. The protocol is in `record_publisher.ts`.
 *
 * @module
 */
import type { Views } from "../../memory/arena.ts";
import {
  H_READ_RETRIES,
  longIndex,
  RESCUE_HEADER_BYTES,
  RESCUE_OFFSET,
  RESCUE_SEQUENCE,
  RESCUE_VERSION,
  wordIndex,
} from "../../memory/layout.ts";
import type { Accumulator, SharedParts } from "../accumulator.ts";
import type { CellPlace } from "../../threads/cell_segments.ts";
import { SegmentViews } from "../segment_views.ts";
import type { AnyValue, RecordLoops } from "./record_loops.ts";
import { identityOf, type RecordLayout, recordSegmentParts, WAITING } from "./record_layout.ts";

/**
 * How many copies a reader makes before it asks the writer for help. A writer in a tight loop
 * overtakes a reader 0.2 to 3 times per read, so after this many it will most likely always do so.
 */
const TRIES = 64;

/** A segment of records: the views, and indices in them. */
interface RecordSegment {
  readonly views: Views;
  readonly versions: number;
  readonly slots: number;
  readonly rescue: number;
}

/** What an accumulator of records needs to know of its metric. */
export interface RecordAccumulatorOptions extends CellPlace {
  /** Where the fields stand. */
  readonly layout: RecordLayout;
  /** The inner loops for the fields. */
  readonly kernel: RecordLoops;
  /**
   * How many copies to make before asking the writer for help.
   *
   * @default {64}
   */
  readonly tries?: number;
}

/** Adds up a record. Any thread. */
export class RecordAccumulator implements Accumulator<AnyValue> {
  readonly #segments: SegmentViews<RecordSegment>;
  readonly #stride: number;
  readonly #kernel: RecordLoops;
  readonly #tries: number;
  readonly #fields: number;
  readonly #identity: Float64Array;
  readonly #totals: Float64Array;
  readonly #totalBits: Uint32Array;
  /** The fields of the latest copy. */
  protected readonly copy: Float64Array;
  readonly #copyBits: Uint32Array;
  /** The epoch of the latest copy. */
  #tag = 0;

  constructor(
    shared: Pick<SharedParts, "arena" | "cells">,
    options: RecordAccumulatorOptions,
  ) {
    const { layout } = options;
    this.#segments = new SegmentViews(shared, options, {
      bytes: (capacity) => recordSegmentParts(layout, capacity).bytes,
      view: (views, start, capacity) => {
        const parts = recordSegmentParts(layout, capacity);
        return {
          views,
          versions: wordIndex(start + parts.versions),
          slots: longIndex(start + parts.slots),
          rescue: wordIndex(start + parts.rescue),
        };
      },
    });
    this.#stride = layout.stride;
    this.#kernel = options.kernel;
    this.#tries = options.tries ?? TRIES;
    this.#fields = layout.fields.length;
    this.#identity = new Float64Array(this.#fields);
    for (const { op, word } of layout.fields) this.#identity[word] = identityOf(op);
    this.#totals = new Float64Array(this.#fields);
    this.#totalBits = new Uint32Array(this.#totals.buffer);
    this.copy = new Float64Array(this.#fields);
    this.#copyBits = new Uint32Array(this.copy.buffer);
  }

  reset(): void {
    this.#totals.set(this.#identity);
  }

  bytesOf(slot: number, segment: number): number {
    return this.#segments.bytesOf(slot, segment);
  }

  merge(slot: number, segment: number, offset: number, epoch: number): boolean {
    if (!this.fetch(slot, segment, offset, epoch)) return false;
    this.#kernel.combine(this.#totals, this.#totalBits, this.copy, this.#copyBits);
    return true;
  }

  absorb(other: this): void {
    this.#kernel.combine(this.#totals, this.#totalBits, other.#totals, other.#totalBits);
  }

  value(): AnyValue {
    return this.#kernel.toObject(this.#totals, this.#totalBits, 0);
  }

  /**
   * Copies the latest commit of the thread in `slot` into `copy`. Returns whether that commit
   * belongs to `epoch`.
   */
  protected fetch(slot: number, segment: number, offset: number, epoch: number): boolean {
    const found = this.#segments.find(slot, segment);
    if (found === undefined) return false;
    if (!this.#take(found, offset)) this.#takeWithHelp(found, offset);
    return this.#tag === epoch;
  }

  /** Copies the latest commit. Returns `false` if the writer has overtaken each of the copies. */
  #take(segment: RecordSegment, offset: number): boolean {
    const { i32 } = segment.views;
    const index = segment.versions + offset;
    for (let tries = 0; tries < this.#tries; tries++) {
      // SeqCst; pairs with the publication in `RecordPublisher.publish`: the slot is not older than
      // the version.
      const version = Atomics.load(i32, index);
      this.#copySlot(segment, offset, version);
      // SeqCst read-modify-write: on AArch64 a load could be served before the loads of the copy.
      // The version must be unchanged. One commit later the writer may already write to this slot,
      // and two commits later it does.
      if (((Atomics.add(i32, index, 0) ^ version) & ~WAITING) === 0) {
        if (tries > 0) Atomics.add(i32, H_READ_RETRIES, tries);
        return true;
      }
    }
    Atomics.add(i32, H_READ_RETRIES, this.#tries);
    return false;
  }

  /**
   * Asks the writer for a copy in the rescue slot. Takes that copy, or the record itself if the
   * writer has stopped.
   */
  #takeWithHelp(segment: RecordSegment, offset: number): void {
    const { i32 } = segment.views;
    const { rescue } = segment;
    const index = segment.versions + offset;
    // SeqCst; pairs with the read-modify-write in `RecordPublisher.publish`, which returns the bit.
    const asked = Atomics.or(i32, index, WAITING);
    for (;;) {
      const version = Atomics.load(i32, index);
      this.#copySlot(segment, offset, version);
      // As in `#take`.
      if (((Atomics.add(i32, index, 0) ^ version) & ~WAITING) === 0) return;
      // SeqCst, this load and the next three; pair with `RecordPublisher.writeRescueCopy`.
      const sequence = Atomics.load(i32, rescue + RESCUE_SEQUENCE);
      if (
        (sequence & 1) === 1 ||
        Atomics.load(i32, rescue + RESCUE_OFFSET) !== offset ||
        !isSince(Atomics.load(i32, rescue + RESCUE_VERSION), asked, Atomics.load(i32, index))
      ) {
        // Sets the bit again, but only if the writer has cleared it for another reader: each
        // request may make the writer overwrite the slot while a reader copies it. This is done
        // also while the slot is being written: its writer may have been killed there, and a
        // successor writes the slot only on request.
        if ((version & WAITING) === 0) Atomics.or(i32, index, WAITING);
        continue;
      }
      this.#copyWords(segment, longIndex(rescue * 4 + RESCUE_HEADER_BYTES));
      // SeqCst read-modify-write, for the same reason as in `#take`.
      if (Atomics.add(i32, rescue + RESCUE_SEQUENCE, 0) === sequence) return;
    }
  }

  /** Copies the slot that `version` names. */
  #copySlot(segment: RecordSegment, offset: number, version: number): void {
    this.#copyWords(segment, segment.slots + (offset * 2 + ((version >> 1) & 1)) * this.#stride);
  }

  /** Copies fields and epoch from word `from` on. Unordered: the caller confirms the copy. */
  #copyWords({ views }: RecordSegment, from: number): void {
    this.#kernel.copy(views.f64, views.u32, from, this.copy, this.#copyBits, 0);
    this.#tag = views.i32[(from + this.#fields) * 2];
  }
}

/**
 * Whether the version `made` of the rescue slot is one since the reader asked. An older copy could
 * be older than what the caller has already seen. A signed difference would take a copy that is
 * 2^30 commits too old for a newer one, so all three versions are compared.
 */
function isSince(made: number, asked: number, now: number): boolean {
  const age = ((made & ~WAITING) - (asked & ~WAITING)) >>> 0;
  return age !== 0 && age <= ((now & ~WAITING) - (asked & ~WAITING)) >>> 0;
}
