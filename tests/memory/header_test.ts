import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { Arena } from "../../src/memory/arena.ts";
import { makeMemory, readFormat } from "../../src/memory/header.ts";
import {
  H_BUMP,
  H_MAGIC,
  H_MAX_METRICS,
  H_MAX_THREADS,
  H_STATIC_BYTES,
  H_VERSION,
  LAYOUT_VERSION,
} from "../../src/memory/layout.ts";
import type { MemoryHandle } from "../../src/memory/shared_memory.ts";
import { assertRefuses } from "../metrics/observe.ts";

const format = { maxThreads: 3, maxMetrics: 20, quarantine: 5 };

describe("makeMemory(), readFormat()", () => {
  it("give back what the static part depends on", () => {
    assertEquals(readFormat(makeMemory(format, 2 ** 20)), format);
  });

  it("begin to allocate behind the static part", () => {
    const handle = makeMemory(format, 2 ** 20);
    const { bytesUsed } = new Arena(handle);
    assertEquals(new Int32Array(handle.buffer)[H_STATIC_BYTES], bytesUsed);
    assertEquals(bytesUsed % 128, 0);
  });

  it("refuse a maxByteLength that the static part does not fit in", () => {
    const { bytesUsed: byteLength } = new Arena(makeMemory(format, 2 ** 20));
    assertEquals(new Arena(makeMemory(format, byteLength)).maxByteLength, byteLength);
    assertRefuses(
      () => makeMemory(format, byteLength - 1),
      RangeError,
      "Cannot create the shared memory: 3 threads (maxThreads) and 20 metrics (maxMetrics) need " +
        `${byteLength} bytes (maxByteLength), got ${byteLength - 1}`,
    );
  });

  it("refuse a header that contradicts itself", () => {
    const damage: [number, number][] = [
      [H_MAX_THREADS, 0],
      [H_MAX_THREADS, -1],
      [H_MAX_THREADS, 1000],
      [H_MAX_METRICS, 0],
      [H_MAX_METRICS, -1],
      [H_MAX_METRICS, 1000],
      [H_STATIC_BYTES, 0],
    ];
    for (const [word, value] of damage) {
      const handle = makeMemory(format, 2 ** 20);
      new Int32Array(handle.buffer)[word] = value;
      assertRefuses(
        () => readFormat(handle),
        TypeError,
        "Cannot attach to the handle: its header must be intact, got a damaged one",
      );
    }
  });

  it("refuse memory that is not ours, of another layout, or not whole", () => {
    const what = "Cannot attach to the handle:";
    const { buffer: whole } = makeMemory(format, 2 ** 20);
    const changed = (word: number, value: number) => {
      const { buffer } = makeMemory(format, 2 ** 20);
      new Int32Array(buffer)[word] = value;
      return buffer;
    };
    const staticBytes = new Int32Array(whole)[H_STATIC_BYTES];
    const cut = whole.slice(0, staticBytes - 128);
    const cases: [unknown, string][] = [
      [undefined, "it must hold a SharedArrayBuffer, got undefined"],
      [new ArrayBuffer(8), "it must hold a SharedArrayBuffer, got an object of class ArrayBuffer"],
      [new SharedArrayBuffer(0), "its memory must be whole, got 0 bytes"],
      [new SharedArrayBuffer(639), "its memory must be whole, got 639 bytes"],
      [
        new SharedArrayBuffer(4096),
        "its memory must come from ThreadStats.create, got other memory",
      ],
      [
        changed(H_MAGIC, 1),
        "its memory must come from ThreadStats.create, got other memory",
      ],
      [
        changed(H_VERSION, LAYOUT_VERSION + 1),
        `its layout must be ${LAYOUT_VERSION}, got ${LAYOUT_VERSION + 1}`,
      ],
      [changed(H_VERSION, 0), `its layout must be ${LAYOUT_VERSION}, got 0`],
      [cut, `its memory must be whole, got ${cut.byteLength} bytes of ${staticBytes}`],
      [
        changed(H_STATIC_BYTES, 2 ** 30),
        `its memory must be whole, got ${whole.byteLength} bytes of ${2 ** 30}`,
      ],
    ];
    for (const [buffer, text] of cases) {
      const handle = { buffer } as MemoryHandle;
      assertRefuses(() => readFormat(handle), TypeError, `${what} ${text}`);
    }
  });

  it("take memory that grows while its header is read", () => {
    const handle = makeMemory(format, 2 ** 22);
    const arena = new Arena(handle);
    const { load } = Atomics;
    let isGrown = false;
    Atomics.load = ((...args: Parameters<typeof load>) => {
      if (args[1] === H_BUMP && !isGrown) {
        isGrown = true;
        arena.allocate(2 ** 20);
      }
      return load(...args);
    }) as typeof load;
    try {
      assertEquals(readFormat(handle).maxThreads, 3);
    } finally {
      Atomics.load = load;
    }
    assertEquals(isGrown, true);
  });

  it("refuse memory that was cut behind the static part", () => {
    const handle = makeMemory(format, 2 ** 20);
    const { buffer } = handle;
    const arena = new Arena(handle);
    const staticBytes = arena.bytesUsed;
    arena.allocate(4096);
    const cut = buffer.slice(0, staticBytes + 1024) as SharedArrayBuffer;
    assertRefuses(
      () => readFormat({ buffer: cut }),
      TypeError,
      `Cannot attach to the handle: its memory must be whole, got ${cut.byteLength} bytes of ${
        staticBytes + 4096
      }`,
    );
    // A whole copy that can no longer grow is fine.
    assertEquals(readFormat({ buffer: buffer.slice(0) as SharedArrayBuffer }).maxThreads, 3);
  });
});
