import { formatIpv4, formatIpv6 } from "../../../examples/flows/packet/address.ts";
import { decodePacket } from "../../../examples/flows/packet/decode_packet.ts";
import type { FlowRow } from "../../../examples/flows/output/flow_row.ts";
import { Packet } from "../../../examples/flows/packet/packet.ts";
import type { ReadPacket } from "./packets_of.ts";

/** The flows of packets, counted in one thread by a `Map`: what all workers together must come to. */
export function plainFlows(packets: ReadPacket[]): FlowRow[] {
  const flows = new Map<string, FlowRow>();
  const packet = new Packet();
  for (const { frame, linkType, length, time } of packets) {
    const view = new DataView(frame.buffer);
    decodePacket(view, 0, frame.length, linkType, packet);
    if (packet.version === 0) continue;
    const format = packet.version === 4 ? formatIpv4 : formatIpv6;
    addToFlow(flows, {
      protocol: packet.protocol,
      source: format(view, packet.source),
      sourcePort: packet.sourcePort,
      destination: format(view, packet.destination),
      destinationPort: packet.destinationPort,
      packets: 1n,
      bytes: BigInt(length),
      firstSeen: BigInt(time),
      lastSeen: BigInt(time),
      flags: packet.tcpFlags,
    });
  }
  return [...flows.values()];
}

/** Merges a packet as a row into the row of its flow. */
export function addToFlow(flows: Map<string, FlowRow>, packet: FlowRow): void {
  const { protocol, source, sourcePort, destination, destinationPort } = packet;
  const key = [protocol, source, sourcePort, destination, destinationPort].join(" ");
  const flow = flows.get(key);
  if (flow === undefined) {
    flows.set(key, { ...packet });
    return;
  }
  flow.packets += packet.packets;
  flow.bytes += packet.bytes;
  if (packet.firstSeen < flow.firstSeen) flow.firstSeen = packet.firstSeen;
  if (packet.lastSeen > flow.lastSeen) flow.lastSeen = packet.lastSeen;
  flow.flags |= packet.flags;
}
