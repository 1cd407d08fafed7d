/**
 * Exemplars: single updates with labels of their own, which lead from a metric to a trace.
 *
 * @module
 */

/**
 * The labels of an exemplar, for example `{ trace_id, span_id }`. Each name is a letter or an
 * underscore, followed by letters, digits and underscores. At most 16 labels, and at most 128
 * UTF-16 code units for all names and values together, which is the limit of OpenMetrics.
 */
export type ExemplarLabels = Readonly<Record<string, string>>;

/** An update of a counter or a histogram for which the program gave an exemplar. */
export interface Exemplar {
  /** The labels that the program gave. */
  readonly labels: ExemplarLabels;
  /** The increment of the counter, or the value that the histogram recorded. */
  readonly value: number;
  /** When the update was made, in milliseconds since 1970, by the wall clock. */
  readonly time: number;
}

/** The form of a label's name, as in OpenMetrics. */
const NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** Whether a text can be the name of an exemplar's label. */
export function isExemplarLabelName(name: string): boolean {
  return NAME.test(name);
}
