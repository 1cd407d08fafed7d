import { readFarTimes } from "../far_times.ts";
import type { FlowStats } from "../schema.ts";

/** One flow as it is printed. */
export interface FlowRow {
  protocol: number;
  source: string;
  sourcePort: number;
  destination: string;
  destinationPort: number;
  packets: bigint;
  bytes: bigint;
  /** Microseconds since 1970; 0 where no packet had a time. */
  firstSeen: bigint;
  lastSeen: bigint;
  flags: number;
}

/** All flows, in no order, and the packets of those that were one too many to have a record of their own. */
export function readFlows(stats: FlowStats): { rows: FlowRow[]; overflow: bigint } {
  const rows: FlowRow[] = [];
  let overflow = 0n;
  const series = stats.metrics.flow.series();
  const farTimes = readFarTimes(stats);
  for (const { id, labels, value } of series) {
    const { protocol, source, destination } = labels;
    // The overflow series has none of them.
    if (protocol === undefined || source === undefined || destination === undefined) {
      overflow += value.packets;
      continue;
    }
    rows.push({
      protocol: Number(protocol),
      source,
      sourcePort: Number(labels.source_port),
      destination,
      destinationPort: Number(labels.destination_port),
      packets: value.packets,
      bytes: value.bytes,
      firstSeen: exactTime(value.firstSeen, farTimes.get(id)?.first),
      lastSeen: exactTime(value.lastSeen, farTimes.get(id)?.last),
      flags: value.flags,
    });
  }
  return { rows, overflow };
}

/** A time of a flow, of which the flow's record may have only the nearest number. */
function exactTime(time: number, far: bigint | undefined): bigint {
  // Infinite where no packet had a time.
  if (!Number.isFinite(time)) return 0n;
  return Number.isSafeInteger(time) ? BigInt(time) : far ?? BigInt(time);
}

/** Order of the tsv: protocol, source, source port, destination, destination port. */
export function compareFlows(a: FlowRow, b: FlowRow): number {
  return a.protocol - b.protocol ||
    compareText(a.source, b.source) || a.sourcePort - b.sourcePort ||
    compareText(a.destination, b.destination) || a.destinationPort - b.destinationPort;
}

/** The most bytes first. */
export function compareByBytes(a: FlowRow, b: FlowRow): number {
  return a.bytes < b.bytes ? 1 : a.bytes > b.bytes ? -1 : compareFlows(a, b);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
