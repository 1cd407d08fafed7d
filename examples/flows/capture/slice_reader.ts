import type { PacketSink, Slice } from "./capture_layout.ts";
import { readPcapSlice } from "./pcap.ts";
import { readPcapngSlice } from "./pcapng_reader.ts";

/** Gives each packet of a slice to the sink. */
export function readSlice(view: DataView, slice: Slice, sink: PacketSink): void {
  if (slice.layout.format === "pcap") readPcapSlice(view, slice, sink);
  else readPcapngSlice(view, slice, sink);
}
