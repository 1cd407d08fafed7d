import {
  ETHERTYPE_ANY_IP,
  ETHERTYPE_IPV4,
  ETHERTYPE_IPV6,
  ETHERTYPE_OTHER,
  type Packet,
} from "./packet.ts";

// https://www.tcpdump.org/linktypes.html
export const LINKTYPE_NULL = 0;
export const LINKTYPE_ETHERNET = 1;
export const LINKTYPE_RAW = 101;
export const LINKTYPE_LOOP = 108;
export const LINKTYPE_LINUX_SLL = 113;
export const LINKTYPE_IPV4 = 228;
export const LINKTYPE_IPV6 = 229;
export const LINKTYPE_LINUX_SLL2 = 276;
/** DLT_RAW as some systems wrote it into files before LINKTYPE_RAW was agreed on; 14 is OpenBSD's. */
export const LINKTYPE_RAW_OLD = 12;
export const LINKTYPE_RAW_OPENBSD = 14;

const ETHERTYPE_VLAN = 0x8100;
const ETHERTYPE_PROVIDER_VLAN = 0x88a8;
const ETHERTYPE_OLD_QINQ = 0x9100;
/** Below this an Ethernet type field is the length of an 802.3 frame. */
const FIRST_ETHERTYPE = 0x0600;

/** Whether {@linkcode findNetworkHeader} understands frames of the link type. */
export function knowsLinkType(linkType: number): boolean {
  switch (linkType) {
    case LINKTYPE_NULL:
    case LINKTYPE_ETHERNET:
    case LINKTYPE_RAW:
    case LINKTYPE_RAW_OLD:
    case LINKTYPE_RAW_OPENBSD:
    case LINKTYPE_LOOP:
    case LINKTYPE_LINUX_SLL:
    case LINKTYPE_IPV4:
    case LINKTYPE_IPV6:
    case LINKTYPE_LINUX_SLL2:
      return true;
    default:
      return false;
  }
}

/** Sets `etherType` and `network` of the packet from the link-layer header at `start`. */
export function findNetworkHeader(
  view: DataView,
  start: number,
  end: number,
  linkType: number,
  packet: Packet,
): void {
  packet.etherType = ETHERTYPE_OTHER;
  switch (linkType) {
    case LINKTYPE_ETHERNET:
      if (end - start >= 14) skipTags(view, start + 14, end, view.getUint16(start + 12), packet);
      return;
    case LINKTYPE_LINUX_SLL:
      if (end - start >= 16) skipTags(view, start + 16, end, view.getUint16(start + 14), packet);
      return;
    case LINKTYPE_LINUX_SLL2:
      if (end - start >= 20) skipTags(view, start + 20, end, view.getUint16(start), packet);
      return;
    case LINKTYPE_RAW:
    case LINKTYPE_RAW_OLD:
    case LINKTYPE_RAW_OPENBSD:
      packet.etherType = ETHERTYPE_ANY_IP;
      packet.network = start;
      return;
    case LINKTYPE_IPV4:
      packet.etherType = ETHERTYPE_IPV4;
      packet.network = start;
      return;
    case LINKTYPE_IPV6:
      packet.etherType = ETHERTYPE_IPV6;
      packet.network = start;
      return;
    case LINKTYPE_NULL:
    case LINKTYPE_LOOP:
      if (end - start >= 4) readFamily(view, start, packet);
  }
}

function skipTags(view: DataView, at: number, end: number, type: number, packet: Packet): void {
  while (
    type === ETHERTYPE_VLAN || type === ETHERTYPE_PROVIDER_VLAN || type === ETHERTYPE_OLD_QINQ
  ) {
    if (end - at < 4) return;
    type = view.getUint16(at + 2);
    at += 4;
  }
  if (type < FIRST_ETHERTYPE) {
    // A length, or one of Linux' own codes. In an 802.2 header with SNAP and no
    // organization an ethertype follows after all.
    if (end - at < 8) return;
    if (view.getUint32(at) !== 0xaaaa0300 || view.getUint16(at + 4) !== 0) return;
    type = view.getUint16(at + 6);
    at += 8;
  }
  packet.etherType = type;
  packet.network = at;
}

/** The address family is in the byte order of the host that captured it, which need not be the file's. */
function readFamily(view: DataView, start: number, packet: Packet): void {
  const family = view.getUint32(start);
  const small = family > 0xffff ? view.getUint32(start, true) : family;
  packet.network = start + 4;
  // AF_INET is 2 everywhere; AF_INET6 is Linux', Windows', NetBSD's and OpenBSD's, FreeBSD's or Darwin's.
  if (small === 2) packet.etherType = ETHERTYPE_IPV4;
  else if (small === 10 || small === 23 || small === 24 || small === 28 || small === 30) {
    packet.etherType = ETHERTYPE_IPV6;
  }
}
