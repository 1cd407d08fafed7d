/**
 * The kind "histogram".
 *
 * @module
 */
import type { HistogramDefinition } from "../../schema/histogram.ts";
import { type Kind, makeCellWriter } from "../kind.ts";
import { scaleOf } from "./bin_scale.ts";
import { exemplarPlacesOf } from "./exemplar_places.ts";
import { HistogramAccumulator } from "./histogram_accumulator.ts";
import { histogramBlockBytes, histogramSegmentBytes } from "./histogram_layout.ts";
import { briefOf, type HistogramValue } from "./histogram_value.ts";
import { LabelledHistograms } from "./labelled_histograms.ts";
import { OverflowHistogram, SingleWriterHistogram } from "./histogram_writer.ts";

/** Makes the kind of one histogram. */
export function histogramKind({ bins, unit }: HistogramDefinition<string>): Kind<HistogramValue> {
  const scale = scaleOf(bins);
  return {
    exemplars: exemplarPlacesOf(scale),
    bytes: histogramSegmentBytes,
    parts: () => ({ form: "blocks", blockBytes: histogramBlockBytes(scale.size) }),
    accumulator: (shared, place) => new HistogramAccumulator(shared, { ...place, bins, scale }),
    writer: (context) =>
      makeCellWriter(
        context,
        (cell) =>
          cell.isOverflow
            ? new OverflowHistogram(cell, scale, unit)
            : new SingleWriterHistogram(cell, scale, unit),
        (make) => new LabelledHistograms(context, unit, make),
      ),
    brief: briefOf,
  };
}
