import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { gunzipSync } from "node:zlib";
import { readFile } from "node:fs/promises";
import { compareFlows, type FlowRow } from "../../../examples/flows/output/flow_row.ts";
import { type BuiltPacket, concat, pcap, pcapng } from "./capture_builder.ts";
import { ethernet, ipv6, llc, loopback, sll, sll2, snap, vlan } from "./frame_builder.ts";
import { ethernetFrames, ipv4Packets, ipv6Packets } from "./frames_of_all_kinds.ts";
import { packetsOf, withFile } from "./packets_of.ts";
import { plainFlows } from "./plain_flows.ts";
import { hasTshark, tsharkFlows } from "./tshark_flows.ts";

const ignore = !hasTshark();
if (ignore) console.log("tshark is not installed: the tests that compare with it are left out");

const T = 1_795_352_012_000_000n;

function timed(frames: Uint8Array[], unit = 1n): BuiltPacket[] {
  return frames.map((frame, i) => ({ frame, time: (T + BigInt(i) * 1234n) * unit + unit / 2n }));
}

function seeds(make: (seed: number) => Uint8Array[]): Uint8Array[] {
  return Array.from({ length: 40 }, (_, seed) => make(seed)).flat();
}

async function assertAgrees(content: Uint8Array, least: number): Promise<void> {
  const { packets, error } = await packetsOf(content);
  assertEquals(error, undefined);
  const ours = plainFlows(packets).sort(compareFlows);
  const theirs: FlowRow[] = await withFile(
    content,
    (path) => Promise.resolve(tsharkFlows(path).sort(compareFlows)),
  );
  assertEquals(ours, theirs);
  assertEquals(ours.length >= least, true, `${ours.length} flows`);
}

describe("flows agree with tshark", { ignore }, () => {
  it("plainFlows() of Ethernet, VLAN and SNAP frames", async () => {
    await assertAgrees(pcap(timed(seeds(ethernetFrames))), 500);
    await assertAgrees(
      pcap(timed(seeds(ethernetFrames), 1000n), { nanoseconds: true, littleEndian: false }),
      500,
    );
  });

  it("plainFlows() of Linux cooked frames", async () => {
    const make = (wrap: typeof sll) => (seed: number) => [
      ...ipv4Packets(seed).map((packet) => wrap(0x0800, packet)),
      ...ipv6Packets(seed).map((packet) => wrap(0x86dd, packet)),
      wrap(4, snap(0x0800, ipv4Packets(seed)[0], "0000f8")),
      wrap(4, llc("0606 03", ipv4Packets(seed)[1])),
      wrap(1, snap(0x0800, ipv4Packets(seed)[0])),
    ];
    await assertAgrees(pcap(timed(seeds(make(sll))), { linkType: 113 }), 500);
    await assertAgrees(pcap(timed(seeds(make(sll2))), { linkType: 276 }), 500);
  });

  it("plainFlows() of raw IP", async () => {
    const both = (seed: number) => [...ipv4Packets(seed), ...ipv6Packets(seed)];
    for (const linkType of [12, 101]) {
      await assertAgrees(pcap(timed(seeds(both)), { linkType }), 500);
    }
    await assertAgrees(pcap(timed(seeds(ipv4Packets)), { linkType: 228 }), 200);
    await assertAgrees(pcap(timed(seeds(ipv6Packets)), { linkType: 229 }), 200);
  });

  it("plainFlows() of BSD loopback", async () => {
    for (const littleEndian of [true, false]) {
      const make = (seed: number) => [
        ...ipv4Packets(seed).map((packet) => loopback(2, littleEndian, packet)),
        ...ipv6Packets(seed).map((packet) => loopback(30, littleEndian, packet)),
      ];
      await assertAgrees(pcap(timed(seeds(make)), { linkType: 0 }), 500);
      if (!littleEndian) await assertAgrees(pcap(timed(seeds(make)), { linkType: 108 }), 500);
    }
  });

  it("plainFlows() of pcapng with several interfaces and sections", async () => {
    const section = (littleEndian: boolean) => {
      const packets = [
        ...timed(seeds(ethernetFrames)),
        ...timed(seeds(ipv4Packets), 1000n).map((packet) => ({ ...packet, interface: 1 })),
        ...timed(seeds(ipv6Packets)).map((packet) => ({
          ...packet,
          interface: 2,
          time: packet.time! - 3_000_000n,
        })),
      ];
      const interfaces = [{}, { linkType: 101, resolution: 9 }, {
        linkType: 229,
        offsetSeconds: 3n,
      }];
      return pcapng(packets, { littleEndian, interfaces });
    };
    await assertAgrees(concat(section(true), section(false)), 500);
  });

  it("plainFlows() of packets cut at every length", async () => {
    // Without IPv4 options and extension headers: where those are cut, tshark forgets the addresses
    // or the next header, which were captured.
    const four = ipv4Packets(3).filter((_, i) => ![2, 9].includes(i));
    const six = [ipv6Packets(3)[0], ipv6Packets(3)[1], ipv6Packets(3)[8], ipv6Packets(3)[9]];
    const frames = [
      ...four.map((packet) => ethernet(0x0800, packet)),
      ...six.map((packet) => ethernet(0x8100, vlan(1, 0x86dd, packet))),
    ];
    const cut = frames.flatMap((frame) =>
      Array.from({ length: frame.length }, (_, length) => ({
        frame: frame.subarray(0, length),
        length: frame.length,
        time: T,
      }))
    );
    await assertAgrees(pcap(cut), 15);
  });

  it("plainFlows() of IPv6 addresses of every form", async () => {
    const groups = [0, 0, 0, 1, 0xffff, 0x0102];
    const address = (seed: number) =>
      Array.from(
        { length: 8 },
        (_, i) => groups[(seed * 31 + (seed >> i) * (i + 7)) % groups.length],
      )
        .map((group) => group.toString(16).padStart(4, "0")).join("");
    const special = ["0000:0000", "0000:0001", "0001:0000", "0102:0304", "ffff:ffff"].flatMap((
      low,
    ) =>
      ["0000:0000", "0000:ffff", "ffff:0000", "0001:0000"].map((middle) =>
        `00000000 00000000 ${middle} ${low}`
      )
    );
    const sources = [...special, ...Array.from({ length: 500 }, (_, seed) => address(seed))];
    await assertAgrees(
      pcap(timed(sources.map((source) => ipv6({ source }))), { linkType: 101 }),
      100,
    );
  });

  it("plainFlows() of the real capture", async () => {
    const gzipped = await readFile(
      new URL("../../../examples/flows/loopback.pcap.gz", import.meta.url),
    );
    await assertAgrees(gunzipSync(gzipped), 288);
  });
});
