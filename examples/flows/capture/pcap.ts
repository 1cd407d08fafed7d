import {
  type CaptureError,
  DamagedCaptureError,
  TruncatedCaptureError,
  UnsupportedCaptureError,
} from "./capture_error.ts";
import {
  type CaptureLayout,
  MAX_CAPTURED_BYTES,
  type PacketSink,
  type Slice,
} from "./capture_layout.ts";
import { knowsLinkType } from "../packet/link_layer.ts";
import { timeScale } from "./timestamp.ts";
import { UnknownLinkTypes } from "./unknown_link_types.ts";
import type { Walk, Walker } from "./walker.ts";

// https://www.ietf.org/archive/id/draft-ietf-opsawg-pcap-04.html
export const PCAP_HEADER_BYTES = 24;
const RECORD_HEADER_BYTES = 16;
const MAGIC_MICROSECONDS = 0xa1b2c3d4;
const MAGIC_NANOSECONDS = 0xa1b23c4d;
/** Kuznetzov's patch of 1999: longer record headers. */
const MAGIC_MODIFIED = 0xa1b2cd34;

/** Whether the four bytes at the start, read in either order, are one of pcap's magic numbers. */
export function isPcap(magic: number, swapped: number): boolean {
  return isPcapMagic(magic) || isPcapMagic(swapped);
}

function isPcapMagic(magic: number): boolean {
  return magic === MAGIC_MICROSECONDS || magic === MAGIC_NANOSECONDS || magic === MAGIC_MODIFIED;
}

/** Walks the records of a pcap file. */
export class PcapWalker implements Walker {
  readonly layout: CaptureLayout;
  readonly unknownLinkTypes: UnknownLinkTypes = new UnknownLinkTypes();

  /** Reads the file header at `at`; `length` bytes of the file are there. */
  constructor(view: DataView, at: number, length: number) {
    const littleEndian = isPcapMagic(view.getUint32(at, true));
    const magic = view.getUint32(at, littleEndian);
    if (magic === MAGIC_MODIFIED) {
      throw new UnsupportedCaptureError(
        "Cannot read the file header at byte 0: a pcap file of version 2.4 is required, got a modified one (magic a1b2cd34)",
        0,
      );
    }
    if (length < PCAP_HEADER_BYTES) {
      throw new TruncatedCaptureError(
        `Cannot read the file header at byte 0: ${PCAP_HEADER_BYTES} bytes are required, got ${length}`,
        0,
      );
    }
    const version = `${view.getUint16(at + 4, littleEndian)}.${
      view.getUint16(at + 6, littleEndian)
    }`;
    // Before 2.3 the two lengths of a record stand the other way round, in 2.3 either way, and there
    // will be no later version.
    if (version !== "2.4") {
      throw new UnsupportedCaptureError(
        `Cannot read the file header at byte 0: a pcap file of version 2.4 is required, got version ${version}`,
        0,
      );
    }
    // The upper half of the field is for other things, such as the FCS length.
    const linkType = view.getUint32(at + 20, littleEndian) & 0xffff;
    this.layout = {
      format: "pcap",
      littleEndian,
      interfaces: [{
        linkType,
        isUnderstood: knowsLinkType(linkType),
        snapLength: view.getUint32(at + 16, littleEndian),
        ...timeScale(magic === MAGIC_NANOSECONDS ? 9 : 6, 0n),
      }],
    };
  }

  walk(view: DataView, from: number, to: number, offset: number): Walk {
    const { littleEndian, interfaces: [{ isUnderstood, linkType }] } = this.layout;
    let at = from;
    let packets = 0;
    let damage: CaptureError | undefined;
    while (to - at >= RECORD_HEADER_BYTES) {
      const captured = view.getUint32(at + 8, littleEndian);
      if (captured > MAX_CAPTURED_BYTES) {
        const here = offset + at - from;
        damage = new DamagedCaptureError(
          `Cannot read the record at byte ${here}: at most ${MAX_CAPTURED_BYTES} captured bytes are required, got ${captured}`,
          here,
        );
        break;
      }
      const next = at + RECORD_HEADER_BYTES + captured;
      if (next > to) break;
      at = next;
      packets++;
    }
    if (packets > 0 && !isUnderstood) this.unknownLinkTypes.add(linkType, offset, packets);
    return { end: at, packets, cut: false, skip: 0, damage };
  }

  truncated(view: DataView, at: number, length: number, offset: number): CaptureError {
    const headerOnly = length < RECORD_HEADER_BYTES;
    const required = RECORD_HEADER_BYTES +
      (headerOnly ? 0 : view.getUint32(at + 8, this.layout.littleEndian));
    return new TruncatedCaptureError(
      `Cannot read the record at byte ${offset}: ${required} bytes are required${
        headerOnly ? " for its header" : ""
      }, got ${length} up to the end of the file`,
      offset,
    );
  }
}

/** Gives each packet of a slice of a pcap file to the sink. */
export function readPcapSlice(view: DataView, slice: Slice, sink: PacketSink): void {
  const { start, end, layout: { littleEndian, interfaces: [{ linkType, ticksPerMicrosecond }] } } =
    slice;
  for (let at = start; at < end;) {
    const fraction = view.getUint32(at + 4, littleEndian);
    const time = view.getUint32(at, littleEndian) * 1_000_000 +
      Math.floor(fraction / ticksPerMicrosecond);
    const data = at + RECORD_HEADER_BYTES;
    const next = data + view.getUint32(at + 8, littleEndian);
    sink.packet(view, data, next, linkType, view.getUint32(at + 12, littleEndian), time);
    at = next;
  }
}
