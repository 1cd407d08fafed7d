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

/** The worker of the flow example, which counts the same capture repeatedly. */
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
    /** Counts with pauses in which messages are received. */
    async count() {
      while (!stopRequested()) {
        countAll();
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    },
    /** Counts without pauses: receives no more messages. */
    spin: () => busyUntilStopped(countAll),
  };
});
