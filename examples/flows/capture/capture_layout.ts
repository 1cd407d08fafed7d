import type { Time } from "./timestamp.ts";

/**
 * What a worker must know to read the records of one slice. It travels with
 * the slice in a message, so it is plain data.
 */
export interface CaptureLayout {
  readonly format: "pcap" | "pcapng";
  readonly littleEndian: boolean;
  /** One in a pcap file; in pcapng those of the current section, by number. */
  readonly interfaces: CaptureInterface[];
}

/** One interface that packets were captured on. */
export interface CaptureInterface {
  readonly linkType: number;
  /** Whether its frames can be decoded. */
  readonly isUnderstood: boolean;
  /** The most bytes kept of a packet; 0 when there is no limit. */
  readonly snapLength: number;
  /** A whole number to divide ticks by, or 0 when only {@linkcode ticksPerSecond} will do. */
  readonly ticksPerMicrosecond: number;
  readonly ticksPerSecond: bigint;
  /** Added to every timestamp (if_tsoffset). */
  readonly offsetSeconds: bigint;
  /** The same, or NaN where no number is exact. */
  readonly offsetMicroseconds: number;
}

/** The greatest number of captured bytes in a record: the limit of libpcap and Wireshark. */
export const MAX_CAPTURED_BYTES = 262_144;

/** A run of whole records in the shared blocks. */
export interface Slice {
  /** The block to give back when the slice is done. */
  readonly block: number;
  /** Where the slice starts and ends in the shared memory of the blocks. */
  readonly start: number;
  readonly end: number;
  readonly layout: CaptureLayout;
}

/** Gets every packet of a slice, in the order of the file. */
export interface PacketSink {
  /**
   * @param view The shared memory
   * @param start Where the captured bytes of the frame start in `view`
   * @param end Where they end
   * @param linkType The kind of the frame (LINKTYPE_ number)
   * @param length The frame's length on the wire
   * @param time When it was captured
   */
  packet(
    view: DataView,
    start: number,
    end: number,
    linkType: number,
    length: number,
    time: Time,
  ): void;
}
