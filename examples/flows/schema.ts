import {
  bitOr,
  counter,
  defineSchema,
  max,
  min,
  record,
  sum,
  type ThreadStats,
} from "../../mod.ts";

const MAX_FLOWS = 1_000_000;

/** What the workers count, and everyone can read. */
export const schema = defineSchema({
  packets: counter({ help: "Packets read" }),
  bytes: counter({ help: "Bytes of these packets on the wire", unit: "bytes" }),
  malformed: counter({ help: "IP packets whose header is cut short or contradicts itself" }),
  flow: record(
    { bytes: sum("u64"), packets: sum("u64"), firstSeen: min(), lastSeen: max(), flags: bitOr() },
    {
      help: "Traffic from one address and port to another",
      labels: ["protocol", "source", "source_port", "destination", "destination_port"],
      maxSeries: MAX_FLOWS,
    },
  ),
  farTimes: record(
    { firstHigh: min(), firstLow: min(), lastHigh: max(), lastLow: max() },
    {
      help:
        "Exact times outside of the years 1684 to 2255, by thread: high * 2^53 + low microseconds",
      labels: ["flow"],
      maxSeries: MAX_FLOWS,
    },
  ),
});

/** The statistics of this program. */
export type FlowStats = ThreadStats<typeof schema.metrics>;
/** A thread that counts. */
export type FlowThread = ReturnType<FlowStats["registerThread"]>;
/** A place for a thread to be. */
export type FlowSeat = ReturnType<FlowStats["reserveThread"]>;
