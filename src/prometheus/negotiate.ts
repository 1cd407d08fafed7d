/**
 * What a client wants: the format and the coding of the answer.
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

function best(choices: readonly Choice[]): number {
  return Math.max(0, ...choices.map(({ quality }) => quality));
}

function parse(header: string): Choice[] {
  return split(header, ",").map((part) => {
    const [name = "", ...rest] = split(part, ";").map((word) => word.trim().toLowerCase());
    const parameters = new Map(rest.map((pair) => {
      const [key, value = ""] = pair.split("=", 2);
      return [key.trim(), value.trim().replace(/^"(.*)"$/, "$1")];
    }));
    const quality = Number(parameters.get("q") ?? 1);
    return { name, parameters, quality: quality >= 0 && quality <= 1 ? quality : 0 };
  });
}

/** The parts of a text between separators, of which those in quotation marks are none. */
function split(text: string, separator: "," | ";"): string[] {
  return text.match(new RegExp(`(?:[^${separator}"]|"(?:\\\\.|[^"\\\\])*"?)+`, "g")) ?? [];
}
