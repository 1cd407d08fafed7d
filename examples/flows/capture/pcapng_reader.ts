import type { PacketSink, Slice } from "./capture_layout.ts";
import {
  ENHANCED_PACKET_BLOCK,
  PACKET_BLOCK,
  PACKET_DATA,
  SIMPLE_PACKET_BLOCK,
  SIMPLE_PACKET_DATA,
} from "./pcapng.ts";
import { toMicroseconds } from "./timestamp.ts";

/** Gives each packet of a slice of a pcapng file to the sink. The walker has checked all lengths. */
export function readPcapngSlice(view: DataView, slice: Slice, sink: PacketSink): void {
  const { start, end, layout: { littleEndian, interfaces } } = slice;
  for (let at = start; at < end;) {
    const type = view.getUint32(at, littleEndian);
    const blockLength = view.getUint32(at + 4, littleEndian);
    if (type === ENHANCED_PACKET_BLOCK || type === PACKET_BLOCK) {
      // The obsolete block has 16 bits of interface number, then a count of drops.
      const number = type === PACKET_BLOCK
        ? view.getUint16(at + 8, littleEndian)
        : view.getUint32(at + 8, littleEndian);
      const source = interfaces[number];
      const time = toMicroseconds(
        view.getUint32(at + 12, littleEndian),
        view.getUint32(at + 16, littleEndian),
        source,
      );
      const data = at + PACKET_DATA;
      const captured = view.getUint32(at + 20, littleEndian);
      sink.packet(
        view,
        data,
        data + captured,
        source.linkType,
        view.getUint32(at + 24, littleEndian),
        time,
      );
    } else if (type === SIMPLE_PACKET_BLOCK) {
      const source = interfaces[0];
      const length = view.getUint32(at + 8, littleEndian);
      let captured = Math.min(length, blockLength - SIMPLE_PACKET_DATA - 4);
      if (source.snapLength !== 0) captured = Math.min(captured, source.snapLength);
      const data = at + SIMPLE_PACKET_DATA;
      sink.packet(view, data, data + captured, source.linkType, length, NaN);
    }
    at += blockLength;
  }
}
