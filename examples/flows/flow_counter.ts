import { formatIpv4, formatIpv6 } from "./packet/address.ts";
import type { PacketSink } from "./capture/capture_layout.ts";
import type { Time } from "./capture/timestamp.ts";
import { addFarTime } from "./far_times.ts";
import { decodePacket } from "./packet/decode_packet.ts";
import { FlowTable } from "./packet/flow_table.ts";
import { Packet } from "./packet/packet.ts";
import type { FlowStats, FlowThread } from "./schema.ts";

/** Counts packets into the statistics of the thread that it belongs to. */
export class FlowCounter implements PacketSink {
  readonly #stats: FlowStats;
  readonly #metrics: FlowThread["metrics"];
  readonly #table = new FlowTable();
  readonly #packet = new Packet();
  /** Reused, so that a packet costs no allocation. */
  readonly #delta = { bytes: 0, packets: 1, firstSeen: 0, lastSeen: 0, flags: 0 };
  /** For packets that the capture has no time for: fields left out stay as they are. */
  readonly #timeless = { bytes: 0, packets: 1, flags: 0 };

  constructor(stats: FlowStats, thread: FlowThread) {
    this.#stats = stats;
    this.#metrics = thread.metrics;
  }

  packet(
    view: DataView,
    start: number,
    end: number,
    linkType: number,
    length: number,
    time: Time,
  ): void {
    const { packets, bytes, malformed, flow } = this.#metrics;
    const packet = this.#packet;
    packets.add();
    bytes.add(length);
    decodePacket(view, start, end, linkType, packet);
    if (packet.malformed) malformed.add();
    if (packet.version === 0) return;
    let id = this.#table.find(view, packet);
    if (id < 0) {
      id = this.#createFlow(view);
      this.#table.add(id);
    }
    if (typeof time === "bigint") {
      // First, so that whoever sees the rounded time below finds the exact one.
      addFarTime(this.#stats, this.#metrics, id, time);
      time = Number(time);
    }
    if (Number.isNaN(time)) {
      const delta = this.#timeless;
      delta.bytes = length;
      delta.flags = packet.tcpFlags;
      flow.update(id, delta);
    } else {
      const delta = this.#delta;
      delta.bytes = length;
      delta.firstSeen = time;
      delta.lastSeen = time;
      delta.flags = packet.tcpFlags;
      flow.update(id, delta);
    }
  }

  #createFlow(view: DataView): number {
    const packet = this.#packet;
    const format = packet.version === 4 ? formatIpv4 : formatIpv6;
    return this.#stats.metrics.flow.id({
      protocol: String(packet.protocol),
      source: format(view, packet.source),
      source_port: String(packet.sourcePort),
      destination: format(view, packet.destination),
      destination_port: String(packet.destinationPort),
    });
  }
}
