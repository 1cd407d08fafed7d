/**
 * The histograms of one metric in one thread, by labels.
 *
 * @module
 */
import type { LabelValues } from "../../schema/metric_options.ts";
import type { CellWriter, WriterContext } from "../cell_writer.ts";
import { LabelledWriter } from "../labelled_writer.ts";
import type { LabelledHistogramWriter } from "../writer_types.ts";
import type { SingleWriterHistogram } from "./histogram_writer.ts";
import { startClock, unitOfTime } from "./timer.ts";

/** Finds the histograms of one metric by label. Owner thread only. */
export class LabelledHistograms extends LabelledWriter<SingleWriterHistogram>
  implements LabelledHistogramWriter<string> {
  readonly #metric: string;
  readonly #unit: string;

  constructor(
    context: WriterContext,
    unit: string,
    make: (cell: CellWriter) => SingleWriterHistogram,
  ) {
    super(context, make);
    this.#metric = context.table.name;
    this.#unit = unit;
  }

  startTimer(): (labels: LabelValues<string>) => number {
    const measure = startClock(unitOfTime(this.#metric, this.#unit));
    return (labels) => {
      // Before the look-up, which may have to make the series.
      const duration = measure();
      this.labels(labels).record(duration);
      return duration;
    };
  }
}
