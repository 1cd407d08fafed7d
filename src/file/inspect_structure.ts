/**
 * Copies what the cells hang on: the metrics, the threads' blocks, the buckets and their labels.
 *
 * Each pass follows references that the pass before has copied. A block is complete before a
 * reference to it is published, and its references never change. So the copy has no reference to a
 * block that it lacks, except in the buckets' labels, which {@linkcode confirmBuckets} checks.
 *
 * @module
 */
import { bucketSegmentParts } from "../buckets/bucket_table.ts";
import { damaged } from "../memory/damage.ts";
import { directoryOffset, type Format } from "../memory/header.ts";
import {
  COLUMNS_SHIFT,
  D_METRICS,
  D_TEXT_BYTES,
  D_TEXT_OFFSET,
  DEFINITION_HEADER_BYTES,
  DIRECTORY,
  H_SLOTS_USED,
  L_EXTENT,
  L_TEXT_UNITS,
  L_UNITS,
  LINE,
  M_LOG_RING,
  METRIC_BYTES,
  SLOT_BLOCK,
  SLOT_BYTES,
  SLOTS_OFFSET,
  T_COLUMNS,
  THREAD_BLOCK_BYTES,
  wordIndex,
} from "../memory/layout.ts";
import { capacityOf, firstId, SINGLE_SHIFT } from "../memory/segments.ts";
import type { MetricLayout } from "../metrics/metric.ts";
import { type FileCopy, type Part, partInto, referenceIn } from "./inspect_copy.ts";

/** The number of slots that were used so far. */
export function usedSlots(copy: FileCopy, { maxThreads }: Format): number {
  return Math.max(0, Math.min(maxThreads, copy.i32[H_SLOTS_USED]));
}

/** Copies the slots, the metric directory and the definitions. */
export function copyDefinitions(copy: FileCopy, format: Format): void {
  const directory = directoryOffset(format.maxThreads);
  copy.pass([
    { start: SLOTS_OFFSET, bytes: usedSlots(copy, format) * SLOT_BYTES },
    { start: directory, bytes: format.maxMetrics * 4 },
  ]);
  const blocks: number[] = [];
  for (let n = 0; n < format.maxMetrics; n++) {
    const start = referenceIn(copy.i32, directory / 4 + n);
    if (start === 0) break;
    blocks.push(start);
  }
  copy.pass(blocks.map((start) => ({ start, bytes: DEFINITION_HEADER_BYTES })));
  const counts = blocks.map((start) => copy.i32[start / 4 + D_METRICS]);
  copy.pass(blocks.map((start, n) => {
    const text = copy.i32[start / 4 + D_TEXT_OFFSET];
    const bytes = text + copy.i32[start / 4 + D_TEXT_BYTES];
    const controls = DEFINITION_HEADER_BYTES + counts[n] * METRIC_BYTES;
    if (!(counts[n] > 0 && text >= controls && bytes >= text)) {
      throw damaged("a definition block that defines nothing");
    }
    return { start, bytes };
  }));
  const { i32 } = copy;
  for (const [n, start] of blocks.entries()) {
    for (let metric = 0; metric < counts[n]; metric++) {
      // Without the label log, readers learn the labels from the buckets, which are complete.
      i32[wordIndex(start + DEFINITION_HEADER_BYTES + metric * METRIC_BYTES) + M_LOG_RING] = 0;
    }
  }
}

/** The cells of one thread, in one segment of buckets. */
export interface CellSegment {
  readonly slot: number;
  /** Number of the column. */
  readonly column: number;
  /** Number of buckets. */
  readonly capacity: number;
  /** The first of these. */
  readonly first: number;
  /** Byte offset. */
  readonly start: number;
}

/** Copies what leads to the threads' cells, and returns where these are. */
export function copyColumns(
  copy: FileCopy,
  format: Format,
  metrics: readonly MetricLayout[],
): CellSegment[] {
  const blocks: { slot: number; block: number }[] = [];
  for (let slot = 0; slot < usedSlots(copy, format); slot++) {
    const word = wordIndex(SLOTS_OFFSET + slot * SLOT_BYTES) + SLOT_BLOCK;
    const block = referenceIn(copy.i32, word);
    if (block !== 0) blocks.push({ slot, block });
  }
  copy.pass(blocks.map(({ block }) => ({ start: block, bytes: THREAD_BLOCK_BYTES })));
  // The first segment of columns is in the block itself.
  const columns = blocks.flatMap(({ slot, block }) => {
    const found = [{ slot, segment: 0, start: block + T_COLUMNS * 4 }];
    for (let segment = 1; segment < DIRECTORY; segment++) {
      const start = referenceIn(copy.i32, block / 4 + segment);
      if (start !== 0) found.push({ slot, segment, start });
    }
    return found;
  });
  copy.pass(
    columns.filter(({ segment }) => segment > 0).map(({ segment, start }) => ({
      start,
      bytes: capacityOf(segment, COLUMNS_SHIFT) * 4,
    })),
  );
  const found: CellSegment[] = [];
  const directories: { slot: number; column: number; shift: number; start: number }[] = [];
  for (const { slot, segment, start: from } of columns) {
    for (let n = 0; n < capacityOf(segment, COLUMNS_SHIFT); n++) {
      const start = referenceIn(copy.i32, from / 4 + n);
      const column = firstId(segment, COLUMNS_SHIFT) + n;
      // A metric that was defined meanwhile comes with the next copy.
      const shift = start === 0 ? undefined : metrics[column >> 1]?.shift;
      if (shift === undefined) continue;
      if (shift !== SINGLE_SHIFT) directories.push({ slot, column, shift, start });
      else found.push({ slot, column, capacity: 1, first: 0, start });
    }
  }
  copy.pass(directories.map(({ start }) => ({ start, bytes: DIRECTORY * 4 })));
  for (const { slot, column, shift, start: from } of directories) {
    for (let segment = 0; segment < DIRECTORY; segment++) {
      const start = referenceIn(copy.i32, from / 4 + segment);
      if (start === 0) continue;
      const [capacity, first] = [capacityOf(segment, shift), firstId(segment, shift)];
      found.push({ slot, column, capacity, first, start });
    }
  }
  return found;
}

/** A segment of buckets, as it was when its labels were copied. */
export interface BucketSegment {
  readonly capacity: number;
  /** Byte offset of the epochs. */
  readonly epochs: number;
  /** Byte offset of the label words, if there are any. */
  readonly labels: number | undefined;
  /** The epochs before the labels were copied. */
  readonly before: Int32Array;
}

/** Copies the buckets, and the labels of those that live. */
export function copyBuckets(copy: FileCopy, metrics: readonly MetricLayout[]): BucketSegment[] {
  const found: BucketSegment[] = [];
  for (const { control, shift, isLabelled } of metrics) {
    for (let segment = 0; segment < DIRECTORY; segment++) {
      const start = referenceIn(copy.i32, control / 4 + segment);
      if (start === 0) break;
      const capacity = capacityOf(segment, shift);
      const { labels, bytes } = bucketSegmentParts(capacity, isLabelled);
      // Before memory is taken for as many: a damaged directory may refer to a part of the file.
      copy.assertWithin(start, bytes);
      found.push({
        ...{ capacity, epochs: start, labels: isLabelled ? start + labels : undefined },
        before: new Int32Array(isLabelled ? capacity : 0),
      });
    }
  }
  const labelled = found.filter(({ labels }) => labels !== undefined);
  copy.pass(labelled.map(({ epochs, before }) => partInto(epochs, before)));
  copy.pass(labelled.map(({ labels, capacity }) => ({ start: labels!, bytes: capacity * 8 })));
  const heads: number[] = [];
  for (const { labels, before } of labelled) {
    for (let n = 0; n < before.length; n++) {
      // The lower half of the word.
      const head = referenceIn(copy.i32, labels! / 4 + n * 2);
      if ((before[n] & 1) === 1 && copy.has(head, LINE)) heads.push(head);
    }
  }
  copy.pass(heads.map((start) => ({ start, bytes: LINE })));
  const extents: Part[] = [];
  for (const head of heads) {
    const start = referenceIn(copy.i32, head / 4 + L_EXTENT);
    const bytes = (copy.i32[head / 4 + L_UNITS] - L_TEXT_UNITS) * 2;
    // What does not fit belongs to a bucket that was destroyed meanwhile.
    if (start !== 0 && bytes > 0 && copy.has(start, bytes)) extents.push({ start, bytes });
  }
  copy.pass(extents);
  return found;
}

/**
 * Copies the epochs, after all cells, and takes out the buckets whose labels may be those of another
 * life: that were created or destroyed meanwhile.
 *
 * A bucket that lived before its label word was copied, lives now, and still has the same label word
 * after that, has been in one life: a live bucket has the label word of its life from its first
 * instant on, and no life has that of another. So its label head belonged to it all the time.
 */
export function confirmBuckets(copy: FileCopy, buckets: readonly BucketSegment[]): void {
  copy.pass(buckets.map(({ epochs, capacity }) => ({ start: epochs, bytes: capacity * 4 })));
  const labelled = buckets.filter(({ labels }) => labels !== undefined)
    .map((bucket) => ({ ...bucket, after: new Int32Array(bucket.capacity * 2) }));
  copy.pass(labelled.map(({ labels, after }) => partInto(labels!, after)));
  const { i32 } = copy;
  for (const { labels, epochs, before, after } of labelled) {
    for (let n = 0; n < before.length; n++) {
      const word = labels! / 4 + n * 2;
      const isSame = i32[word] === after[n * 2] && i32[word + 1] === after[n * 2 + 1];
      // An even epoch: nothing lives there.
      if ((before[n] & 1) === 0 || !isSame) i32[epochs / 4 + n] &= ~1;
    }
  }
}
