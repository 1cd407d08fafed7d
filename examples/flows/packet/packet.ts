/**
 * What {@linkcode decodePacket} found. One object is used for all packets, as
 * making one for each would cost more than the decoding.
 */
export class Packet {
  /** 4, 6, or 0 when the frame is not an IP packet, or not enough of one. */
  version = 0;
  /** The IPv4 protocol, or the IPv6 next header after any extension headers. */
  protocol = 0;
  /** Where the source address starts. */
  source = 0;
  /** Where the destination address starts. */
  destination = 0;
  sourcePort = 0;
  destinationPort = 0;
  /** The twelve flag bits of TCP; 0 for other protocols. */
  tcpFlags = 0;
  /** Whether it should be an IP packet, but its header is cut short or contradicts itself. */
  malformed = false;
  /** Set by the link layer: the kind of the network header, where it starts, and where the frame's content ends. */
  etherType = 0;
  network = 0;
  networkEnd = 0;
}

export const ETHERTYPE_IPV4 = 0x0800;
export const ETHERTYPE_IPV6 = 0x86dd;
/** No ethertype: the version in the first byte decides between IPv4 and IPv6. */
export const ETHERTYPE_ANY_IP = -1;
/** Not IP. */
export const ETHERTYPE_OTHER = 0;
