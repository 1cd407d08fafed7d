/**
 * Rules for the labels of metrics with an exact name. Their names may be any text, and exporters
 * write them as they are.
 *
 * @module
 */
import { cannot } from "../base/errors.ts";
import { labelForms } from "./escaping.ts";
import { assertExactName } from "./names.ts";

/**
 * Throws unless all labels have names that Prometheus takes, that no exporter uses for a label of
 * its own, and that stay different where they are escaped.
 *
 * @throws {TypeError} When one has not, or two do not.
 */
export function assertExactLabels(action: string, kind: string, labels: readonly string[]): void {
  const owners = new Map<string, string>();
  for (const label of labels) {
    const forms = formsOf(kind, label);
    for (const form of forms) {
      if (owners.has(form)) {
        const required = "no two labels may be the same where names are escaped";
        throw new TypeError(cannot(action, required, [owners.get(form), label]));
      }
    }
    for (const form of forms) owners.set(form, label);
  }
}

function formsOf(kind: string, label: unknown): ReadonlySet<string> {
  const action = "define a label";
  assertExactName(action, "the name", label);
  const forms = labelForms(label);
  // `-name-` becomes `__name__` where names are escaped, the label that holds a metric's name.
  if (label.startsWith("__") || forms.has("__name__")) {
    throw new TypeError(cannot(action, "Prometheus reserves names that begin with __", label));
  }
  if (forms.has("otel_metric_overflow")) {
    throw new TypeError(
      cannot(action, "otel_metric_overflow is the label of the overflow series", label),
    );
  }
  if (kind === "histogram" && label === "le") {
    throw new TypeError(
      cannot(action, "le is the label of a histogram's Prometheus buckets", label),
    );
  }
  return forms;
}
