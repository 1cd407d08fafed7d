/**
 * Writes samples: a line of the text each.
 *
 * @module
 */
import type { Exemplar } from "../metrics/exemplars/exemplar.ts";
import { type ByteWriter, NEWLINE } from "./byte_writer.ts";
import { writeExemplar } from "./exemplar_text.ts";
import type { SampleName } from "./name_writer.ts";

/** Writes one sample, and perhaps the exemplar at the end of its line. */
export function writeSample(
  out: ByteWriter,
  name: SampleName,
  labels: ByteWriter,
  value: string,
  exemplar?: Exemplar,
): void {
  writeSampleHead(out, name, labels);
  out.text(value);
  if (exemplar !== undefined) writeExemplar(out, exemplar);
  out.byte(NEWLINE);
}

/** Writes what precedes the value. */
export function writeSampleHead(out: ByteWriter, name: SampleName, labels: ByteWriter): void {
  if (labels.length > 0) {
    out.text(name.beforeLabels);
    out.append(labels);
    out.text("} ");
  } else {
    out.text(name.beforeValue);
  }
}

/** Writes the sample `_created`. `start` is in milliseconds since 1970; without it, nothing. */
export function writeCreated(
  out: ByteWriter,
  name: SampleName,
  labels: ByteWriter,
  start: number | undefined,
): void {
  if (start !== undefined) writeSample(out, name, labels, `${start / 1000}`);
}

/** A value as text. */
export function numberText(value: unknown): string {
  if (value === Infinity) return "+Inf";
  if (value === -Infinity) return "-Inf";
  return `${value}`;
}
