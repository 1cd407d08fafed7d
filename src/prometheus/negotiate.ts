/**
 * Content negotiation: the format, the escaping scheme and the coding of a response.
 *
 * Headers are parsed in one pass from left to right, with constant stack depth, and only up to a
 * length that no honest client needs.
 *
 * Sources: RFC 9110, sections 12.5.1 and 12.5.3; "Scrape protocol content negotiation" in the
 * documentation of Prometheus.
 *
 * @module
 */
import { type EscapingScheme, isEscapingScheme } from "../schema/escaping.ts";
import type { TextFormat } from "./render.ts";

/** The form of a response. */
export interface ResponseFormat {
  readonly format: TextFormat;
  /** How names that are not plain are written. */
  readonly escaping: EscapingScheme;
  /** The value of the header `Content-Type`. */
  readonly contentType: string;
}

/** What clients get that ask for no scheme, as the documentation of Prometheus recommends. */
const DEFAULT_ESCAPING: EscapingScheme = "underscores";

/**
 * The media types. Version 1.0.0 of `text/plain` is version 0.0.4 with names in quotes. By the
 * specification it has the parameter `escaping` always.
 */
const MEDIA_TYPES = {
  text: "text/plain; version=0.0.4; charset=utf-8",
  text1: "text/plain; version=1.0.0; charset=utf-8",
  openmetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8",
} as const;

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

/**
 * OpenMetrics if the client prefers it or accepts both; otherwise the text format. The escaping
 * scheme is that of the chosen range.
 */
export function formatFor(accept: string | null): ResponseFormat {
  const choices = parse(accept ?? "");
  const ofVersion = (type: string, version: string, isDefault = true) =>
    choices.filter(({ name, parameters }) =>
      name === type && (parameters.get("version") ?? (isDefault ? version : "")) === version
    );
  // A wildcard does not select OpenMetrics: not every client that accepts anything can read it.
  const openMetrics = best(ofVersion("application/openmetrics-text", "1.0.0"));
  const text1 = best(ofVersion("text/plain", "1.0.0", false));
  // The most specific range that matches decides the quality of the text format.
  const ranges = [
    ofVersion("text/plain", "0.0.4"),
    ...["text/*", "*/*"].map((range) => choices.filter(({ name }) => name === range)),
  ];
  const text = best(ranges.find((range) => range.length > 0) ?? []);
  const isNewer = text1.quality > 0 && text1.quality >= text.quality;
  const bestText = isNewer ? text1 : text;
  if (openMetrics.quality > 0 && openMetrics.quality >= bestText.quality) {
    return responseFormat("openmetrics", openMetrics);
  }
  return responseFormat(isNewer ? "text1" : "text", bestText);
}

function responseFormat(type: keyof typeof MEDIA_TYPES, choice: Choice): ResponseFormat {
  const asked = choice.parameters.get("escaping");
  // One page of the documentation spells it without the second hyphen.
  const scheme = asked === "allow-utf8" ? "allow-utf-8" : asked;
  const escaping = isEscapingScheme(scheme) ? scheme : DEFAULT_ESCAPING;
  // Clients that name no scheme may know only the media types without.
  const isTold = asked !== undefined || type === "text1";
  return {
    format: type === "openmetrics" ? "openmetrics" : "text",
    escaping,
    contentType: isTold ? `${MEDIA_TYPES[type]}; escaping=${escaping}` : MEDIA_TYPES[type],
  };
}

/** Whether the client accepts gzip. */
export function acceptsGzip(acceptEncoding: string | null): boolean {
  const choices = parse(acceptEncoding ?? "");
  const named = choices.filter(({ name }) => name === "gzip" || name === "x-gzip");
  const range = named.length > 0 ? named : choices.filter(({ name }) => name === "*");
  return best(range).quality > 0;
}

/** The choice of the highest quality, and the first of several. */
function best(choices: readonly Choice[]): Choice {
  return choices.reduce((most, choice) => choice.quality > most.quality ? choice : most, NO_CHOICE);
}

/** What a client does not accept. */
const NO_CHOICE: Choice = { name: "", parameters: new Map(), quality: 0 };

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
