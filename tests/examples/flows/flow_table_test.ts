import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { FlowTable } from "../../../examples/flows/packet/flow_table.ts";
import { Packet } from "../../../examples/flows/packet/packet.ts";

function packetAt(view: DataView, version: number, seed: number): Packet {
  // Few values per field, so that keys differ in one field alone.
  view.setUint32(0, 0);
  for (let i = 0; i < 32; i++) view.setUint8(i, 0);
  view.setUint8(15, seed % 5);
  view.setUint8(3, seed % 3);
  view.setUint8(16 + (seed % 16), (seed >> 2) % 7);
  const packet = new Packet();
  packet.version = version;
  packet.protocol = seed % 2 === 0 ? 6 : 17;
  packet.source = 0;
  packet.destination = 16;
  packet.sourcePort = (seed * 7919) % 65536;
  packet.destinationPort = (seed * 31) % 11;
  return packet;
}

function keyOf(view: DataView, packet: Packet): string {
  const size = packet.version === 4 ? 4 : 16;
  const address = (at: number) =>
    Array.from({ length: size }, (_, i) => view.getUint8(at + i)).join(".");
  return [
    packet.version,
    packet.protocol,
    address(packet.source),
    packet.sourcePort,
    address(packet.destination),
    packet.destinationPort,
  ].join(" ");
}

describe("FlowTable", () => {
  it("find() tells flows apart that differ in one field", () => {
    const view = new DataView(new ArrayBuffer(64));
    const table = new FlowTable();
    const packet = new Packet();
    Object.assign(packet, {
      version: 6,
      protocol: 6,
      source: 0,
      destination: 16,
      sourcePort: 1,
      destinationPort: 2,
    });
    const isNew = () => {
      const found = table.find(view, packet) < 0;
      if (found) table.add(table.size);
      return found;
    };
    assert(isNew());
    assert(!isNew());
    for (let i = 0; i < 32; i += 4) {
      view.setUint8(i, 1);
      assert(isNew(), `address byte ${i}`);
    }
    for (
      const change of [{ version: 4 }, { protocol: 17 }, { sourcePort: 2 }, {
        destinationPort: 65535,
      }]
    ) {
      Object.assign(packet, change);
      assert(isNew(), JSON.stringify(change));
      assert(!isNew());
    }
  });

  it("find() of swapped ports is another flow", () => {
    const view = new DataView(new ArrayBuffer(64));
    const table = new FlowTable();
    const packet = new Packet();
    Object.assign(packet, { version: 4, destination: 4, sourcePort: 65535, destinationPort: 80 });
    assertEquals(table.find(view, packet), -1);
    table.add(7);
    Object.assign(packet, { sourcePort: 80, destinationPort: 65535 });
    assertEquals(table.find(view, packet), -1);
  });

  it("find() equals a Map of texts for many flows", () => {
    const view = new DataView(new ArrayBuffer(64));
    const table = new FlowTable();
    const reference = new Map<string, number>();
    for (let round = 0; round < 2; round++) {
      for (let seed = 0; seed < 20_000; seed++) {
        const packet = packetAt(view, seed % 3 === 0 ? 4 : 6, seed);
        const key = keyOf(view, packet);
        const expected = reference.get(key) ?? -1;
        assertEquals(table.find(view, packet), expected, key);
        if (expected < 0) {
          const value = 2 ** 40 + reference.size;
          reference.set(key, value);
          table.add(value);
          assertEquals(table.find(view, packet), value);
        }
      }
    }
    assertEquals(table.size, reference.size);
  });
});
