import { parentPort } from "node:worker_threads";

// A worker of the flow example that breaks down at its second slice.
let slices = 0;

parentPort!.on("message", (order: { slice: { block: number } } | "finish") => {
  if (order === "finish") {
    parentPort!.postMessage("finished");
  } else if (++slices === 2) {
    throw new Error("no more");
  } else {
    parentPort!.postMessage({ block: order.slice.block });
  }
});
