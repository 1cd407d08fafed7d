/**
 * Writes the names of families, samples and labels in Prometheus' text formats. A name that is not
 * plain stands in quotes, that of a metric within the braces: `{"http.requests",path="/"} 1`.
 *
 * @module
 */
import { isPlainLabelName, isPlainMetricName } from "../schema/escaping.ts";
import { escapeText } from "./byte_writer.ts";

/** A sample's name with what separates it from what follows. */
export interface SampleName {
  /** Before labels: an open brace, and the comma after a name within it. */
  readonly beforeLabels: string;
  /** Before the value, if there are no labels. */
  readonly beforeValue: string;
}

/** How the name of a sample is written. */
export function sampleName(name: string): SampleName {
  if (isPlainMetricName(name)) return { beforeLabels: `${name}{`, beforeValue: `${name} ` };
  return { beforeLabels: `{${quote(name)},`, beforeValue: `{${quote(name)}} ` };
}

/** How the name of a family is written in metadata lines. */
export function writtenFamily(name: string): string {
  return isPlainMetricName(name) ? name : quote(name);
}

/** How the name of a label is written. */
export function writtenLabel(name: string): string {
  return isPlainLabelName(name) ? name : quote(name);
}

function quote(name: string): string {
  return `"${escapeText(name).replaceAll('"', '\\"')}"`;
}
