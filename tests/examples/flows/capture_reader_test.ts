import { assert, assertEquals, assertInstanceOf, assertMatch } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { gzipSync } from "node:zlib";
import { block, type BuiltPacket, concat, pcap, pcapng } from "./capture_builder.ts";
import { packetsOf } from "./packets_of.ts";

const T = 1_795_352_012_389_813n;

function framesOf(count: number, size = 60): BuiltPacket[] {
  return Array.from({ length: count }, (_, i) => ({
    frame: new Uint8Array(size + i % 7).fill(i),
    time: T + BigInt(i),
    length: 2000 + i,
  }));
}

async function assertReads(
  content: Uint8Array,
  packets: BuiltPacket[],
  linkType = 1,
  unit = 1n,
): Promise<number> {
  const read = await packetsOf(content);
  assertEquals(read.error, undefined);
  assertEquals(read.counted, packets.length);
  assertEquals(
    read.packets,
    packets.map(({ frame, time = 0n, length = frame.length }) => ({
      linkType,
      frame,
      length,
      time: Number(time / unit),
    })),
  );
  return read.slices;
}

describe("CaptureReader pcap", () => {
  it("slices() reads both byte orders and both resolutions", async () => {
    for (const littleEndian of [true, false]) {
      await assertReads(pcap(framesOf(9), { littleEndian }), framesOf(9));
      const nano = framesOf(9).map((packet) => ({ ...packet, time: packet.time! * 1000n + 999n }));
      await assertReads(pcap(nano, { littleEndian, nanoseconds: true }), nano, 1, 1000n);
    }
  });

  it("slices() cuts big files between records", async () => {
    const packets = framesOf(20_000);
    assert(await assertReads(pcap(packets), packets) >= 6);
    assert(await assertReads(gzipSync(pcap(packets)), packets) >= 6);
  });

  it("slices() reads records longer than a slice", async () => {
    const packets = [...framesOf(3, 262_000), ...framesOf(3), ...framesOf(2, 262_137)];
    await assertReads(pcap(packets), packets);
  });

  it("slices() gives the link type of the header, without what is in its upper half", async () => {
    await assertReads(pcap(framesOf(2), { linkType: 0x54000000 | 113 }), framesOf(2), 113);
  });

  it("undecoded names a link type that nobody understands, if there are packets of it", async () => {
    const { undecoded, packets, error } = await packetsOf(
      pcap(framesOf(20_000), { linkType: 105 }),
    );
    assertEquals([packets.length, error], [20_000, undefined]);
    assertEquals(undecoded.map(({ name, offset }) => [name, offset]), [[
      "UnsupportedCaptureError",
      24,
    ]]);
    assertMatch(undecoded[0].message, /byte 24: .* got link type 105; its packets \(20000\)/);
    assertEquals((await packetsOf(pcap([], { linkType: 105 }))).undecoded, []);
    assertEquals((await packetsOf(pcap(framesOf(2)))).undecoded, []);
  });

  it("slices() of a file without packets are none", async () => {
    assertEquals(await assertReads(pcap([]), []), 0);
  });
});

describe("CaptureReader pcapng", () => {
  it("slices() reads both byte orders and all packet blocks", async () => {
    for (const littleEndian of [true, false]) {
      const enhanced = framesOf(9);
      await assertReads(pcapng(enhanced, { littleEndian }), enhanced);
      const obsolete = framesOf(9).map((packet) => ({ ...packet, block: "obsolete" as const }));
      await assertReads(pcapng(obsolete, { littleEndian }), obsolete);
    }
  });

  it("slices() reads simple packet blocks, cut by the snap length", async () => {
    for (const littleEndian of [true, false]) {
      const frame = new Uint8Array(41).fill(5);
      const content = pcapng(
        [{ frame, block: "simple" }, {
          frame: frame.subarray(0, 30),
          length: 1500,
          block: "simple",
        }],
        { littleEndian, interfaces: [{ snapLength: 30 }] },
      );
      const { packets, error } = await packetsOf(content);
      assertEquals(error, undefined);
      assertEquals(packets.map(({ frame, length }) => [frame.length, length]), [[30, 41], [
        30,
        1500,
      ]]);
      assert(packets.every(({ time }) => Number.isNaN(time)));
      const whole = await packetsOf(pcapng([{ frame, block: "simple" }], { littleEndian }));
      assertEquals(whole.packets[0].frame, frame);
    }
  });

  it("undecoded names each link type that nobody understands, where its first packet is", async () => {
    const frame = new Uint8Array(4);
    const at = (number: number, kind?: "simple" | "obsolete") => ({
      frame,
      interface: number,
      block: kind,
    });
    // Interfaces that have no packets are nothing, whatever they are.
    const unused = pcapng([at(1)], { interfaces: [{ linkType: 127 }, {}, { linkType: 128 }] });
    assertEquals((await packetsOf(unused)).undecoded, []);
    const section = pcapng([at(1), at(3), at(0), at(3, "obsolete"), at(0, "simple")], {
      interfaces: [{ linkType: 127 }, {}, { linkType: 128 }, { linkType: 65535 }],
    });
    const { undecoded, packets, error } = await packetsOf(concat(unused, section, section));
    assertEquals([packets.length, error], [11, undefined]);
    const first = unused.length + section.length - 36 - 36 - 20;
    assertEquals(undecoded.map(({ offset }) => offset), [first - 36, first]);
    assertMatch(undecoded[0].message, /got link type 65535; its packets \(4\)/);
    assertMatch(undecoded[1].message, /got link type 127; its packets \(4\)/);
  });

  it("slices() gives times exactly where no number is exact", async () => {
    const times = [0n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 55n + 3n, 2n ** 64n - 1n];
    for (const littleEndian of [true, false]) {
      const content = pcapng(times.map((time) => ({ frame: new Uint8Array(4), time })), {
        littleEndian,
      });
      const read = await packetsOf(content);
      assertEquals(read.packets.map(({ time }) => BigInt(time)), times);
    }
    const { packets } = await packetsOf(
      pcapng([{ frame: new Uint8Array(4), time: 10n ** 15n + 7n }], {
        interfaces: [{ resolution: 0, offsetSeconds: -7n }],
      }),
    );
    assertEquals(packets[0].time, 10n ** 21n);
  });

  it("slices() keeps link type, resolution and offset of each interface", async () => {
    const frame = new Uint8Array(4);
    const content = pcapng(
      [
        { frame, time: T },
        { frame, time: T * 1000n + 7n, interface: 1 },
        { frame, time: 3n, interface: 2 },
        { frame, time: 5n, interface: 2, block: "obsolete" },
      ],
      {
        interfaces: [{}, { linkType: 101, resolution: 9 }, {
          linkType: 276,
          resolution: 0x82,
          offsetSeconds: 10n,
        }],
      },
    );
    const { packets } = await packetsOf(content);
    assertEquals(packets.map(({ linkType, time }) => [linkType, time]), [
      [1, Number(T)],
      [101, Number(T)],
      [276, 10_750_000],
      [276, 11_250_000],
    ]);
  });

  it("slices() starts anew with each section", async () => {
    const few = framesOf(3);
    const first = pcapng(few, { littleEndian: true, interfaces: [{ linkType: 101 }] });
    const nano = few.map((packet) => ({ ...packet, time: packet.time! * 1000n }));
    const second = pcapng(nano, {
      littleEndian: false,
      interfaces: [{ linkType: 113, resolution: 9 }],
    });
    const { packets, error, slices } = await packetsOf(concat(first, second, first, second));
    assertEquals(error, undefined);
    assertEquals(slices, 4);
    const times = few.map(({ time }) => Number(time));
    assertEquals(packets.map(({ time }) => time), [...times, ...times, ...times, ...times]);
    assertEquals(
      packets.map(({ linkType }) => linkType),
      [101, 113, 101, 113].flatMap((type) => [type, type, type]),
    );
  });

  it("slices() sees interfaces that come late", async () => {
    const early = framesOf(6000);
    const whole = pcapng(early);
    const body = concat(new Uint8Array([101, 0, 0, 0]), new Uint8Array(4));
    const late = pcapng([{ frame: new Uint8Array(5), interface: 1 }], { interfaces: [] }).subarray(
      28,
    );
    const { packets, error } = await packetsOf(concat(whole, block(1, body), late));
    assertEquals(error, undefined);
    assertEquals(packets.length, 6001);
    assertEquals(packets.at(-1)!.linkType, 101);
    assertEquals(packets[0].linkType, 1);
  });

  it("slices() passes over blocks that hold no packets, however big", async () => {
    const extra = [
      block(0x0bad, new Uint8Array(5)),
      block(10, new Uint8Array(3_000_000)),
      block(5, new Uint8Array(600_000)),
    ];
    await assertReads(pcapng(framesOf(5), { extra }), framesOf(5));
    const packets = framesOf(4);
    const content = concat(pcapng(packets), block(0x0bad, new Uint8Array(1_000_000)));
    await assertReads(content, packets);
  });

  it("slices() cuts big files between blocks", async () => {
    const packets = framesOf(20_000);
    for (const littleEndian of [true, false]) {
      assert(await assertReads(pcapng(packets, { littleEndian }), packets) >= 8);
    }
    assert(await assertReads(gzipSync(pcapng(packets)), packets) >= 8);
  });
});

describe("CaptureReader damage", () => {
  async function assertDamage(
    content: Uint8Array,
    name: string,
    offset: number,
    packets: number,
    message?: RegExp,
  ) {
    const read = await packetsOf(content);
    assertInstanceOf(read.error, Error);
    assertEquals((read.error as Error).name, name, String(read.error));
    assertEquals((read.error as Error & { offset: number }).offset, offset);
    assertMatch((read.error as Error).message, new RegExp(`byte ${offset}\\b`));
    if (message) assertMatch((read.error as Error).message, message);
    assertEquals(read.packets.length, packets);
    assertEquals(read.counted, packets);
  }

  const packets = framesOf(3, 60); // records of 76, 77 and 78 bytes from byte 24 on
  const good = pcap(packets);
  const ng = pcapng(packets); // blocks end at 28, 64, then packets of 92, 96 and 96 bytes

  it("slices() refuses an empty file", async () => {
    await assertDamage(new Uint8Array(0), "EmptyCaptureError", 0, 0);
  });

  it("slices() refuses what is no capture", async () => {
    await assertDamage(
      new TextEncoder().encode("GET / HTTP/1.1\r\n"),
      "NotACaptureError",
      0,
      0,
      /47 45 54 20/,
    );
    await assertDamage(new Uint8Array([0xd4]), "NotACaptureError", 0, 0);
    await assertDamage(new Uint8Array(1000), "NotACaptureError", 0, 0);
    await assertDamage(gzipSync(new TextEncoder().encode("hello")), "NotACaptureError", 0, 0);
    await assertDamage(gzipSync(new Uint8Array(0)), "EmptyCaptureError", 0, 0);
  });

  it("slices() refuses variants it does not know", async () => {
    await assertDamage(
      pcap(packets, { magic: 0xa1b2cd34 }),
      "UnsupportedCaptureError",
      0,
      0,
      /modified/,
    );
    const pcapVersions: [number, number][] = [[2, 0], [2, 2], [2, 3], [2, 5], [1, 4], [3, 0], [
      543,
      0,
    ]];
    for (const version of pcapVersions) {
      for (const littleEndian of [true, false]) {
        await assertDamage(
          pcap(packets, { version, littleEndian }),
          "UnsupportedCaptureError",
          0,
          0,
          new RegExp(`version 2\\.4 is required, got version ${version.join("\\.")}$`),
        );
      }
    }
    const pcapngVersions: [number, number][] = [[0, 0], [1, 1], [1, 3], [2, 0], [256, 0]];
    for (const version of pcapngVersions) {
      const message = new RegExp(`version 1\\.0 is required, got version ${version.join("\\.")}$`);
      const content = pcapng(packets, { version, littleEndian: version[0] !== 2 });
      await assertDamage(content, "UnsupportedCaptureError", 0, 0, message);
      await assertDamage(concat(ng, content), "UnsupportedCaptureError", ng.length, 3, message);
    }
  });

  it("slices() reads pcapng 1.2, which is 1.0", async () => {
    await assertReads(pcapng(packets, { version: [1, 2] }), packets);
  });

  it("slices() names a file cut anywhere, and keeps what was before", async () => {
    const ends = [24, 100, 177, 255];
    for (let length = 4; length < good.length; length++) {
      if (ends.includes(length)) continue;
      const whole = ends.filter((end) => end <= length).length - 1;
      await assertDamage(
        good.subarray(0, length),
        "TruncatedCaptureError",
        Math.max(0, ends[whole] ?? 0),
        Math.max(0, whole),
      );
    }
  });

  it("slices() names a pcapng file cut anywhere", async () => {
    const ends = [28];
    for (let at = 28; at < ng.length; ends.push(at)) {
      at += new DataView(ng.buffer).getUint32(at + 4, true);
    }
    for (let length = 4; length < ng.length; length += 3) {
      if (ends.includes(length)) continue;
      const whole = ends.filter((end) => end <= length);
      await assertDamage(
        ng.subarray(0, length),
        "TruncatedCaptureError",
        whole.at(-1) ?? 0,
        Math.max(0, whole.length - 2),
      );
    }
  });

  it("slices() names a file cut inside a block that is passed over", async () => {
    const content = concat(ng, block(0x0bad, new Uint8Array(1_000_000))).subarray(
      0,
      ng.length + 700_000,
    );
    await assertDamage(content, "TruncatedCaptureError", ng.length, 3, /1000012 bytes.*700000/);
  });

  it("slices() names a record length that cannot be", async () => {
    const bad = good.slice();
    new DataView(bad.buffer).setUint32(100 + 8, 262_145, true);
    await assertDamage(bad, "DamagedCaptureError", 100, 1, /262145/);
    new DataView(bad.buffer).setUint32(100 + 8, 0xffffffff, true);
    await assertDamage(bad, "DamagedCaptureError", 100, 1, /4294967295/);
  });

  it("slices() names blocks that cannot be", async () => {
    const second = ng.length - 96 * 2;
    const damage = async (at: number, value: number, message: RegExp) => {
      const bad = ng.slice();
      new DataView(bad.buffer).setUint32(second + at, value, true);
      await assertDamage(bad, "DamagedCaptureError", second, 1, message);
    };
    await damage(4, 8, /at least 12/);
    await damage(4, 97, /multiple of 4/);
    await damage(4, 92, /both ends/);
    await damage(4, 0x7ffffffc, /at most/);
    await damage(8, 1, /interface number/);
    await damage(20, 65, /at most 64 captured/);
    await damage(92, 100, /both ends/);
    const order = ng.slice();
    order[8] = 0;
    await assertDamage(order, "DamagedCaptureError", 0, 0, /byte-order/);
  });

  it("slices() finds damage far into a file, after every packet before it", async () => {
    const many = framesOf(20_000);
    const content = concat(pcap(many), new Uint8Array(16).fill(0xff));
    await assertDamage(content, "DamagedCaptureError", content.length - 16, 20_000);
    await assertDamage(gzipSync(content), "DamagedCaptureError", content.length - 16, 20_000);
    await assertDamage(
      content.subarray(0, content.length - 7),
      "TruncatedCaptureError",
      content.length - 16,
      20_000,
    );
  });

  it("slices() of a gzip file cut or damaged at its end are all that is before", async () => {
    const many = framesOf(5000);
    const plain = pcap(many);
    const gzipped = gzipSync(plain);
    for (const length of [gzipped.length - 1, gzipped.length - 8]) {
      await assertDamage(gzipped.subarray(0, length), "TruncatedCaptureError", plain.length, 5000);
    }
    gzipped[gzipped.length - 8] ^= 1;
    await assertDamage(gzipped, "DamagedCaptureError", plain.length, 5000, /CRC/);
  });

  it("slices() names the gzip data where they leave too little of a capture", async () => {
    for (const length of [0, 1, 3, 20]) {
      const gzipped = gzipSync(good.subarray(0, length));
      gzipped[gzipped.length - 1] ^= 1;
      await assertDamage(gzipped, "DamagedCaptureError", length, 0, /length/);
    }
  });

  it("slices() reads gzip files of several members", async () => {
    const many = framesOf(5000);
    const plain = pcap(many);
    await assertReads(
      concat(gzipSync(plain.subarray(0, 99_999)), gzipSync(plain.subarray(99_999))),
      many,
    );
  });
});
