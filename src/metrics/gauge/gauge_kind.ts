/**
 * The kind "gauge". Gauges whose latest value counts are stored as records; all others as doubles.
 *
 * @module
 */
import type { GaugeDefinition } from "../../schema/gauge.ts";
import { type Kind, makeCellWriter } from "../kind.ts";
import { recordCellParts, recordSegmentParts } from "../record/record_layout.ts";
import { GaugeAccumulator } from "./gauge_accumulator.ts";
import { gaugeSegmentParts } from "./gauge_layout.ts";
import { OverflowGauge, SingleWriterGauge } from "./gauge_writer.ts";
import { LatestGaugeAccumulator } from "./latest_gauge_accumulator.ts";
import { LATEST_LAYOUT } from "./latest_gauge_layout.ts";
import { LatestValues, SingleWriterLatestGauge } from "./latest_gauge_writer.ts";

/** Makes the kind of one gauge. */
export function gaugeKind({ aggregate }: GaugeDefinition<string>): Kind<number> {
  if (aggregate === "latest") return latestGaugeKind();
  return {
    bytes: (capacity) => gaugeSegmentParts(capacity).bytes,
    parts: (capacity) => {
      const { values, tags } = gaugeSegmentParts(capacity);
      // The tenures follow the tags.
      return { form: "tagged", tags: [tags, capacity * 8], values: [values, capacity * 8] };
    },
    accumulator: (shared, place) => new GaugeAccumulator(shared, { ...place, aggregate }),
    writer: (context) =>
      makeCellWriter(
        context,
        (cell) => cell.isOverflow ? new OverflowGauge(cell) : new SingleWriterGauge(cell),
      ),
  };
}

function latestGaugeKind(): Kind<number> {
  return {
    bytes: (capacity) => recordSegmentParts(LATEST_LAYOUT, capacity).bytes,
    parts: (capacity) => recordCellParts(LATEST_LAYOUT, capacity),
    accumulator: (shared, place) => new LatestGaugeAccumulator(shared, place),
    writer: (context, clock) => {
      const values = new LatestValues(context, clock);
      return makeCellWriter(context, (cell) => new SingleWriterLatestGauge(cell, values));
    },
  };
}
