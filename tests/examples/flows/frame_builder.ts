import { concat, fields } from "./capture_builder.ts";

/** Makes frames for tests, from the inside out: `ethernet(0x0800, ipv4({ payload: tcp() }))`. */

export const TCP = 6;
export const UDP = 17;

const big = (...parts: [number, number][]) => fields(false, parts);

export function bytes(...values: number[]): Uint8Array {
  return Uint8Array.from(values);
}

/** The bytes of hexadecimal digits; spaces and colons do not matter. */
export function hex(text: string): Uint8Array {
  return Uint8Array.from(
    text.replace(/[\s:]/g, "").match(/../g) ?? [],
    (pair) => parseInt(pair, 16),
  );
}

export function ethernet(type: number, payload: Uint8Array): Uint8Array {
  return concat(hex("0200 0000 0001 0200 0000 0002"), big([2, type]), payload);
}

/** A VLAN tag's second half and the type after it: goes behind an outer type of 8100, 88a8 or 9100. */
export function vlan(id: number, type: number, payload: Uint8Array): Uint8Array {
  return concat(big([2, id], [2, type]), payload);
}

/** An 802.3 frame: the length of what follows in place of a type. */
export function ethernetOfLength(payload: Uint8Array): Uint8Array {
  return ethernet(payload.length, payload);
}

/** 802.2: the access points of destination and source and the control field, as hexadecimal digits. */
export function llc(header: string, payload: Uint8Array): Uint8Array {
  return concat(hex(header), payload);
}

/** 802.2 with SNAP. */
export function snap(type: number, payload: Uint8Array, organization = "000000"): Uint8Array {
  return llc(`aaaa 03 ${organization}`, concat(big([2, type]), payload));
}

export function sll(type: number, payload: Uint8Array): Uint8Array {
  return concat(hex("0000 0001 0006 020000000001 0000"), big([2, type]), payload);
}

export function sll2(type: number, payload: Uint8Array): Uint8Array {
  return concat(big([2, type]), hex("0000 00000001 0001 00 06 0200000000010000"), payload);
}

export function loopback(family: number, littleEndian: boolean, payload: Uint8Array): Uint8Array {
  return concat(fields(littleEndian, [[4, family]]), payload);
}

export interface Ipv4Options {
  protocol?: number;
  source?: string;
  destination?: string;
  /** In units of eight bytes. */
  fragmentOffset?: number;
  moreFragments?: boolean;
  /** Option bytes, a multiple of four. */
  options?: Uint8Array;
  /** The total length field, when it shall not be the true one. */
  totalLength?: number;
  payload?: Uint8Array;
}

export function ipv4(options: Ipv4Options = {}): Uint8Array {
  const { protocol = TCP, source = "10.0.0.1", destination = "10.0.0.2", payload = tcp() } =
    options;
  const optionBytes = options.options ?? new Uint8Array(0);
  const headerLength = 20 + optionBytes.length;
  const fragment = (options.moreFragments ? 0x2000 : 0) | (options.fragmentOffset ?? 0);
  return concat(
    big(
      [1, 0x40 | headerLength / 4],
      [1, 0],
      [2, options.totalLength ?? headerLength + payload.length],
      [2, 1],
      [2, fragment],
      [1, 64],
      [1, protocol],
      [2, 0],
    ),
    Uint8Array.from(source.split("."), Number),
    Uint8Array.from(destination.split("."), Number),
    optionBytes,
    payload,
  );
}

export interface Ipv6Options {
  next?: number;
  /** Sixteen bytes as hexadecimal digits. */
  source?: string;
  destination?: string;
  payloadLength?: number;
  payload?: Uint8Array;
}

export function ipv6(options: Ipv6Options = {}): Uint8Array {
  const { next = TCP, payload = tcp() } = options;
  const {
    source = "20010db8 00000000 00000000 00000001",
    destination = "20010db8 00000000 00000000 00000002",
  } = options;
  return concat(
    big([4, 0x60000000], [2, options.payloadLength ?? payload.length], [1, next], [1, 64]),
    hex(source),
    hex(destination),
    payload,
  );
}

/** Hop-by-hop, routing, destination options or mobility: `words` times eight bytes more than eight. */
export function extension(next: number, words: number, payload: Uint8Array): Uint8Array {
  return concat(big([1, next], [1, words]), new Uint8Array(6 + 8 * words), payload);
}

export function authentication(next: number, payload: Uint8Array): Uint8Array {
  return concat(big([1, next], [1, 4]), new Uint8Array(22), payload);
}

export function fragment(
  next: number,
  offset: number,
  more: boolean,
  payload: Uint8Array,
): Uint8Array {
  return concat(big([1, next], [1, 0], [2, (offset << 3) | (more ? 1 : 0)], [4, 7]), payload);
}

export function tcp(source = 1000, destination = 2000, flags = 0x018): Uint8Array {
  return big([2, source], [2, destination], [4, 1], [4, 2], [2, 0x5000 | flags], [2, 512], [2, 0], [
    2,
    0,
  ]);
}

export function udp(source = 1000, destination = 2000, payload = new Uint8Array(0)): Uint8Array {
  return concat(big([2, source], [2, destination], [2, 8 + payload.length], [2, 0]), payload);
}
