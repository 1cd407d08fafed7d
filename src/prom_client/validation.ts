/**
 * The checks of names and labels, and their errors, which are a part of the interface: programs and
 * their tests compare the texts.
 *
 * @module
 */
import { format, inspect } from "node:util";
import type { Labels } from "./types.ts";

const METRIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/**
 * Whether Prometheus takes this name for a metric.
 *
 * @param name The name.
 * @returns Whether it is legal.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { validateMetricName } from "@x/thread-stats/prom-client";
 *
 * assert(validateMetricName("job:errors_total"));
 * assert(!validateMetricName("job-errors"));
 * ```
 */
export function validateMetricName(name: string): boolean {
  return METRIC_NAME.test(name);
}

/** Whether Prometheus takes all of these names for labels. */
export function areLabelNames(names: readonly string[]): boolean {
  return names.every((name) => LABEL_NAME.test(name));
}

/** Throws when a label is not one of the metric's. */
export function assertLabels(names: readonly string[], labels: Labels): void {
  for (const label in labels) {
    if (!names.includes(label)) {
      throw new Error(
        `Added label "${label}" is not included in initial labelset: ${inspect(names)}`,
      );
    }
  }
}

/** The labels that positional arguments, or one object, name. */
export function labelsOf(
  names: readonly string[],
  values: readonly unknown[],
): Labels {
  if (typeof values[0] === "object") return values[0] as Labels;
  if (names.length !== values.length) {
    throw new Error(
      `Invalid number of arguments (${values.length}): "${values.join(", ")}" for label names ` +
        `(${names.length}): "${names.join(", ")}".`,
    );
  }
  const labels: Labels = {};
  for (let n = 0; n < names.length; n++) labels[names[n]] = values[n];
  return labels;
}

/** The error of a value that is no number. */
export function notANumber(
  value: unknown,
  what: "Value" | "Delta" = "Value",
): TypeError {
  return new TypeError(`${what} is not a valid number: ${format(value)}`);
}
