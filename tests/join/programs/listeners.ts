/**
 * Workers on Deno that join while nobody sends them anything. Prints how many listeners of messages
 * they have before and after, in Deno's own list: one too many would keep them from ending.
 *
 * @module
 */
import { isMain, send, startWorker } from "./any_worker.ts";

function count(): number {
  const values = Object.getOwnPropertySymbols(globalThis).map((key) =>
    (globalThis as unknown as Record<symbol, { listeners?: { message?: unknown[] } }>)[key]
  );
  return values.reduce((sum, value) => sum + (value?.listeners?.message?.length ?? 0), 0);
}

const before = count();
await import("./stats.ts");
if (isMain) {
  const { next, ended } = startWorker("listeners", "node");
  console.log(JSON.stringify(await next()));
  await ended;
} else {
  send([before, count()]);
}
