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
/** An 802.2 header follows, as in a frame with a length, but this frame is too long for one. */
const ETHERTYPE_JUMBO_LLC = 0x8870;
/** Up to this an Ethernet type field is the length of an 802.3 frame, which begins with an 802.2 header. */
const MAX_LENGTH = 1500;
/** Below this are no ethertypes: lengths, and Linux' own codes in a cooked header. */
const FIRST_ETHERTYPE = 0x0600;
/** Linux' code for an 802.2 header. */
const LINUX_802_2 = 4;

// Service access points and a control byte of 802.2: https://www.rfc-editor.org/rfc/rfc1042
const SAP_IP = 0x06;
const SAP_SNAP = 0xaa;
const UNNUMBERED_INFORMATION = 0x03;
/** An ethertype follows. */
const OUI_ETHERNET = 0x000000;
/** The same for bridges between 802.3 and other networks: 802.1H. */
const OUI_BRIDGE_TUNNEL = 0x0000f8;

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

/** Sets `etherType`, `network` and `networkEnd` of the packet from the link-layer header at `start`. */
export function findNetworkHeader(
  view: DataView,
  start: number,
  end: number,
  linkType: number,
  packet: Packet,
): void {
  packet.etherType = ETHERTYPE_OTHER;
  packet.networkEnd = end;
  switch (linkType) {
    case LINKTYPE_ETHERNET:
      if (end - start >= 14) readType(view, start + 14, end, view.getUint16(start + 12), packet);
      return;
    case LINKTYPE_LINUX_SLL:
      if (end - start >= 16) readCooked(view, start + 16, end, view.getUint16(start + 14), packet);
      return;
    case LINKTYPE_LINUX_SLL2:
      if (end - start >= 20) readCooked(view, start + 20, end, view.getUint16(start), packet);
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

function readCooked(view: DataView, at: number, end: number, type: number, packet: Packet): void {
  if (type >= FIRST_ETHERTYPE) readType(view, at, end, type, packet);
  else if (type === LINUX_802_2) readType(view, at, end, ETHERTYPE_JUMBO_LLC, packet);
}

/** Goes through VLAN tags and 802.2 headers, in any order, to the ethertype of the network header. */
function readType(view: DataView, at: number, end: number, type: number, packet: Packet): void {
  for (;;) {
    if (type <= MAX_LENGTH || type === ETHERTYPE_JUMBO_LLC) {
      // What is beyond the length is padding of the frame.
      if (type <= MAX_LENGTH) end = Math.min(end, at + type);
      if (end - at < 4) return;
      const control = view.getUint8(at + 2);
      // Numbered frames, whose control field has two bytes, and unnumbered ones carry data; others do not.
      if ((control & 1) !== 0 && control !== UNNUMBERED_INFORMATION) return;
      const saps = view.getUint16(at);
      at += (control & 1) === 0 ? 4 : 3;
      if (saps >> 8 === SAP_IP) {
        type = ETHERTYPE_IPV4;
        break;
      }
      if (saps !== ((SAP_SNAP << 8) | SAP_SNAP) || end - at < 5) return;
      const organization = view.getUint32(at) >>> 8;
      if (organization !== OUI_ETHERNET && organization !== OUI_BRIDGE_TUNNEL) return;
      type = view.getUint16(at + 3);
      at += 5;
      if (type < FIRST_ETHERTYPE) return;
    } else if (
      type === ETHERTYPE_VLAN || type === ETHERTYPE_PROVIDER_VLAN || type === ETHERTYPE_OLD_QINQ
    ) {
      if (end - at < 4) return;
      type = view.getUint16(at + 2);
      at += 4;
    } else break;
  }
  packet.etherType = type;
  packet.network = at;
  packet.networkEnd = end;
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
