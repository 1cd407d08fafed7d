/**
 * Copies what the threads have counted.
 *
 * Tags come before the values that they belong to, and the epochs of the buckets and the control
 * words of the threads, with which readers compare the tags, come after all values. A tag never
 * returns to an earlier value. So where a reader finds tag and epoch equal, the bucket was in this
 * epoch from the copy of the tag until that of the epoch, and the value belongs to it.
 *
 * @module
 */
import {
  EXEMPLAR_CELL_BYTES,
  EXEMPLAR_SLOT_BYTES,
  exemplarSegmentBytes,
  PLACE_CELL,
  PLACE_VERSION,
  PLACE_WORDS,
} from "../metrics/exemplars/exemplar_layout.ts";
import type { MetricLayout } from "../metrics/metric.ts";
import { type FileCopy, type Part, referenceIn } from "./inspect_copy.ts";
import type { CellSegment } from "./inspect_structure.ts";
import { type Missing, VersionedCopies } from "./inspect_versions.ts";

/** The bytes of a histogram's tag. */
const TAG_BYTES = 4;

/** Copies the cells of all threads, and returns the records that could not be had. */
export function copyCells(
  copy: FileCopy,
  segments: readonly CellSegment[],
  { metrics, known }: { metrics: readonly MetricLayout[]; known: Set<number> },
): Missing[] {
  // First, so that no exemplar is of an update that is not counted.
  copyExemplars(copy, segments.filter(({ column }) => column % 2 === 1), { metrics, known });
  const tags: Part[] = [];
  const values: Part[] = [];
  const blocks: { start: number; capacity: number; bytes: number }[] = [];
  const records = new VersionedCopies(copy, known);
  for (const { slot, column, capacity, start } of segments) {
    if (column % 2 === 1) continue;
    const parts = metrics[column / 2].parts(capacity);
    if (parts.form === "tagged") {
      tags.push({ start: start + parts.tags[0], bytes: parts.tags[1] });
      values.push({ start: start + parts.values[0], bytes: parts.values[1] });
    } else if (parts.form === "blocks") {
      blocks.push({ start, capacity, bytes: parts.blockBytes });
    } else {
      const { slotBytes } = parts;
      const [versions, slots] = [start + parts.versions, start + parts.slots];
      records.add({ column, slot, count: capacity, versions, slots, slotBytes, ignored: 1 });
    }
  }
  copy.pass(blocks.map(({ start, capacity }) => ({ start, bytes: capacity * 4 })));
  for (const { start: from, capacity, bytes } of blocks) {
    for (const start of referencesIn(copy, from, capacity)) {
      tags.push({ start, bytes: TAG_BYTES });
      values.push({ start: start + TAG_BYTES, bytes: bytes - TAG_BYTES });
    }
  }
  copy.pass([...tags, ...records.versions]);
  copy.pass([...values, ...records.slots]);
  return records.confirm();
}

/** Copies the exemplars. One that could not be had is an earlier one, or none. */
function copyExemplars(
  copy: FileCopy,
  segments: readonly CellSegment[],
  { metrics, known }: { metrics: readonly MetricLayout[]; known: Set<number> },
): void {
  copy.pass(segments.map(({ start, capacity }) => ({
    start,
    bytes: exemplarSegmentBytes(capacity),
  })));
  const blocks: { start: number; places: number; slot: number; column: number }[] = [];
  for (const { slot, column, capacity, start: from } of segments) {
    const places = metrics[column >> 1].exemplarPlaces;
    for (const start of referencesIn(copy, from, capacity)) {
      blocks.push({ start, places, slot, column });
    }
  }
  // The references of the cells only: the versions are copied with their slots.
  copy.pass(blocks.flatMap(({ start, places }) =>
    Array.from({ length: places }, (_, place) => ({
      start: start + (place * PLACE_WORDS + PLACE_CELL) * 4,
      bytes: 4,
    }))
  ));
  const cells = new VersionedCopies(copy, known);
  for (const { start: block, places, slot, column } of blocks) {
    for (let place = 0; place < places; place++) {
      const words = block / 4 + place * PLACE_WORDS;
      const slots = referenceIn(copy.i32, words + PLACE_CELL);
      if (slots === 0) continue;
      copy.assertWithin(slots, EXEMPLAR_CELL_BYTES);
      const versions = (words + PLACE_VERSION) * 4;
      const slotBytes = EXEMPLAR_SLOT_BYTES;
      cells.add({ column, slot, count: 1, versions, slots, slotBytes, ignored: 0 });
    }
  }
  copy.pass(cells.versions);
  copy.pass(cells.slots);
  cells.confirm();
}

/** The byte offsets to which words refer. */
function referencesIn(copy: FileCopy, start: number, count: number): number[] {
  const found: number[] = [];
  for (let n = 0; n < count; n++) {
    const reference = referenceIn(copy.i32, start / 4 + n);
    if (reference !== 0) found.push(reference);
  }
  return found;
}
