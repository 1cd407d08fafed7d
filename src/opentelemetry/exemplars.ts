/**
 * Converts exemplars to those of OpenTelemetry's SDK.
 *
 * @module
 */
import type { Exemplar } from "../metrics/exemplars/exemplar.ts";
import type { ExemplarData } from "./sdk.ts";
import { timeOf } from "./time.ts";

/** The forms of ids in W3C's Trace Context; an id of zeros only is invalid there. */
const TRACE_ID = /^(?!0+$)[0-9a-f]{32}$/i;
const SPAN_ID = /^(?!0+$)[0-9a-f]{16}$/i;

/**
 * Converts an exemplar. Its labels `trace_id` and `span_id` become the ids of the trace and the
 * span if they have the form of such; all others become attributes.
 */
export function exemplarDataOf({ labels, value, time }: Exemplar): ExemplarData {
  const ids: { spanId?: string; traceId?: string } = {};
  const filteredAttributes = Object.fromEntries(
    Object.entries(labels).filter(([name, text]) => {
      if (name === "trace_id" && TRACE_ID.test(text)) ids.traceId = text;
      else if (name === "span_id" && SPAN_ID.test(text)) ids.spanId = text;
      else return true;
      return false;
    }),
  );
  return { filteredAttributes, value, timestamp: timeOf(time), ...ids };
}
