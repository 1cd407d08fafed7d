/**
 * Has the engine collect garbage, so that a test can tell what is reachable.
 *
 * @module
 */
import { setTimeout as pause } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

function findCollector(): () => void {
  const { Bun: bun } = globalThis as { Bun?: { gc(force: boolean): void } };
  if (bun) return () => bun.gc(true);
  setFlagsFromString("--expose-gc");
  // Only contexts that are made after it have it.
  return runInNewContext("gc");
}

const collect = findCollector();

/** Collects all that is unreachable. What the caller's job has dereferenced by a `WeakRef` is reachable until that job ends, so it ends first. */
export async function collectGarbage(): Promise<void> {
  await pause(1);
  collect();
  await pause(1);
}
