import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { Arena } from "../../src/memory/arena.ts";
import { makeMemory } from "../../src/memory/header.ts";
import type { MemoryHandle } from "../../src/memory/shared_memory.ts";
import { withoutWebAssembly } from "../memory/without_web_assembly.ts";
import { startWorker } from "../support/worker.ts";
import { scaled } from "./scale.ts";

const PAGE = 65536;

/** Memory with room for exactly so many bytes. */
function makeHandle(room: number): MemoryHandle {
  const format = { maxThreads: 1, maxMetrics: 4, quarantine: 0 };
  const { bytesUsed } = new Arena(makeMemory(format, PAGE));
  return makeMemory(format, bytesUsed + room);
}

const kinds: [string, (room: number) => MemoryHandle][] = [
  ["of WebAssembly", makeHandle],
  ["in a growable buffer", (room) => withoutWebAssembly(() => makeHandle(room))],
];

/**
 * What each of two threads takes: so different that one grows the memory by less than the other one
 * is about to ask for.
 */
const SHARES: readonly (readonly number[])[][] = [
  [[PAGE], [16 * PAGE]],
  [Array(6).fill(4 * PAGE), Array(2).fill(20 * PAGE)],
  [Array(40).fill(PAGE / 2), Array(10).fill(3 * PAGE)],
];

describe("Arena.allocate()", () => {
  for (const [kind, make] of kinds) {
    it(`refuses no thread while there is room, when two make the memory grow at the same moment, ${kind}`, async () => {
      const ready = new SharedArrayBuffer(4);
      const url = new URL("./workers/growth.ts", import.meta.url);
      const start = () => startWorker(url, { ready, threads: 2 });
      const workers = await Promise.all([start(), start()]);
      try {
        for (const shares of SHARES) {
          const room = shares.flat().reduce((sum, bytes) => sum + bytes);
          Atomics.store(new Int32Array(ready), 0, 0);
          const handles = Array.from({ length: scaled(200) }, () => make(room));
          const starts = await Promise.all(
            workers.map((worker, n) => worker.call<number[][]>("fill", handles, shares[n])),
          );
          for (const [round, handle] of handles.entries()) {
            const taken = starts.flatMap((rounds) => rounds[round]);
            assertEquals(new Set(taken).size, shares.flat().length);
            const arena = new Arena(handle);
            assertEquals(arena.bytesUsed, arena.maxByteLength);
            assert(arena.byteLength >= arena.maxByteLength);
          }
        }
      } finally {
        for (const worker of workers) await worker[Symbol.asyncDispose]();
      }
    });
  }
});
