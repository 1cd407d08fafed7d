import { parentPort, workerData } from "node:worker_threads";
import {
  type Answer,
  type Order,
  partsOfResponse,
  type RequestParts,
  type ResponseParts,
  toRequest,
  type WorkerStart,
} from "./messages.ts";
import { stats } from "./metrics.ts";
import { RequestMetrics } from "./request_metrics.ts";
import { Routes, text } from "./routes.ts";

const { name, crash } = workerData as WorkerStart;
const thread = stats.registerThread(name);
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

parentPort!.on("message", async ({ id, request }: Order) => {
  say({ id, response: await metrics.measure(request.method, () => answer(request)) });
});
say("ready");
