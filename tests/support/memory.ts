/**
 * Parts of a memory for tests of the engine's rooms.
 *
 * @module
 */
import { Arena } from "../../src/memory/arena.ts";
import { DefinitionLog, writeDefinitions } from "../../src/memory/definition_log.ts";
import { directoryOffset, makeMemory, readFormat } from "../../src/memory/header.ts";
import { LAYOUT_VERSION } from "../../src/memory/layout.ts";
import type { MemoryHandle } from "../../src/memory/shared_memory.ts";
import type { ThreadStatsHandle } from "../../src/threads/handle.ts";

/** Memory whose only definition block has this text. */
export function makeMemoryWith(text: string, metrics: number): ThreadStatsHandle {
  const handle = makeMemory({ maxThreads: 4, maxMetrics: 64, quarantine: 60 }, 2 ** 22);
  const arena = new Arena(handle);
  const log = new DefinitionLog(arena, directoryOffset(4), 64);
  const extraBytes = Array.from({ length: metrics }, () => 0);
  log.append(0, writeDefinitions(arena, text, extraBytes));
  return { threadStats: LAYOUT_VERSION, ...handle };
}

/** Index of the word that refers to the first definition block. */
export function firstDefinition(handle: MemoryHandle): number {
  return directoryOffset(readFormat(handle).maxThreads) / 4;
}

/** Byte offsets of the control blocks of the metrics that were defined first, by name. */
export function controlsOf(handle: MemoryHandle): Record<string, number> {
  const { maxThreads, maxMetrics } = readFormat(handle);
  const log = new DefinitionLog(new Arena(handle), directoryOffset(maxThreads), maxMetrics);
  const { text, controls } = log.read(0)!;
  return Object.fromEntries(Object.keys(JSON.parse(text)).map((name, n) => [name, controls[n]]));
}
