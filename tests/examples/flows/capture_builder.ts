/** Makes captures for tests, byte by byte as the formats' specifications say. */

export interface BuiltPacket {
  frame: Uint8Array;
  /** Ticks since 1970, in the file's resolution. */
  time?: bigint;
  /** On the wire; the frame's length when left out. */
  length?: number;
  /** pcapng: the interface's number. */
  interface?: number;
  /** pcapng: the kind of block. */
  block?: "enhanced" | "simple" | "obsolete";
}

export interface PcapOptions {
  littleEndian?: boolean;
  nanoseconds?: boolean;
  linkType?: number;
  snapLength?: number;
  magic?: number;
  /** Major and minor. */
  version?: [number, number];
}

export interface BuiltInterface {
  linkType?: number;
  snapLength?: number;
  /** The byte of if_tsresol. */
  resolution?: number;
  offsetSeconds?: bigint;
}

export interface PcapngOptions {
  littleEndian?: boolean;
  interfaces?: BuiltInterface[];
  /** Major and minor. */
  version?: [number, number];
  /** Blocks to put between the interfaces and the packets. */
  extra?: Uint8Array[];
}

export function concat(...parts: Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

export function pcap(packets: BuiltPacket[], options: PcapOptions = {}): Uint8Array {
  const { littleEndian = true, nanoseconds = false, linkType = 1, snapLength = 262144 } = options;
  const [major, minor] = options.version ?? [2, 4];
  const header = fields(littleEndian, [
    [4, options.magic ?? (nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4)],
    [2, major],
    [2, minor],
    [4, 0],
    [4, 0],
    [4, snapLength],
    [4, linkType],
  ]);
  const unit = nanoseconds ? 1_000_000_000n : 1_000_000n;
  const records = packets.map(({ frame, time = 0n, length = frame.length }) =>
    concat(
      fields(littleEndian, [[4, Number(time / unit)], [4, Number(time % unit)], [4, frame.length], [
        4,
        length,
      ]]),
      frame,
    )
  );
  return concat(header, ...records);
}

export function pcapng(packets: BuiltPacket[], options: PcapngOptions = {}): Uint8Array {
  const { littleEndian = true, interfaces = [{}], extra = [] } = options;
  const [major, minor] = options.version ?? [1, 0];
  const header = block(
    0x0a0d0d0a,
    fields(littleEndian, [
      [4, 0x1a2b3c4d],
      [2, major],
      [2, minor],
      [4, 0xffffffff],
      [4, 0xffffffff],
    ]),
    littleEndian,
  );
  const descriptions = interfaces.map((one) =>
    block(1, interfaceBody(one, littleEndian), littleEndian)
  );
  const blocks = packets.map((packet) => packetBlock(packet, littleEndian));
  return concat(header, ...descriptions, ...extra, ...blocks);
}

/** A block of pcapng around its body. */
export function block(type: number, body: Uint8Array, littleEndian = true): Uint8Array {
  const padded = concat(body, new Uint8Array((4 - body.length % 4) % 4));
  const length = padded.length + 12;
  return concat(
    fields(littleEndian, [[4, type], [4, length]]),
    padded,
    fields(littleEndian, [[4, length]]),
  );
}

function interfaceBody(one: BuiltInterface, littleEndian: boolean): Uint8Array {
  const { linkType = 1, snapLength = 0, resolution, offsetSeconds } = one;
  const body = [fields(littleEndian, [[2, linkType], [2, 0], [4, snapLength]])];
  // A name first, so that the others are found behind an option that needs padding.
  body.push(fields(littleEndian, [[2, 2], [2, 3]]), new TextEncoder().encode("lo0\0"));
  if (resolution !== undefined) {
    body.push(fields(littleEndian, [[2, 9], [2, 1], [1, resolution], [1, 0], [2, 0]]));
  }
  if (offsetSeconds !== undefined) {
    const value = new Uint8Array(8);
    new DataView(value.buffer).setBigInt64(0, offsetSeconds, littleEndian);
    body.push(fields(littleEndian, [[2, 14], [2, 8]]), value);
  }
  body.push(fields(littleEndian, [[4, 0]]));
  return concat(...body);
}

function packetBlock(packet: BuiltPacket, littleEndian: boolean): Uint8Array {
  const {
    frame,
    time = 0n,
    length = frame.length,
    interface: number = 0,
    block: kind = "enhanced",
  } = packet;
  if (kind === "simple") {
    return block(3, concat(fields(littleEndian, [[4, length]]), frame), littleEndian);
  }
  const common: [number, number][] = [
    [4, Number(time >> 32n)],
    [4, Number(time & 0xffffffffn)],
    [4, frame.length],
    [4, length],
  ];
  const body = kind === "enhanced"
    ? fields(littleEndian, [[4, number], ...common])
    : fields(littleEndian, [[2, number], [2, 0xffff], ...common]);
  return block(kind === "enhanced" ? 6 : 2, concat(body, frame), littleEndian);
}

/** Numbers as [bytes, value] one after the other. */
export function fields(littleEndian: boolean, parts: [number, number][]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, [size]) => sum + size, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [size, value] of parts) {
    if (size === 1) view.setUint8(at, value);
    else if (size === 2) view.setUint16(at, value, littleEndian);
    else view.setUint32(at, value, littleEndian);
    at += size;
  }
  return bytes;
}
