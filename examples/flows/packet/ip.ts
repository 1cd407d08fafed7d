import type { Packet } from "./packet.ts";

// https://www.iana.org/assignments/protocol-numbers
const HOP_BY_HOP = 0;
const TCP = 6;
const UDP = 17;
const DCCP = 33;
const ROUTING = 43;
const FRAGMENT = 44;
const AUTHENTICATION = 51;
const DESTINATION_OPTIONS = 60;
const SCTP = 132;
const MOBILITY = 135;
const UDP_LITE = 136;
const HOST_IDENTITY = 139;
const SHIM6 = 140;

/** Reads the IPv4 header at `at` and what follows it, as far as `end` allows. */
export function decodeIpv4(view: DataView, at: number, end: number, packet: Packet): void {
  packet.malformed = true;
  if (end - at < 20) return;
  const first = view.getUint8(at);
  const headerLength = (first & 0x0f) * 4;
  const totalLength = view.getUint16(at + 2);
  if (first >> 4 !== 4 || headerLength < 20) return;
  // A length of 0 is left by network cards that cut big segments themselves.
  if (totalLength !== 0 && totalLength < headerLength) return;
  packet.malformed = false;
  packet.version = 4;
  packet.protocol = view.getUint8(at + 9);
  packet.source = at + 12;
  packet.destination = at + 16;
  const isLaterFragment = (view.getUint16(at + 6) & 0x1fff) !== 0;
  // What is beyond the packet's own length is padding of the frame.
  const stop = totalLength === 0 ? end : Math.min(end, at + totalLength);
  if (!isLaterFragment) decodeTransport(view, at + headerLength, stop, packet);
}

/** Reads the IPv6 header at `at`, its extension headers and what follows, as far as `end` allows. */
export function decodeIpv6(view: DataView, at: number, end: number, packet: Packet): void {
  packet.malformed = true;
  if (end - at < 40 || view.getUint8(at) >> 4 !== 6) return;
  packet.malformed = false;
  packet.version = 6;
  packet.source = at + 8;
  packet.destination = at + 24;
  const payloadLength = view.getUint16(at + 4);
  // 0 in a jumbogram, and where the network card cuts big segments.
  const stop = payloadLength === 0 ? end : Math.min(end, at + 40 + payloadLength);
  let next = view.getUint8(at + 6);
  at += 40;
  for (;;) {
    let length = 0;
    switch (next) {
      case HOP_BY_HOP:
      case ROUTING:
      case DESTINATION_OPTIONS:
      case MOBILITY:
      case HOST_IDENTITY:
      case SHIM6:
        if (stop - at >= 2) length = (view.getUint8(at + 1) + 1) * 8;
        break;
      case AUTHENTICATION:
        if (stop - at >= 2) length = (view.getUint8(at + 1) + 2) * 4;
        break;
      case FRAGMENT:
        if (stop - at < 4) break;
        if ((view.getUint16(at + 2) & 0xfff8) !== 0) {
          // The rest of the headers is in the first fragment.
          packet.protocol = view.getUint8(at);
          return;
        }
        length = 8;
    }
    if (length === 0) break;
    next = view.getUint8(at);
    at += length;
  }
  packet.protocol = next;
  decodeTransport(view, at, stop, packet);
}

/** Ports and flags, as far as they were captured; one port alone would only make another flow. */
function decodeTransport(view: DataView, at: number, stop: number, packet: Packet): void {
  const protocol = packet.protocol;
  if (
    protocol !== TCP && protocol !== UDP && protocol !== SCTP && protocol !== DCCP &&
    protocol !== UDP_LITE
  ) return;
  if (stop - at < 4) return;
  packet.sourcePort = view.getUint16(at);
  packet.destinationPort = view.getUint16(at + 2);
  if (protocol !== TCP || stop - at < 14) return;
  const lengthAndFlags = view.getUint16(at + 12);
  // A header of less than five words is none.
  if (lengthAndFlags >= 0x5000) packet.tcpFlags = lengthAndFlags & 0x0fff;
}
