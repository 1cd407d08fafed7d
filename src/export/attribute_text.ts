/**
 * The attributes of a series as text, and back. Metrics have a fixed list of labels, but the
 * attributes of OpenTelemetry are open: any keys, and values of several types, where `1` and `"1"`
 * are two series. So a metric that a meter has made has one label, whose value is this text: a JSON
 * object with sorted keys. Equal attributes have equal texts, in every thread.
 *
 * JSON's own values stand for themselves. An object with a single key stands for one that JSON does
 * not have: `{"number":"NaN"}`, `{"bytes":[1,2]}`, and `{"map":{...}}` for a nested object.
 *
 * @module
 */
import { isPlain } from "../base/shapes.ts";
import { parseJson } from "../schema/json.ts";
import { ATTRIBUTES_LABEL } from "../schema/meter_origin.ts";
import type { Row } from "../snapshots/snapshot_data.ts";

/** Attributes by name. The values are strings, numbers, booleans, or whatever else a program gave. */
export type OpenAttributes = Readonly<Record<string, unknown>>;

/** The attribute of the overflow series. */
export const OVERFLOW_ATTRIBUTE = "otel.metric.overflow";

/** Deeper values are left out, so that every text can be parsed again. */
const MAX_DEPTH = 4;

/**
 * The text of some attributes. Values that OpenTelemetry does not have, such as functions, are left
 * out, and so is `undefined`.
 *
 * @param isKept Which attributes to keep.
 */
export function attributeText(
  attributes: unknown,
  isKept: (key: string) => boolean = () => true,
): string {
  if (!isPlain(attributes)) return "{}";
  return objectText(attributes as OpenAttributes, isKept, 0);
}

function objectText(
  object: OpenAttributes,
  isKept: (key: string) => boolean,
  depth: number,
): string {
  const parts: string[] = [];
  for (const key of Object.keys(object).sort()) {
    if (!isKept(key)) continue;
    const value = valueText(object[key], depth);
    if (value !== undefined) parts.push(`${JSON.stringify(key.toWellFormed())}:${value}`);
  }
  return `{${parts.join(",")}}`;
}

/** The text of one value; `undefined` for one that is left out. Different values have different texts. */
export function valueText(value: unknown, depth = 0): string | undefined {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value.toWellFormed());
    case "number":
      return Number.isFinite(value) ? JSON.stringify(value) : `{"number":"${value}"}`;
    case "boolean":
      return `${value}`;
    case "object":
      break;
    default:
      return undefined;
  }
  if (value === null) return "null";
  if (depth === MAX_DEPTH) return undefined;
  if (value instanceof Uint8Array) return `{"bytes":[${value}]}`;
  if (Array.isArray(value)) {
    let text = "[";
    for (let n = 0; n < value.length; n++) {
      text += (n === 0 ? "" : ",") + (valueText(value[n], depth + 1) ?? "null");
    }
    return `${text}]`;
  }
  if (!isPlain(value)) return undefined;
  return `{"map":${objectText(value as OpenAttributes, () => true, depth + 1)}}`;
}

/**
 * The attributes of a text. Never throws: a text that is none of `attributeText`, as damaged memory
 * may have it, is the one attribute `attributes`.
 */
export function parseAttributes(text: string): Record<string, unknown> {
  try {
    const entries = Object.entries(parseJson(text) as object);
    return objectOf(entries.map(([key, value]) => [key, valueOf(value)]));
  } catch {
    return { attributes: text };
  }
}

/** The attributes of a series of a metric that a meter has made. */
export function openAttributesOf({ id, labels }: Row): Record<string, unknown> {
  const text = (labels as { readonly [label: string]: string | undefined })[ATTRIBUTES_LABEL];
  if (text !== undefined) return parseAttributes(text);
  // Otherwise it is the overflow series, or a bucket of somebody's `create()`.
  return Object.keys(labels).length > 0 ? { [OVERFLOW_ATTRIBUTE]: true } : { id: `${id}` };
}

/** An object with any keys: `__proto__` is a key as any other. */
function objectOf(entries: [string, unknown][]): Record<string, unknown> {
  return Object.fromEntries(entries);
}

function valueOf(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(valueOf);
  const { number, bytes, map } = value as { number?: string; bytes?: number[]; map?: object };
  if (number !== undefined) return Number(number);
  if (bytes !== undefined) return Uint8Array.from(bytes);
  return objectOf(Object.entries(map!).map(([key, item]) => [key, valueOf(item)]));
}
