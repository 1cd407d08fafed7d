/**
 * Content negotiation: the format and the coding of a response.
 *
 * Headers are parsed in one pass from left to right, with constant stack depth, and only up to a
 * length that no honest client needs.
 *
 * Source: RFC 9110, sections 12.5.1 and 12.5.3.
 *
 * @module
 */
import type { TextFormat } from "./render.ts";

/** The media types of the formats. */
export const CONTENT_TYPES: Readonly<Record<TextFormat, string>> = {
  text: "text/plain; version=0.0.4; charset=utf-8",
  openmetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8",
};

/**
 * The number of characters of a header that are parsed: the limit of Node for all headers of a
 * request together. Prometheus sends about 300.
 */
const MAX_LENGTH = 16_384;

/** One choice of an `Accept` or `Accept-Encoding` header. */
interface Choice {
  readonly name: string;
  readonly parameters: ReadonlyMap<string, string>;
  /** From 0 to 1. */
  readonly quality: number;
}

/** OpenMetrics if the client prefers it or accepts both; otherwise the text format. */
export function formatFor(accept: string | null): TextFormat {
  const choices = parse(accept ?? "");
  const ofVersion = (type: string, version: string) =>
    choices.filter(({ name, parameters }) =>
      name === type && (parameters.get("version") ?? version) === version
    );
  // A wildcard does not select OpenMetrics: not every client that accepts anything can read it.
  const openMetrics = best(ofVersion("application/openmetrics-text", "1.0.0"));
  // The most specific range that matches decides the quality of the text format.
  const ranges = [
    ofVersion("text/plain", "0.0.4"),
    ...["text/*", "*/*"].map((range) => choices.filter(({ name }) => name === range)),
  ];
  const text = best(ranges.find((range) => range.length > 0) ?? []);
  return openMetrics > 0 && openMetrics >= text ? "openmetrics" : "text";
}

/** Whether the client accepts gzip. */
export function acceptsGzip(acceptEncoding: string | null): boolean {
  const choices = parse(acceptEncoding ?? "");
  const named = choices.filter(({ name }) => name === "gzip" || name === "x-gzip");
  return best(named.length > 0 ? named : choices.filter(({ name }) => name === "*")) > 0;
}

// Not `Math.max(...)`: all arguments of a call are on the stack.
function best(choices: readonly Choice[]): number {
  return choices.reduce((most, { quality }) => Math.max(most, quality), 0);
}

function parse(header: string): Choice[] {
  const choices = split(header.slice(0, MAX_LENGTH), ",", header.length <= MAX_LENGTH);
  return choices.map((part) => {
    const [name = "", ...rest] = split(part, ";").map((word) => word.trim().toLowerCase());
    const parameters = new Map(rest.map((pair) => {
      const [key, value = ""] = pair.split("=", 2);
      return [key.trim(), value.trim().replace(/^"(.*)"$/, "$1")];
    }));
    const quality = Number(parameters.get("q") ?? 1);
    return { name, parameters, quality: quality >= 0 && quality <= 1 ? quality : 0 };
  });
}

/**
 * The non-empty parts of a text between separators. Separators inside quotation marks do not
 * count; an open quotation ends with the text. If the text was cut off (`isWhole` is false), the
 * last part is left out, as it may be incomplete.
 */
function split(text: string, separator: "," | ";", isWhole = true): string[] {
  const parts: string[] = [];
  let start = 0;
  let isQuoted = false;
  const cut = (end: number) => {
    if (end > start) parts.push(text.slice(start, end));
    start = end + 1;
  };
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (character === '"') isQuoted = !isQuoted;
    else if (isQuoted && character === "\\") i++;
    else if (!isQuoted && character === separator) cut(i);
  }
  if (isWhole) cut(text.length);
  return parts;
}
