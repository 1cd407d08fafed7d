import { concat } from "./capture_builder.ts";
import * as build from "./frame_builder.ts";

const { ethernet, vlan, ipv4, ipv6, extension, authentication, fragment, tcp, udp, snap, hex } =
  build;
const { ethernetOfLength, llc } = build;

/** Network packets with everything that the decoder knows; `seed` varies addresses and ports. */
export function ipv4Packets(seed: number): Uint8Array[] {
  const source = `10.${seed % 7}.0.${seed % 250}`;
  const port = 1024 + (seed * 37) % 60_000;
  return [
    ipv4({ source, payload: tcp(port, 12345, seed % 4096) }),
    ipv4({ source, protocol: 17, payload: udp(port, 40001, new Uint8Array(seed % 50)) }),
    ipv4({ source, options: hex("01010101 01010100"), payload: tcp(port, 12346) }),
    ipv4({
      source,
      protocol: 17,
      moreFragments: true,
      payload: udp(port, 40002, new Uint8Array(16)),
    }),
    ipv4({
      source,
      protocol: 17,
      fragmentOffset: 3,
      moreFragments: true,
      payload: new Uint8Array(24),
    }),
    ipv4({ source, protocol: 17, fragmentOffset: 6, payload: new Uint8Array(seed % 30) }),
    ipv4({ source, protocol: 1, payload: hex("0800 f7ff 0000 0000") }),
    ipv4({ source, protocol: 136, payload: udp(port, 40003, new Uint8Array(8)) }),
    ipv4({ source, protocol: 33, payload: concat(udp(port, 40004), hex("00000000 00000000")) }),
    ipv4({ source, protocol: 132, payload: concat(udp(port, 40005), hex("00000000 00000000")) }),
    ipv4({ source, protocol: 4, payload: ipv4({ source: "1.2.3.4", payload: tcp(port, 7) }) }),
    ipv4({ source, protocol: 51, payload: authentication(6, tcp(port, 8)) }),
  ];
}

/** The same for IPv6. */
export function ipv6Packets(seed: number): Uint8Array[] {
  const source = `20010db8 0000000${seed % 5} 0000000${seed % 3} 000000${10 + seed % 80}`;
  const port = 1024 + (seed * 41) % 60_000;
  const segment = tcp(port, 12345, seed % 4096);
  return [
    ipv6({ source, payload: segment }),
    ipv6({ source, next: 17, payload: udp(port, 40001, new Uint8Array(seed % 50)) }),
    ipv6({ source, next: 0, payload: extension(6, seed % 3, segment) }),
    ipv6({ source, next: 43, payload: extension(60, 0, extension(6, 1, segment)) }),
    ipv6({ source, next: 51, payload: authentication(6, segment) }),
    ipv6({ source, next: 44, payload: fragment(6, 0, true, segment) }),
    ipv6({ source, next: 44, payload: fragment(17, 4, true, new Uint8Array(32)) }),
    ipv6({ source, next: 0, payload: extension(44, 0, fragment(17, 9, false, new Uint8Array(9))) }),
    ipv6({ source, next: 58, payload: hex("8000 0000 0000 0000") }),
    ipv6({ source, next: 59, payload: new Uint8Array(0) }),
    ipv6({ source: "00000000 00000000 0000ffff c0a80001", payload: segment }),
    ipv6({ source: "fe800000 00000000 00000000 00000000", payload: segment }),
  ];
}

/** IP behind 802.2 headers, in frames with a length, with tags, and in jumbo frames; and what is no IP there. */
export function llcFrames(four: Uint8Array, six: Uint8Array): Uint8Array[] {
  const tagged = snap(0x8100, vlan(5, 0x0800, four));
  const nested = snap(0x0800, four);
  return [
    ethernetOfLength(snap(0x0800, four)),
    ethernetOfLength(snap(0x86dd, six)),
    ethernetOfLength(snap(0x0800, four, "0000f8")),
    ethernetOfLength(snap(0x86dd, six, "0000f8")),
    ethernetOfLength(llc("0606 03", four)),
    ethernetOfLength(llc("0607 03", four)),
    // Numbered frames have a control field of two bytes.
    ethernetOfLength(llc("0606 0000", four)),
    ethernetOfLength(llc("aaaa 0204 000000 0800", four)),
    ethernetOfLength(tagged),
    ethernetOfLength(snap(0x8100, vlan(5, nested.length, nested))),
    ethernet(0x8100, vlan(5, nested.length, nested)),
    ethernet(0x88a8, vlan(5, 0x8100, vlan(6, four.length + 3, llc("0606 03", four)))),
    ethernet(0x8870, snap(0x0800, four)),
    ethernet(0x8100, vlan(5, 0x8870, llc("0606 03", four))),
    // Padding, and a length that cuts the packet.
    concat(ethernetOfLength(snap(0x0800, four)), new Uint8Array(20)),
    ethernet(8 + 36, snap(0x0800, ipv4())),
    // None of these is IP.
    ethernetOfLength(snap(0x0800, four, "080007")),
    ethernetOfLength(snap(0x0800, four, "0080c2")),
    ethernetOfLength(snap(nested.length, nested)),
    ethernetOfLength(llc("0606 e3", four)),
    ethernetOfLength(llc("aaab 03 000000 0800", four)),
    ethernetOfLength(llc("4242 03", four)),
    ethernet(1501, snap(0x0800, four)),
    ethernet(0x05ff, snap(0x0800, four)),
  ];
}

/** Both in Ethernet frames, plain and tagged, and a frame that is not IP. */
export function ethernetFrames(seed: number): Uint8Array[] {
  const four = ipv4Packets(seed);
  const six = ipv6Packets(seed);
  return [
    ...four.map((packet) => ethernet(0x0800, packet)),
    ...six.map((packet) => ethernet(0x86dd, packet)),
    ...four.map((packet) => ethernet(0x8100, vlan(seed % 4096, 0x0800, packet))),
    ...six.map((packet) => ethernet(0x88a8, vlan(5, 0x8100, vlan(seed % 4096, 0x86dd, packet)))),
    ethernet(0x9100, vlan(5, 0x8100, vlan(6, 0x0800, four[0]))),
    ...llcFrames(four[seed % four.length], six[seed % six.length]),
    ethernet(0x0806, hex("0001 0800 0604 0001 020000000001 0a000001 000000000000 0a000002")),
  ];
}
