/**
 * Everything that users can observe of statistics, and the assertion that a refused call changes
 * none of it.
 *
 * @module
 */
import { assertEquals, assertThrows } from "@std/assert";
import type { SchemaDefinition, ThreadStats } from "../../mod.ts";
import { Arena } from "../../src/memory/arena.ts";

/** The reading methods of any kind of metric. */
interface AnyReader {
  read(bucket?: number): unknown;
  perThread(bucket?: number): unknown;
  ids?(): number[];
  series?(): unknown;
  overflowed?(): number;
}

/** Every read of every metric, the threads, and how much memory is in use. */
export function observe<Metrics extends SchemaDefinition>(stats: ThreadStats<Metrics>): unknown {
  const metrics: Record<string, unknown> = {};
  for (const [name, reader] of Object.entries(stats.metrics as Record<string, AnyReader>)) {
    metrics[name] = reader.ids === undefined
      ? { value: reader.read(), perThread: reader.perThread() }
      : {
        series: reader.series!(),
        buckets: reader.ids().map((id) => [id, reader.read(id), reader.perThread(id)]),
        overflowed: reader.overflowed?.(),
      };
  }
  const bytes = new Arena(stats.handle).bytesUsed;
  return { metrics, threads: stats.threads(), bytes };
}

// deno-lint-ignore no-explicit-any
type ErrorClass = new (...args: any[]) => Error;

/** Fails unless `fn` throws an error of exactly this class with exactly this text. */
export function assertRefuses(fn: () => unknown, Class: ErrorClass, text: string): void {
  const error = assertThrows(fn) as Error;
  assertEquals([error.constructor.name, error.message], [Class.name, text]);
}

/** The error text when all slots are taken, with the names of their owners. */
export function tooManyThreads(most: number, crowd: string, verb = "register"): string {
  return `Cannot ${verb} a thread: at most ${most} at a time (maxThreads; threads that have ended give their slots back by ` +
    `join(), follow(worker), unregister() or revoke(slot)), got one more: ${crowd}`;
}

/** The same, and fails if what {@linkcode observe} returns has changed. */
export function assertRefusesUnchanged<Metrics extends SchemaDefinition>(
  stats: ThreadStats<Metrics>,
  fn: () => unknown,
  Class: ErrorClass,
  text: string,
): void {
  const before = observe(stats);
  assertRefuses(fn, Class, text);
  assertEquals(observe(stats), before);
}
