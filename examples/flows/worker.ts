import { parentPort, workerData } from "node:worker_threads";
import { ThreadStats } from "../../mod.ts";
import { FlowCounter } from "./flow_counter.ts";
import type { Answer, Order, WorkerStart } from "./messages.ts";
import { schema } from "./schema.ts";
import { readSlice } from "./capture/slice_reader.ts";

const { handle, memory } = workerData as WorkerStart;
const stats = ThreadStats.attach(schema, handle);
const thread = stats.registerThread();
const counter = new FlowCounter(stats, thread);
const view = new DataView(memory);

function answer(message: Answer): void {
  parentPort!.postMessage(message);
}

parentPort!.on("message", (order: Order) => {
  if (order === "finish") {
    thread.unregister();
    answer("finished");
  } else {
    readSlice(view, order.slice, counter);
    answer({ block: order.slice.block });
  }
});
