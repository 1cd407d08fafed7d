/**
 * Records, the reading side. The protocol is in `record_publisher.ts`.
 *
 * @module
 */
import type { Arena, Views } from "../../memory/arena.ts";
import { blockViews } from "../../memory/header.ts";
import {
  DIRECTORY,
  H_READ_RETRIES,
  longIndex,
  RESCUE_HEADER_BYTES,
  RESCUE_OFFSET,
  RESCUE_SEQUENCE,
  RESCUE_VERSION,
  wordIndex,
} from "../../memory/layout.ts";
import { capacityOf } from "../../memory/segments.ts";
import type { CellSegments } from "../../threads/cell_segments.ts";
import type { Cells } from "../accumulator.ts";
import type { AnyFields, RecordKernel } from "./record_kernel.ts";
import { identityOf, type RecordLayout, recordSegmentParts } from "./record_layout.ts";
import { WAITING } from "./record_publisher.ts";

/**
 * How often a reader is overtaken by a writer before it asks for help. FACTS: a writer in a tight loop overtakes a reader 0.2-3 times per
 * read, so that this many means a writer that always will.
 */
const TRIES = 64;

/** A record segment as a reader sees it: indices in the views. */
interface Segment {
  readonly views: Views;
  readonly versions: number;
  readonly slots: number;
  readonly rescue: number;
}

/** What a reader of records needs to know of its metric. */
export interface RecordAccumulatorOptions {
  /** The metric's number. */
  metric: number;
  /** `log2` of the first segment's size. */
  shift: number;
  /** Where the fields stand. */
  layout: RecordLayout;
  /** The inner loops for the fields. */
  kernel: RecordKernel;
  /**
   * How often to try before asking for help.
   *
   * @default {64}
   */
  tries?: number;
}

/** Adds up a record. */
export class RecordAccumulator implements Cells<AnyFields> {
  readonly #arena: Arena;
  readonly #cells: CellSegments;
  readonly #metric: number;
  readonly #shift: number;
  readonly #layout: RecordLayout;
  readonly #kernel: RecordKernel;
  readonly #tries: number;
  readonly #segments: (Segment | undefined)[] = [];
  readonly #fields: number;
  readonly #identity: Float64Array;
  readonly #totals: Float64Array;
  readonly #totalBits: Uint32Array;
  /** The copy being taken. */
  protected readonly copy: Float64Array;
  readonly #copyBits: Uint32Array;
  /** The epoch that came with the copy. */
  #tag = 0;

  constructor(arena: Arena, cells: CellSegments, options: RecordAccumulatorOptions) {
    this.#arena = arena;
    this.#cells = cells;
    this.#metric = options.metric;
    this.#shift = options.shift;
    this.#layout = options.layout;
    this.#kernel = options.kernel;
    this.#tries = options.tries ?? TRIES;
    this.#fields = options.layout.fields.length;
    this.#identity = new Float64Array(this.#fields);
    for (const { op, word } of options.layout.fields) this.#identity[word] = identityOf(op);
    this.#totals = new Float64Array(this.#fields);
    this.#totalBits = new Uint32Array(this.#totals.buffer);
    this.copy = new Float64Array(this.#fields);
    this.#copyBits = new Uint32Array(this.copy.buffer);
  }

  reset(): void {
    this.#totals.set(this.#identity);
  }

  merge(slot: number, segment: number, offset: number, epoch: number): boolean {
    if (!this.fetch(slot, segment, offset, epoch)) return false;
    this.#kernel.combine(this.#totals, this.#totalBits, this.copy, this.#copyBits);
    return true;
  }

  absorb(other: this): void {
    this.#kernel.combine(this.#totals, this.#totalBits, other.#totals, other.#totalBits);
  }

  value(): AnyFields {
    return this.#kernel.toObject(this.#totals, this.#totalBits, 0);
  }

  /** Copies what the thread in `slot` has committed last into `copy`, if there is something of this epoch. */
  protected fetch(slot: number, segment: number, offset: number, epoch: number): boolean {
    const found = this.#segments[slot * DIRECTORY + segment] ?? this.#view(slot, segment);
    if (found === undefined) return false;
    if (!this.#take(found, offset)) this.#takeWithHelp(found, offset);
    return this.#tag === epoch;
  }

  /** Copies the last commit, unless the writer is always faster. */
  #take(segment: Segment, offset: number): boolean {
    const { i32 } = segment.views;
    const index = segment.versions + offset;
    for (let tries = 0; tries < this.#tries; tries++) {
      // SeqCst; pairs with the publication in `RecordPublisher.publish`: the slot is not older than the version.
      const version = Atomics.load(i32, index);
      this.#copySlot(
        segment,
        segment.slots + (offset * 2 + ((version >> 1) & 1)) * this.#layout.stride,
      );
      // A read-modify-write, as a load could be served before the copy's loads (AArch64). Unchanged, or again: two commits
      // later the writer is in this very slot, and one commit later it may be.
      if (((Atomics.add(i32, index, 0) ^ version) & ~WAITING) === 0) {
        if (tries > 0) Atomics.add(i32, H_READ_RETRIES, tries);
        return true;
      }
    }
    Atomics.add(i32, H_READ_RETRIES, this.#tries);
    return false;
  }

  /** Asks the writer for a copy that it leaves alone; takes that, or the record itself when the writer has stopped. */
  #takeWithHelp(segment: Segment, offset: number): void {
    const { i32 } = segment.views;
    const { rescue } = segment;
    const index = segment.versions + offset;
    const asked = Atomics.or(i32, index, WAITING);
    for (;;) {
      const version = Atomics.load(i32, index);
      this.#copySlot(
        segment,
        segment.slots + (offset * 2 + ((version >> 1) & 1)) * this.#layout.stride,
      );
      if (((Atomics.add(i32, index, 0) ^ version) & ~WAITING) === 0) return;
      const sequence = Atomics.load(i32, rescue + RESCUE_SEQUENCE);
      if (
        (sequence & 1) === 1 ||
        Atomics.load(i32, rescue + RESCUE_OFFSET) !== offset ||
        !isSince(Atomics.load(i32, rescue + RESCUE_VERSION), asked, Atomics.load(i32, index))
      ) {
        // Asks again only when the slot helps somebody else: every question may have the slot written anew under a reader. Also while it is
        // being written: whoever began that may be dead, and its successor writes here only when it is asked.
        if ((version & WAITING) === 0) Atomics.or(i32, index, WAITING);
        continue;
      }
      this.#copySlot(segment, longIndex(rescue * 4 + RESCUE_HEADER_BYTES));
      if (Atomics.add(i32, rescue + RESCUE_SEQUENCE, 0) === sequence) return;
    }
  }

  #copySlot({ views }: Segment, from: number): void {
    this.#kernel.copy(views.f64, views.u32, from, this.copy, this.#copyBits, 0);
    this.#tag = views.i32[(from + this.#fields) * 2];
  }

  #view(slot: number, segment: number): Segment | undefined {
    const start = this.#cells.find(slot, this.#metric, segment);
    if (start === 0) return undefined;
    const parts = recordSegmentParts(this.#layout, capacityOf(segment, this.#shift));
    return this.#segments[slot * DIRECTORY + segment] = {
      views: blockViews(this.#arena, start, parts.bytes),
      versions: wordIndex(start + parts.versions),
      slots: longIndex(start + parts.slots),
      rescue: wordIndex(start + parts.rescue),
    };
  }
}

/**
 * Whether a rescue slot's version is one since the reader has asked. An earlier one could be older than what the caller has seen; and of one that
 * is 2^30 commits older a signed difference would say that it is newer.
 */
function isSince(made: number, asked: number, now: number): boolean {
  const age = ((made & ~WAITING) - (asked & ~WAITING)) >>> 0;
  return age !== 0 && age <= ((now & ~WAITING) - (asked & ~WAITING)) >>> 0;
}
