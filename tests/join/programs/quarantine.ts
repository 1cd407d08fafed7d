/**
 * Workers are terminated until all slots have had an owner. When a quarantine is over a new worker takes one, though it has seen none of that: the
 * main thread has, by the next end of a worker (`event`), or when its timer comes (`timer`). Prints what the new worker says.
 *
 * @module
 */
import process from "node:process";
import { ThreadStats } from "../../../mod.ts";
import { args, isMain, onMessage, pause, send, startWorker } from "./any_worker.ts";
import { schema } from "./schema.ts";

const SLOTS = 2;
const options = { maxThreads: SLOTS, quarantineSeconds: 1 };

/** What the library's timers call, and how often. */
const timers: [look: () => void, milliseconds: number][] = [];
if (isMain) {
  const { setInterval } = globalThis;
  globalThis.setInterval = ((look: () => void, milliseconds: number) => {
    timers.push([look, milliseconds]);
    return setInterval(look, milliseconds);
  }) as typeof setInterval;
}
const stats = await ThreadStats.join("quarantine", schema, options);

if (!isMain) {
  let said = "registered";
  try {
    stats.registerThread();
  } catch (error) {
    said = String(error);
  }
  onMessage(() => {});
  send(said);
} else {
  const live = async () => {
    const { worker, next, ended } = startWorker("quarantine", "node");
    const said = await next();
    await worker.terminate();
    await ended;
    return said;
  };
  for (let slot = 0; slot < SLOTS; slot++) await live();
  await pause(1100);
  if (args[0] === "event") {
    await live();
  } else {
    for (const [look, milliseconds] of timers) if (milliseconds < 10_000) look();
  }
  console.log(JSON.stringify(await live()));
  process.exit();
}
