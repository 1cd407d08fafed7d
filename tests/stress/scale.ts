/**
 * How much the stress tests do: `THREAD_STATS_STRESS=10` makes them ten times as long.
 *
 * @module
 */
import process from "node:process";

const factor = Number(process.env.THREAD_STATS_STRESS ?? "1");

/**
 * `count` repetitions, more or fewer by wish (in continuous integration fewer: see `.ci/run`); at
 * least one.
 */
export function scaled(count: number): number {
  return Math.max(1, Math.round(count * factor));
}

/** `"deno"`, `"bun"` or `"node"`. */
export const runtime = "Deno" in globalThis ? "deno" : "Bun" in globalThis ? "bun" : "node";
