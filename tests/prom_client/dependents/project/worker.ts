/**
 * A thread that runs a server on a port of its own, and computes for as long as it is told to.
 *
 * @module
 */
import { parentPort, workerData } from "node:worker_threads";
import type { Start } from "./types.ts";

const { program, state } = workerData as Start;
const { listen } = await import(`./${program}.ts`);
parentPort!.on("message", () => {
  Atomics.store(state, 0, 1);
  while (Atomics.load(state, 0) === 1);
});
parentPort!.postMessage(await listen());
