/**
 * Exemplars in OpenMetrics.
 *
 * @module
 */
import type { Exemplar } from "../metrics/exemplars/exemplar.ts";
import type { ByteWriter } from "./byte_writer.ts";

/**
 * The latest exemplar of each Prometheus bucket, by the index of its bound. OpenMetrics requires
 * that its value is within the bucket.
 *
 * @param exemplars The latest one last.
 */
export function latestByBucket(
  exemplars: readonly Exemplar[],
  bounds: readonly number[],
): ReadonlyMap<number, Exemplar> {
  return new Map(exemplars.map((exemplar) => {
    const index = bounds.findIndex((bound) => exemplar.value <= bound);
    return [index < 0 ? bounds.length : index, exemplar];
  }));
}

/** Writes an exemplar, at the end of the line of its sample. */
export function writeExemplar(out: ByteWriter, { labels, value, time }: Exemplar): void {
  out.text(" # {");
  let separator = "";
  for (const [name, text] of Object.entries(labels)) {
    out.text(`${separator}${name}="`);
    out.quoted(text);
    separator = '",';
  }
  out.text(`${separator.slice(0, 1)}} ${value} ${time / 1000}`);
}
