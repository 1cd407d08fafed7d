import { decodeIpv4, decodeIpv6 } from "./ip.ts";
import { findNetworkHeader } from "./link_layer.ts";
import {
  ETHERTYPE_ANY_IP,
  ETHERTYPE_IPV4,
  ETHERTYPE_IPV6,
  ETHERTYPE_OTHER,
  type Packet,
} from "./packet.ts";

/** Decodes the frame between `start` and `end`, as far as it was captured. */
export function decodePacket(
  view: DataView,
  start: number,
  end: number,
  linkType: number,
  packet: Packet,
): void {
  packet.version = 0;
  packet.sourcePort = 0;
  packet.destinationPort = 0;
  packet.tcpFlags = 0;
  packet.malformed = false;
  findNetworkHeader(view, start, end, linkType, packet);
  let etherType = packet.etherType;
  const at = packet.network;
  const stop = packet.networkEnd;
  if (etherType === ETHERTYPE_ANY_IP) {
    if (at >= stop) return;
    const version = view.getUint8(at) >> 4;
    etherType = version === 4 ? ETHERTYPE_IPV4 : version === 6 ? ETHERTYPE_IPV6 : ETHERTYPE_OTHER;
    packet.malformed = etherType === ETHERTYPE_OTHER;
  }
  if (etherType === ETHERTYPE_IPV4) decodeIpv4(view, at, stop, packet);
  else if (etherType === ETHERTYPE_IPV6) decodeIpv6(view, at, stop, packet);
}
