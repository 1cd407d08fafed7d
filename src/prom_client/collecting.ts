/**
 * Has the `collect` functions of other threads run.
 *
 * They stay in their threads, and a scrape waits for nobody. So a thread that reads a registry
 * tells the others that it does, and each of them collects when its event loop turns: what a scrape
 * shows of them is as old as the scrape before. A worker collects once by itself when it has its
 * first metric, so that there is something to show.
 *
 * @module
 */
import { type Channel, host, unref } from "../host/host.ts";

const CHANNEL = "@x/thread-stats/prom-client collect";

let channel: Channel | undefined;
let collectHere: ((registry: string) => Promise<void>) | undefined;
/** The registries that are being collected. */
const running = new Set<string>();

/** Runs this thread's `collect` functions of a registry whenever another thread reads it. */
export function listenForReaders(
  collect: (registry: string) => Promise<void>,
): void {
  const { workerThreads } = host();
  if (collectHere !== undefined || workerThreads === undefined) return;
  collectHere = collect;
  channel = new workerThreads.BroadcastChannel(CHANNEL);
  channel.onmessage = ({ data }) => void runOnce(String(data));
  // After setting the listener, which makes the channel keep the thread alive.
  unref(channel);
}

/** Has the other threads collect for a registry. */
export function tellReaders(registry: string): void {
  try {
    channel?.postMessage(registry);
  } catch {
    // The channel is closed because the thread ends.
  }
}

/** In a worker, collects for a registry as soon as the present task is over. */
export function collectSoon(registry: string): void {
  if (host().thread === "main") return;
  unref(setTimeout(() => void runOnce(registry), 0));
}

async function runOnce(registry: string): Promise<void> {
  if (running.has(registry)) return;
  running.add(registry);
  try {
    await collectHere?.(registry);
  } catch {
    // The thread that reads its own metrics gets the error.
  } finally {
    running.delete(registry);
  }
}
