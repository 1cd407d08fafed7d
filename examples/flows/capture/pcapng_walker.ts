import {
  type CaptureError,
  DamagedCaptureError,
  TruncatedCaptureError,
  UnsupportedCaptureError,
} from "./capture_error.ts";
import { type CaptureInterface, type CaptureLayout, MAX_CAPTURED_BYTES } from "./capture_layout.ts";
import { knowsLinkType } from "../packet/link_layer.ts";
import {
  BYTE_ORDER_MAGIC,
  ENHANCED_PACKET_BLOCK,
  INTERFACE_BLOCK,
  MIN_BLOCK_BYTES,
  PACKET_BLOCK,
  PACKET_DATA,
  SECTION_HEADER_BLOCK,
  SIMPLE_PACKET_BLOCK,
  SIMPLE_PACKET_DATA,
} from "./pcapng.ts";
import { timeScale } from "./timestamp.ts";
import { UnknownLinkTypes } from "./unknown_link_types.ts";
import type { Walk, Walker } from "./walker.ts";

/** The longest block that is held in memory whole; longer ones without packets are passed over. */
export const MAX_BLOCK_BYTES = 2 * MAX_CAPTURED_BYTES;

const OPTION_TSRESOL = 9;
const OPTION_TSOFFSET = 14;

/** Walks the blocks of a pcapng file. */
export class PcapngWalker implements Walker {
  #layout: CaptureLayout = { format: "pcapng", littleEndian: true, interfaces: [] };
  readonly unknownLinkTypes: UnknownLinkTypes = new UnknownLinkTypes();

  get layout(): CaptureLayout {
    return this.#layout;
  }

  walk(view: DataView, from: number, to: number, offset: number): Walk {
    let at = from;
    let packets = 0;
    let cut = false;
    let skip = 0;
    let damage: CaptureError | undefined;
    try {
      while (to - at >= MIN_BLOCK_BYTES) {
        const here = offset + at - from;
        if (view.getUint32(at) === SECTION_HEADER_BLOCK) {
          if (at > from) {
            // Byte order and interfaces begin anew.
            cut = true;
            break;
          }
          this.#beginSection(view, at, here);
        }
        const littleEndian = this.#layout.littleEndian;
        const type = view.getUint32(at, littleEndian);
        const length = view.getUint32(at + 4, littleEndian);
        if (length < MIN_BLOCK_BYTES || length % 4 !== 0) {
          throw damaged(
            here,
            `a length of at least ${MIN_BLOCK_BYTES} and a multiple of 4 is`,
            length,
          );
        }
        if (length > to - at) {
          if (length <= MAX_BLOCK_BYTES) break;
          if (isNeeded(type)) {
            throw damaged(here, `a length of at most ${MAX_BLOCK_BYTES} is`, length);
          }
          skip = length;
          break;
        }
        const again = view.getUint32(at + length - 4, littleEndian);
        if (again !== length) {
          throw damaged(here, `the same length at both ends is`, `${length} and ${again}`);
        }
        if (type === INTERFACE_BLOCK) this.#addInterface(view, at, length, here);
        else if (isPacket(type)) {
          this.#checkPacket(view, at, type, length, here);
          packets++;
        } else if (type === SECTION_HEADER_BLOCK) this.#checkVersion(view, at, length, here);
        at += length;
      }
    } catch (error) {
      damage = error as CaptureError;
    }
    return { end: at, packets, cut, skip, damage };
  }

  truncated(view: DataView, at: number, length: number, offset: number): CaptureError {
    const headerOnly = length < MIN_BLOCK_BYTES;
    const required = headerOnly
      ? MIN_BLOCK_BYTES
      : view.getUint32(at + 4, this.#layout.littleEndian);
    return new TruncatedCaptureError(
      `Cannot read the block at byte ${offset}: ${required} bytes are required, got ${length} up to the end of the file`,
      offset,
    );
  }

  #beginSection(view: DataView, at: number, here: number): void {
    const littleEndian = view.getUint32(at + 8, true) === BYTE_ORDER_MAGIC;
    const magic = view.getUint32(at + 8, littleEndian);
    if (magic !== BYTE_ORDER_MAGIC) {
      throw damaged(here, "the byte-order magic 1a2b3c4d is", magic.toString(16));
    }
    // A new object: slices of the last section may still be on their way with the old one.
    this.#layout = { format: "pcapng", littleEndian, interfaces: [] };
  }

  #checkVersion(view: DataView, at: number, length: number, here: number): void {
    if (length < 28) throw damaged(here, "a section header of at least 28 bytes is", length);
    const version = `${view.getUint16(at + 12, this.#layout.littleEndian)}.${
      view.getUint16(at + 14, this.#layout.littleEndian)
    }`;
    // Some wrote 1.2 and meant the same.
    if (version !== "1.0" && version !== "1.2") {
      throw new UnsupportedCaptureError(
        `Cannot read the section at byte ${here}: pcapng version 1.0 is required, got version ${version}`,
        here,
      );
    }
  }

  #addInterface(view: DataView, at: number, length: number, here: number): void {
    if (length < 20) {
      throw damaged(here, "an interface description of at least 20 bytes is", length);
    }
    const littleEndian = this.#layout.littleEndian;
    const linkType = view.getUint16(at + 8, littleEndian);
    let resolution = 6;
    let offsetSeconds = 0n;
    const end = at + length - 4;
    for (let option = at + 16; option + 4 <= end;) {
      const code = view.getUint16(option, littleEndian);
      const size = view.getUint16(option + 2, littleEndian);
      if (code === 0 || option + 4 + size > end) break;
      if (code === OPTION_TSRESOL && size >= 1) resolution = view.getUint8(option + 4);
      else if (code === OPTION_TSOFFSET && size >= 8) {
        offsetSeconds = view.getBigInt64(option + 4, littleEndian);
      }
      option += 4 + Math.ceil(size / 4) * 4;
    }
    const snapLength = view.getUint32(at + 12, littleEndian);
    const added: CaptureInterface = {
      linkType,
      isUnderstood: knowsLinkType(linkType),
      snapLength,
      ...timeScale(resolution, offsetSeconds),
    };
    this.#layout.interfaces.push(added);
  }

  #checkPacket(view: DataView, at: number, type: number, length: number, here: number): void {
    const { littleEndian, interfaces } = this.#layout;
    const simple = type === SIMPLE_PACKET_BLOCK;
    const data = simple ? SIMPLE_PACKET_DATA : PACKET_DATA;
    if (length < data + 4) {
      throw damaged(here, `a packet block of at least ${data + 4} bytes is`, length);
    }
    let number = 0;
    if (type === PACKET_BLOCK) number = view.getUint16(at + 8, littleEndian);
    else if (!simple) number = view.getUint32(at + 8, littleEndian);
    if (number >= interfaces.length) {
      throw damaged(here, `an interface number below ${interfaces.length} is`, number);
    }
    const captured = simple ? 0 : view.getUint32(at + 20, littleEndian);
    if (captured > length - data - 4) {
      throw damaged(here, `at most ${length - data - 4} captured bytes are`, captured);
    }
    const { isUnderstood, linkType } = interfaces[number];
    if (!isUnderstood) this.unknownLinkTypes.add(linkType, here, 1);
  }
}

function isPacket(type: number): boolean {
  return type === ENHANCED_PACKET_BLOCK || type === SIMPLE_PACKET_BLOCK || type === PACKET_BLOCK;
}

function isNeeded(type: number): boolean {
  return isPacket(type) || type === INTERFACE_BLOCK || type === SECTION_HEADER_BLOCK;
}

function damaged(offset: number, required: string, got: number | string): DamagedCaptureError {
  return new DamagedCaptureError(
    `Cannot read the block at byte ${offset}: ${required} required, got ${got}`,
    offset,
  );
}
