import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { FlowCounter } from "../../../examples/flows/flow_counter.ts";
import { schema } from "../../../examples/flows/schema.ts";
import { ThreadStats, type ThreadStatsHandle } from "../../../mod.ts";
import { packetsOf } from "../../examples/flows/packets_of.ts";
import { busyUntilStopped, serve, stopRequested } from "../../support/worker_side.ts";

const capture = new URL("../../../examples/flows/loopback.pcap.gz", import.meta.url);
const { packets } = await packetsOf(gunzipSync(readFileSync(capture)));
const views = packets.map(({ frame }) => new DataView(frame.buffer));

/** The flow example's worker, that counts the same capture again and again. */
serve((handle: ThreadStatsHandle) => {
  const stats = ThreadStats.attach(schema, handle);
  const counter = new FlowCounter(stats, stats.registerThread());
  const countAll = () => {
    for (const [n, { linkType, length, time }] of packets.entries()) {
      const view = views[n];
      counter.packet(view, 0, view.byteLength, linkType, length, time);
    }
  };
  return {
    /** As a good worker does: with pauses in which it hears messages. */
    async count() {
      while (!stopRequested()) {
        countAll();
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    },
    /** Never hears anything again. */
    spin: () => busyUntilStopped(countAll),
  };
});
