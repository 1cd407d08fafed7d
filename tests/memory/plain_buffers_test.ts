import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { counter, defineSchema, ThreadStats } from "../../mod.ts";
import type { MemoryFile } from "../../src/memory/memory_file.ts";
import { plainBufferOf, vouchFor } from "../../src/memory/plain_buffers.ts";
import { openMemory } from "../../src/memory/shared_memory.ts";
import type { ThreadStatsHandle } from "../../src/threads/handle.ts";

/** What describes a file that a thread shows in a plain buffer. */
function plainFile(): MemoryFile {
  return {
    ...{ path: "/a", privatePath: "/a.new", descriptor: -1, device: 0n, inode: 0n, process: 1 },
    ...{ lockBase: 0, maxProcesses: 1, isPlain: true },
  };
}

describe("plainBufferOf()", () => {
  it("gives the buffer for the very object that it was vouched for", () => {
    const [file, buffer] = [plainFile(), new ArrayBuffer(8)];
    assertEquals(plainBufferOf(file), undefined);
    vouchFor(file, buffer);
    assertStrictEquals(plainBufferOf(file), buffer);
    for (const other of [structuredClone(file), { ...file }, buffer, undefined, null, "a", 1]) {
      assertEquals(plainBufferOf(other), undefined);
    }
  });
});

describe("openMemory() of a file in a plain buffer", () => {
  const schema = defineSchema({ jobs: counter() });

  /** A handle of a memory in a plain buffer, for which nobody vouches yet. A count of 3 is in it. */
  function copied(): { handle: ThreadStatsHandle; file: MemoryFile; buffer: ArrayBuffer } {
    const stats = ThreadStats.create(schema);
    stats.registerThread("main").metrics.jobs.add(3);
    const { buffer: shared, threadStats } = stats.handle;
    const buffer = new ArrayBuffer(shared.byteLength);
    new Uint8Array(buffer).set(new Uint8Array(shared));
    const file = plainFile();
    return { handle: { threadStats, file } as ThreadStatsHandle, file, buffer };
  }

  it("accepts it in the thread that shows it", () => {
    const { handle, file, buffer } = copied();
    vouchFor(file, buffer);
    const stats = ThreadStats.attach(schema, handle);
    assertEquals(ThreadStats.attach(schema, stats.handle).metrics.jobs.read(), 3);
    assertEquals(stats.snapshot().metrics.jobs.series[0].value, 3);
    assertEquals("buffer" in stats.handle, false);
  });

  it("refuses it elsewhere, and a plain buffer in a handle anywhere", () => {
    const { handle, file, buffer } = copied();
    const open = (handle: object) => openMemory("test", handle as ThreadStatsHandle);
    assertThrows(() => open(handle), TypeError, "each thread must open the file itself");
    vouchFor(file, buffer);
    assertThrows(() => open(structuredClone(handle)), TypeError, "open the file itself");
    const required = "it must hold a SharedArrayBuffer";
    for (const bad of [{ buffer }, { buffer, file }, { file: { ...file, isPlain: false } }]) {
      assertThrows(() => open(bad), TypeError, required);
    }
    for (const bad of [null, 5, "file", {}]) {
      assertThrows(() => open({ file: bad }), TypeError, required);
    }
  });
});
