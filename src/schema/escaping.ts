/**
 * Names that Prometheus takes only in quotes, such as `http.requests`, and the schemes by which
 * they are replaced for scrapers that do not read quoted names.
 *
 * A name of letters, digits, `_` and (in metric names) `:` that does not begin with a digit is
 * plain. Every scheme leaves plain names as they are, as Prometheus' own libraries do.
 *
 * Sources: "UTF-8 metric and label name escaping schemes" in the documentation of Prometheus, and
 * `EscapeName` and `EscapeMetricFamily` in github.com/prometheus/common.
 *
 * @module
 */

/**
 * How names that are not plain are written: in quotes (`allow-utf-8`), or replaced by plain ones.
 *
 * | scheme | `http.path_total` is written as |
 * | --- | --- |
 * | `"allow-utf-8"` | `"http.path_total"`, in quotes |
 * | `"underscores"` | `http_path_total` |
 * | `"dots"` | `http_dot_path__total` |
 * | `"values"` | `U__http_2e_path__total` |
 */
export type EscapingScheme = "allow-utf-8" | "underscores" | "dots" | "values";

/** All schemes. */
export const ESCAPING_SCHEMES: readonly EscapingScheme[] = [
  "allow-utf-8",
  "underscores",
  "dots",
  "values",
];

/** Whether a value is the name of a scheme. */
export function isEscapingScheme(value: unknown): value is EscapingScheme {
  return (ESCAPING_SCHEMES as readonly unknown[]).includes(value);
}

/** Whether a metric's name needs no quotes. */
export function isPlainMetricName(name: string): boolean {
  return /^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name);
}

/** Whether a label's name needs no quotes. */
export function isPlainLabelName(name: string): boolean {
  return /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name);
}

/** A metric's name by a scheme. With `allow-utf-8` it is unchanged; the writer sets the quotes. */
export function escapeMetricName(name: string, scheme: EscapingScheme): string {
  return isPlainMetricName(name) ? name : ESCAPES[scheme](name, /[a-zA-Z0-9_:]/);
}

/** A label's name by a scheme. Unlike in a metric's name, a colon is not plain. */
export function escapeLabelName(name: string, scheme: EscapingScheme): string {
  return isPlainLabelName(name) ? name : ESCAPES[scheme](name, /[a-zA-Z0-9_]/);
}

/** All names under which the schemes show a label: one if it is plain. */
export function labelForms(label: string): ReadonlySet<string> {
  return new Set(ESCAPING_SCHEMES.map((scheme) => escapeLabelName(label, scheme)));
}

/** One function for each scheme. `plain` matches the characters that a plain name may have. */
const ESCAPES: Readonly<Record<EscapingScheme, (name: string, plain: RegExp) => string>> = {
  "allow-utf-8": (name) => name,
  underscores: (name, plain) => replaceEach(name, plain, () => "_"),
  dots: (name, plain) =>
    replaceEach(name, plain, (character) => character === "." ? "_dot_" : "__", "__"),
  values: (name, plain) =>
    `U__${
      replaceEach(name, plain, (character) => `_${character.codePointAt(0)!.toString(16)}_`, "__")
    }`,
};

/** Replaces all characters that are not plain, among them a first digit, and all underscores. */
function replaceEach(
  name: string,
  plain: RegExp,
  replace: (character: string) => string,
  underscore = "_",
): string {
  return Array.from(name, (character, n) => {
    if (character === "_") return underscore;
    const isPlain = plain.test(character) && !(n === 0 && /[0-9]/.test(character));
    return isPlain ? character : replace(character);
  }).join("");
}
