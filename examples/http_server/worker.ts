import { parentPort, workerData } from "node:worker_threads";
import { ThreadStats } from "../../mod.ts";
import {
  type Answer,
  type Order,
  partsOfResponse,
  type RequestParts,
  type ResponseParts,
  toRequest,
  type WorkerStart,
} from "./messages.ts";
import { RequestMetrics } from "./request_metrics.ts";
import { Routes, text } from "./routes.ts";
import { schema } from "./schema.ts";

const { handle, crash } = workerData as WorkerStart;
const thread = ThreadStats.attach(schema, handle).registerThread();
const metrics = new RequestMetrics(thread);
const routes = new Routes(thread, { crash });

async function answer(request: RequestParts): Promise<ResponseParts> {
  try {
    return await partsOfResponse(await routes.answer(toRequest(request)));
  } catch (error) {
    console.error(error);
    return await partsOfResponse(text(500, "Something went wrong\n"));
  }
}

function say(answer: Answer): void {
  parentPort!.postMessage(answer);
}

parentPort!.on("message", async (order: Order) => {
  if (order === "finish") {
    thread.unregister();
    say("finished");
    return;
  }
  const { id, request } = order;
  say({ id, response: await metrics.measure(request.method, () => answer(request)) });
});
say("ready");
