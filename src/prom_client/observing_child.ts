/**
 * The objects that `labels()` of histograms and summaries returns.
 *
 * @module
 */
import type { Series } from "./core.ts";
import type { Labels } from "./types.ts";

/** A series that takes values. */
interface ObservingSeries extends Series {
  observe(value: number): void;
}

/**
 * The method `observe` of one series. It knows its series from the first value on, until the series
 * is removed.
 *
 * @param labels Of the series.
 * @param observeSlowly Checks labels and value, and adds the value to the series with these labels.
 * @param child The object that has the method.
 */
export function observeOf<S extends ObservingSeries>(
  labels: Labels,
  observeSlowly: (labels: Labels, value: unknown) => S,
  child: () => object,
): (value: number) => void {
  let series: S | undefined;
  return (value) => {
    if (
      series === undefined || !series.isLive ||
      !(typeof value === "number" && value - value === 0)
    ) {
      series = observeSlowly(labels, value);
      series.child ??= child();
      return;
    }
    series.observe(value);
  };
}
