/**
 * What a client wants: the format and the coding of the answer.
 *
 * Headers are read from left to right once, with a stack of constant depth, and only up to a length that no honest client needs.
 *
 * Source: RFC 9110, 12.5.1 and 12.5.3.
 *
 * @module
 */
import type { TextFormat } from "./render.ts";

/** The media types of the formats. */
export const CONTENT_TYPES: Readonly<Record<TextFormat, string>> = {
  text: "text/plain; version=0.0.4; charset=utf-8",
  openmetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8",
};

/** What stands beyond is not read. As much as Node takes for all headers of a request; Prometheus sends some 300 characters. */
const MAX_LENGTH = 16_384;

/** One choice of an `Accept` or `Accept-Encoding` header. */
interface Choice {
  readonly name: string;
  readonly parameters: ReadonlyMap<string, string>;
  /** 0 to 1. */
  readonly quality: number;
}

/** OpenMetrics if the client would rather have it, or would have either; else the format that everything reads. */
export function formatFor(accept: string | null): TextFormat {
  const choices = parse(accept ?? "");
  const ofVersion = (type: string, version: string) =>
    choices.filter(({ name, parameters }) =>
      name === type && (parameters.get("version") ?? version) === version
    );
  // Only those who name it get it: not every client that takes anything can read OpenMetrics.
  const open = best(ofVersion("application/openmetrics-text", "1.0.0"));
  // The narrowest of the ranges that match is the one that says how much the client wants it.
  const ranges = [
    ofVersion("text/plain", "0.0.4"),
    ...["text/*", "*/*"].map((range) => choices.filter(({ name }) => name === range)),
  ];
  const text = best(ranges.find((range) => range.length > 0) ?? []);
  return open > 0 && open >= text ? "openmetrics" : "text";
}

/** Whether the client takes gzip. */
export function acceptsGzip(acceptEncoding: string | null): boolean {
  const choices = parse(acceptEncoding ?? "");
  const named = choices.filter(({ name }) => name === "gzip" || name === "x-gzip");
  return best(named.length > 0 ? named : choices.filter(({ name }) => name === "*")) > 0;
}

// Not `Math.max(...)`: the number of arguments is the depth of the stack that they take.
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
 * The parts of a text between separators that are not empty. Separators in quotation marks are none; quotation marks that are open at the end
 * close there. Where more of the text would follow, the last part is left out: the end of it is not known.
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
