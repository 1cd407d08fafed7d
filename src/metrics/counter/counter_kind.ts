/**
 * The kind "counter".
 *
 * @module
 */
import type { CounterDefinition } from "../../schema/counter.ts";
import { type Kind, makeCellWriter } from "../kind.ts";
import { CounterAccumulator } from "./counter_accumulator.ts";
import { counterSegmentParts } from "./counter_layout.ts";
import { OverflowCounter, SingleWriterCounter } from "./counter_writer.ts";

/** Makes the kind of one counter. */
export function counterKind(_definition: CounterDefinition<string>): Kind<number> {
  return {
    exemplars: 1,
    bytes: (capacity) => counterSegmentParts(capacity).bytes,
    parts: (capacity) => {
      const { cells, tags } = counterSegmentParts(capacity);
      return { form: "tagged", tags: [tags, capacity * 4], values: [cells, capacity * 8] };
    },
    accumulator: (shared, place) => new CounterAccumulator(shared, place),
    writer: (context) =>
      makeCellWriter(
        context,
        (cell) => cell.isOverflow ? new OverflowCounter(cell) : new SingleWriterCounter(cell),
      ),
  };
}
