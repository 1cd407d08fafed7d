import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { formatIpv4, formatIpv6 } from "../../../examples/flows/packet/address.ts";
import { decodePacket } from "../../../examples/flows/packet/decode_packet.ts";
import { Packet } from "../../../examples/flows/packet/packet.ts";
import { concat } from "./capture_builder.ts";
import {
  authentication,
  bytes,
  ethernet,
  ethernetOfLength,
  extension,
  fragment,
  hex,
  ipv4,
  ipv6,
  llc,
  loopback,
  sll,
  sll2,
  snap,
  tcp,
  udp,
  vlan,
} from "./frame_builder.ts";

const FLOW_4 = "6 10.0.0.1:1000 10.0.0.2:2000 flags 24";
const FLOW_6 = "6 2001:db8::1:1000 2001:db8::2:2000 flags 24";

// Other data around the frame: a read beyond its ends would show.
function decode(frame: Uint8Array, linkType = 1): string {
  const around = new Uint8Array(64).fill(0xff);
  const view = new DataView(concat(around, frame, around).buffer as ArrayBuffer);
  const packet = new Packet();
  Object.assign(packet, {
    version: 9,
    sourcePort: 9,
    destinationPort: 9,
    tcpFlags: 9,
    etherType: 9,
    network: 9,
    networkEnd: 9,
  });
  decodePacket(view, 64, 64 + frame.length, linkType, packet);
  if (packet.version === 0) return packet.malformed ? "malformed" : "none";
  const format = packet.version === 4 ? formatIpv4 : formatIpv6;
  const source = `${format(view, packet.source)}:${packet.sourcePort}`;
  const destination = `${format(view, packet.destination)}:${packet.destinationPort}`;
  return `${packet.protocol} ${source} ${destination} flags ${packet.tcpFlags}`;
}

describe("decodePacket() link layers", () => {
  it("decodePacket() reads Ethernet", () => {
    assertEquals(decode(ethernet(0x0800, ipv4())), FLOW_4);
    assertEquals(decode(ethernet(0x86dd, ipv6())), FLOW_6);
  });

  it("decodePacket() skips VLAN tags of every kind", () => {
    assertEquals(decode(ethernet(0x8100, vlan(7, 0x0800, ipv4()))), FLOW_4);
    assertEquals(decode(ethernet(0x88a8, vlan(7, 0x8100, vlan(8, 0x86dd, ipv6())))), FLOW_6);
    assertEquals(decode(ethernet(0x9100, vlan(7, 0x8100, vlan(8, 0x0800, ipv4())))), FLOW_4);
  });

  it("decodePacket() reads SNAP, also behind a VLAN tag and before one", () => {
    for (const organization of ["000000", "0000f8"]) {
      assertEquals(decode(ethernetOfLength(snap(0x0800, ipv4(), organization))), FLOW_4);
      assertEquals(decode(ethernetOfLength(snap(0x86dd, ipv6(), organization))), FLOW_6);
    }
    const inner = snap(0x0800, ipv4());
    assertEquals(decode(ethernet(0x8100, vlan(7, 48, inner))), FLOW_4);
    assertEquals(decode(ethernetOfLength(snap(0x8100, vlan(7, 0x0800, ipv4())))), FLOW_4);
    assertEquals(decode(ethernetOfLength(snap(0x88a8, vlan(7, 48, inner)))), FLOW_4);
    assertEquals(decode(ethernetOfLength(llc("aaaa 0402 000000 0800", ipv4()))), FLOW_4);
    assertEquals(decode(ethernetOfLength(snap(0x0800, ipv4(), "080007"))), "none");
    assertEquals(decode(ethernetOfLength(snap(48, inner))), "none");
    assertEquals(decode(ethernet(38, hex("4242 03 0000000000"))), "none");
  });

  it("decodePacket() reads IP that follows an 802.2 header at once", () => {
    assertEquals(decode(ethernetOfLength(llc("0606 03", ipv4()))), FLOW_4);
    assertEquals(decode(ethernetOfLength(llc("0607 03", ipv4()))), FLOW_4);
    assertEquals(decode(ethernetOfLength(llc("0606 0000", ipv4()))), FLOW_4);
    assertEquals(decode(ethernet(0x88a8, vlan(7, 43, llc("0606 03", ipv4())))), FLOW_4);
    for (const control of ["e3", "af", "0100", "13"]) {
      assertEquals(decode(ethernetOfLength(llc(`0606 ${control}`, ipv4()))), "none");
    }
  });

  it("decodePacket() reads 802.2 headers in frames too long for a length", () => {
    assertEquals(decode(ethernet(0x8870, snap(0x86dd, ipv6()))), FLOW_6);
    assertEquals(decode(ethernet(0x8100, vlan(7, 0x8870, llc("0606 03", ipv4())))), FLOW_4);
  });

  it("decodePacket() takes lengths up to 1500 only, and no more than they say", () => {
    const inner = snap(0x0800, ipv4());
    assertEquals(decode(ethernet(1500, inner)), FLOW_4);
    for (const length of [1501, 1535]) assertEquals(decode(ethernet(length, inner)), "none");
    assertEquals(decode(ethernet(42, inner)), FLOW_4);
    assertEquals(decode(ethernet(41, inner)), "6 10.0.0.1:1000 10.0.0.2:2000 flags 0");
    assertEquals(decode(ethernet(28, inner)), "6 10.0.0.1:0 10.0.0.2:0 flags 0");
    assertEquals(decode(ethernet(27, inner)), "malformed");
    assertEquals(decode(ethernet(7, inner)), "none");
    assertEquals(decode(ethernet(0, inner)), "none");
  });

  it("decodePacket() finds nothing in 802.2 headers cut at any length", () => {
    for (const frame of [snap(0x0800, ipv4()), llc("0606 03", ipv4())]) {
      for (let length = 0; length < 8; length++) {
        const cut = decode(ethernet(1000, frame.subarray(0, length)));
        assertEquals(["none", "malformed"].includes(cut), true, cut);
      }
    }
  });

  it("decodePacket() reads Linux cooked headers of both versions", () => {
    assertEquals(decode(sll(0x0800, ipv4()), 113), FLOW_4);
    assertEquals(decode(sll(0x8100, vlan(1, 0x86dd, ipv6())), 113), FLOW_6);
    assertEquals(decode(sll(4, snap(0x0800, ipv4())), 113), FLOW_4);
    assertEquals(decode(sll(4, llc("0606 03", ipv4())), 113), FLOW_4);
    assertEquals(decode(sll(0x8100, vlan(1, 48, snap(0x0800, ipv4()))), 113), FLOW_4);
    assertEquals(decode(sll2(4, snap(0x86dd, ipv6(), "0000f8")), 276), FLOW_6);
    for (const type of [0, 1, 3, 0x0c]) {
      assertEquals(decode(sll(type, snap(0x0800, ipv4())), 113), "none");
    }
    assertEquals(decode(sll2(0x0800, ipv4()), 276), FLOW_4);
    assertEquals(decode(sll2(0x86dd, ipv6()), 276), FLOW_6);
  });

  it("decodePacket() reads raw IP", () => {
    for (const linkType of [101, 12, 14]) {
      assertEquals(decode(ipv4(), linkType), FLOW_4);
      assertEquals(decode(ipv6(), linkType), FLOW_6);
      assertEquals(decode(bytes(0x50, 1, 2, 3), linkType), "malformed");
    }
    assertEquals(decode(ipv4(), 228), FLOW_4);
    assertEquals(decode(ipv6(), 229), FLOW_6);
    assertEquals(decode(ipv6(), 228), "malformed");
  });

  it("decodePacket() reads BSD loopback in both byte orders", () => {
    for (const linkType of [0, 108]) {
      for (const littleEndian of [true, false]) {
        assertEquals(decode(loopback(2, littleEndian, ipv4()), linkType), FLOW_4);
        for (const family of [10, 23, 24, 28, 30]) {
          assertEquals(decode(loopback(family, littleEndian, ipv6()), linkType), FLOW_6);
        }
        assertEquals(decode(loopback(7, littleEndian, ipv4()), linkType), "none");
      }
    }
  });

  it("decodePacket() finds no flow in other frames, however short", () => {
    assertEquals(decode(ethernet(0x0806, hex("0001 0800 0604 0001"))), "none");
    assertEquals(decode(ipv4(), 105), "none");
    for (const linkType of [0, 1, 12, 101, 108, 113, 276]) {
      assertEquals(decode(new Uint8Array(0), linkType), "none");
    }
    assertEquals(decode(ethernet(0x8100, bytes(0, 1, 8))), "none");
  });
});

describe("decodePacket() IPv4", () => {
  const at14 = (packet: Uint8Array) => decode(ethernet(0x0800, packet));

  it("decodePacket() skips options", () => {
    assertEquals(at14(ipv4({ options: hex("01010101 01010100") })), FLOW_4);
  });

  it("decodePacket() takes ports from the first fragment only", () => {
    assertEquals(at14(ipv4({ moreFragments: true })), FLOW_4);
    assertEquals(
      at14(ipv4({ fragmentOffset: 1, moreFragments: true })),
      "6 10.0.0.1:0 10.0.0.2:0 flags 0",
    );
    assertEquals(at14(ipv4({ fragmentOffset: 185 })), "6 10.0.0.1:0 10.0.0.2:0 flags 0");
  });

  it("decodePacket() knows which protocols have ports", () => {
    for (const protocol of [17, 33, 132, 136]) {
      assertEquals(
        at14(ipv4({ protocol, payload: udp() })),
        `${protocol} 10.0.0.1:1000 10.0.0.2:2000 flags 0`,
      );
    }
    for (const protocol of [0, 1, 4, 41, 47, 50, 51, 60]) {
      assertEquals(
        at14(ipv4({ protocol, payload: udp() })),
        `${protocol} 10.0.0.1:0 10.0.0.2:0 flags 0`,
      );
    }
  });

  it("decodePacket() keeps all twelve TCP flags", () => {
    assertEquals(at14(ipv4({ payload: tcp(1, 2, 0xfff) })), "6 10.0.0.1:1 10.0.0.2:2 flags 4095");
    const shortHeader = tcp();
    shortHeader[12] = 0x4f;
    assertEquals(at14(ipv4({ payload: shortHeader })), "6 10.0.0.1:1000 10.0.0.2:2000 flags 0");
  });

  it("decodePacket() does not take padding for a transport header", () => {
    assertEquals(
      at14(concat(ipv4({ payload: bytes() }), tcp())),
      "6 10.0.0.1:0 10.0.0.2:0 flags 0",
    );
    assertEquals(at14(ipv4({ totalLength: 0 })), FLOW_4);
  });

  it("decodePacket() goes as far as a cut packet allows", () => {
    const cut = (length: number) => at14(ipv4().subarray(0, length));
    assertEquals(cut(40), FLOW_4);
    assertEquals(cut(34), FLOW_4);
    assertEquals(cut(33), "6 10.0.0.1:1000 10.0.0.2:2000 flags 0");
    assertEquals(cut(23), "6 10.0.0.1:0 10.0.0.2:0 flags 0");
    assertEquals(cut(20), "6 10.0.0.1:0 10.0.0.2:0 flags 0");
    for (let length = 0; length < 20; length++) assertEquals(cut(length), "malformed");
  });

  it("decodePacket() calls impossible headers malformed", () => {
    const wrongVersion = ipv4();
    wrongVersion[0] = 0x65;
    assertEquals(at14(wrongVersion), "malformed");
    const shortHeader = ipv4();
    shortHeader[0] = 0x44;
    assertEquals(at14(shortHeader), "malformed");
    assertEquals(at14(ipv4({ totalLength: 19 })), "malformed");
  });
});

describe("decodePacket() IPv6", () => {
  const at14 = (packet: Uint8Array) => decode(ethernet(0x86dd, packet));
  const flow = (protocol: number, ports = ":0") =>
    `${protocol} 2001:db8::1${ports} 2001:db8::2${ports} flags 0`;

  it("decodePacket() walks extension headers", () => {
    const chain = extension(43, 0, extension(60, 3, extension(51, 1, authentication(6, tcp()))));
    assertEquals(at14(ipv6({ next: 0, payload: chain })), FLOW_6);
    assertEquals(at14(ipv6({ next: 135, payload: extension(59, 0, bytes()) })), flow(59));
    assertEquals(at14(ipv6({ next: 60, payload: extension(58, 0, hex("8000 0000")) })), flow(58));
  });

  it("decodePacket() takes ports from the first fragment only", () => {
    assertEquals(at14(ipv6({ next: 44, payload: fragment(6, 0, true, tcp()) })), FLOW_6);
    assertEquals(at14(ipv6({ next: 44, payload: fragment(6, 0, false, tcp()) })), FLOW_6);
    assertEquals(at14(ipv6({ next: 44, payload: fragment(6, 181, true, tcp()) })), flow(6));
    assertEquals(at14(ipv6({ next: 44, payload: fragment(60, 1, false, tcp()) })), flow(60));
    assertEquals(
      at14(ipv6({ next: 44, payload: fragment(60, 0, true, extension(6, 0, tcp())) })),
      FLOW_6,
    );
  });

  it("decodePacket() stops at what it cannot see through", () => {
    assertEquals(at14(ipv6({ next: 50, payload: tcp() })), flow(50));
    assertEquals(at14(ipv6({ next: 59, payload: tcp() })), flow(59));
  });

  it("decodePacket() does not take padding for a transport header", () => {
    assertEquals(at14(concat(ipv6({ payload: bytes(), payloadLength: 1 }), tcp())), flow(6));
    assertEquals(at14(ipv6({ payloadLength: 0 })), FLOW_6);
  });

  it("decodePacket() goes as far as a cut packet allows", () => {
    const whole = ipv6({ next: 0, payload: extension(60, 0, extension(6, 1, tcp())) });
    const cut = (length: number) => at14(whole.subarray(0, length));
    assertEquals(cut(whole.length), FLOW_6);
    assertEquals(cut(64), flow(6));
    assertEquals(cut(50), flow(6));
    assertEquals(cut(49), flow(60));
    assertEquals(cut(42), flow(60));
    assertEquals(cut(41), flow(0));
    assertEquals(cut(40), flow(0));
    assertEquals(cut(39), "malformed");
    const pieces = ipv6({ next: 44, payload: fragment(17, 9, false, udp()) });
    assertEquals(at14(pieces.subarray(0, 44)), flow(17));
    assertEquals(at14(pieces.subarray(0, 43)), flow(44));
  });
});
