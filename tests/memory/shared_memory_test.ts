import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { Worker } from "node:worker_threads";
import { describe, it } from "@std/testing/bdd";
import { runInNewContext } from "node:vm";
import {
  type MemoryHandle,
  openMemory,
  reserveMemory,
  SharedMemory,
} from "../../src/memory/shared_memory.ts";
import { assertRefuses } from "../metrics/observe.ts";
import { sum } from "../../mod.ts";
import { commitBytes } from "../../src/metrics/record/commit_module.ts";
import { layoutOf } from "../../src/metrics/record/record_layout.ts";
import { withoutWebAssembly } from "./without_web_assembly.ts";

const page = 65536;

describe("reserveMemory()", () => {
  it("gives whole pages of WebAssembly, in buffers that do not grow", () => {
    const { buffer, memory } = reserveMemory(1, 2 ** 30);
    assert(memory instanceof WebAssembly.Memory);
    assertEquals([buffer.byteLength, buffer.growable], [page, false]);
  });

  it("gives a growable buffer where there is no WebAssembly, or too little of it", () => {
    const small = withoutWebAssembly(() => reserveMemory(100, 1000));
    assertEquals(small.memory, undefined);
    assertEquals([small.buffer.byteLength, small.buffer.maxByteLength], [100, 1000]);
    // Bun refuses so much address space; Deno and Node do not.
    try {
      assertEquals(reserveMemory(100, 2 ** 32 + 1).memory, undefined);
    } catch (error) {
      assert((error as Error).message.startsWith("Cannot create the shared memory: "));
    }
  });
});

/** Has another thread act right before this one grows the memory for the first time. */
function beforeGrowth({ buffer, memory }: MemoryHandle, act: () => void): void {
  const growing = (memory ?? buffer) as unknown as { grow(by: number): void };
  const grow = growing.grow.bind(growing);
  let isFirst = true;
  Object.defineProperty(growing, "grow", {
    value: (by: number) => {
      if (by > 0 && isFirst) {
        isFirst = false;
        act();
      }
      return grow(by);
    },
  });
}

/** A module with `add`, on any memory. */
const adding = () => new WebAssembly.Module(commitBytes(layoutOf({ a: sum() })));

type Adding = { add(index: number, value: number): number };

describe("SharedMemory.instantiate()", () => {
  it("gives functions that reach as far as the buffer, though another thread has grown it", async () => {
    const handle = reserveMemory(page, 8 * page);
    const one = new SharedMemory(handle);
    const module = adding();
    const { add } = one.instantiate(() => module) as Adding;
    assertEquals(add(page / 4 - 1, 5), 0);
    const worker = new Worker(
      `const { parentPort, workerData } = require("node:worker_threads");
       workerData.grow(3);
       const words = new Int32Array(workerData.buffer);
       words[words.length - 1] = 7;
       parentPort.postMessage(words.length);`,
      { eval: true, workerData: handle.memory },
    );
    const length = await new Promise<number>((resolve, reject) => {
      worker.once("message", resolve);
      worker.once("error", reject);
    });
    await worker.terminate();
    assertEquals(length, page);
    one.refresh();
    assertEquals(add(length - 1, 2), 7);
    assertEquals(new Int32Array(one.buffer)[length - 1], 9);
    assertThrows(() => add(length, 1), WebAssembly.RuntimeError);
    assertStrictEquals(one.instantiate(() => module)!.add, add);
  });

  it("gives nothing for a plain buffer, without a module, or where instances are refused", () => {
    const module = adding();
    const plain = new SharedMemory(withoutWebAssembly(() => reserveMemory(page, page)));
    assertEquals(plain.instantiate(() => module), undefined);
    const shared = () => new SharedMemory(reserveMemory(page, page));
    assertEquals(shared().instantiate(() => undefined), undefined);
    const { Instance } = WebAssembly;
    WebAssembly.Instance = class {
      constructor() {
        throw new WebAssembly.LinkError("not allowed");
      }
    } as unknown as typeof Instance;
    try {
      assertEquals(shared().instantiate(() => module), undefined);
    } finally {
      WebAssembly.Instance = Instance;
    }
  });
});

describe("SharedMemory", () => {
  const kinds: [string, () => MemoryHandle][] = [
    ["of WebAssembly", () => reserveMemory(page, 8 * page)],
    ["in a growable buffer", () => withoutWebAssembly(() => reserveMemory(page, 8 * page))],
  ];
  for (const [kind, make] of kinds) {
    it(`growTo() makes it longer for all, and keeps what stands in it, ${kind}`, () => {
      const handle = make();
      const [one, two] = [new SharedMemory(handle), new SharedMemory(structuredClone(handle))];
      const old = new Int32Array(one.buffer, 0, 4);
      old[3] = 7;
      one.growTo(3 * page);
      assertEquals(one.buffer.byteLength, 3 * page);
      const seen = new Int32Array(two.refresh());
      assertEquals([seen.byteLength, seen[3]], [3 * page, 7]);
      seen[3] = 8;
      assertEquals(old[3], 8, "a buffer that was taken stays one over the same bytes");
    });

    it(`growTo() refuses more than was reserved, ${kind}`, () => {
      const memory = new SharedMemory(make());
      assertThrows(() => memory.growTo(9 * page), RangeError);
      assertEquals(memory.buffer.byteLength, page);
      memory.growTo(8 * page);
    });

    it(`growTo() is not refused because another thread grows it at the same moment, ${kind}`, () => {
      for (const others of [2, 3, 4, 5, 7, 8]) {
        for (const own of [2, 4, 5, 8]) {
          const handle = make();
          const other = new SharedMemory(structuredClone(handle));
          beforeGrowth(handle, () => other.growTo(others * page));
          const memory = new SharedMemory(handle);
          memory.growTo(own * page);
          assert(memory.buffer.byteLength >= own * page, `${own} while another took ${others}`);
          assert(other.refresh().byteLength <= 8 * page);
        }
      }
    });
  }
});

describe("openMemory()", () => {
  const open = (handle: unknown) => openMemory("open it", handle as MemoryHandle);

  it("gives the longest buffer, whenever the handle was made", () => {
    const handle = reserveMemory(page, 8 * page);
    new SharedMemory(handle).growTo(2 * page);
    assertEquals([handle.buffer.byteLength, open(handle).byteLength], [page, 2 * page]);
  });

  it("refuses what is no shared memory, and a part of it", () => {
    const { buffer, memory } = reserveMemory(page, 8 * page);
    const refused: [unknown, string][] = [
      [{ memory }, "it must hold a SharedArrayBuffer, got undefined"],
      [
        { buffer: new ArrayBuffer(8), memory },
        "it must hold a SharedArrayBuffer, got an object of class ArrayBuffer",
      ],
      [{ buffer, memory: {} }, "its memory must be shared, got an object"],
      [{ buffer, memory: null }, "its memory must be shared, got null"],
      [{ buffer: buffer.slice(0, 100), memory }, "its memory must be whole, got 100 bytes"],
    ];
    for (const [handle, text] of refused) {
      assertRefuses(() => open(handle), TypeError, `Cannot open it: ${text}`);
    }
    const unshared = new WebAssembly.Memory({ initial: 1 });
    assertThrows(() => open({ buffer, memory: unshared }), TypeError, "its memory must be shared");
  });

  it("takes the memory of another realm for what it is", () => {
    const buffer = runInNewContext("new SharedArrayBuffer(8)") as SharedArrayBuffer;
    assert(!(buffer instanceof SharedArrayBuffer));
    assert(open({ buffer }) === buffer);
    const pages = "{ initial: 1, maximum: 8, shared: true }";
    const memory = runInNewContext(`new WebAssembly.Memory(${pages})`) as WebAssembly.Memory;
    assert(!((memory as unknown) instanceof WebAssembly.Memory));
    const handle = { buffer: memory.buffer as unknown as SharedArrayBuffer, memory };
    new SharedMemory(handle).growTo(2 * page);
    assertEquals(open(handle).byteLength, 2 * page);
  });

  it("believes nothing that an object says of itself", () => {
    const { buffer, memory } = reserveMemory(page, 8 * page);
    const likeBuffer = [
      Object.create(SharedArrayBuffer.prototype),
      { byteLength: page, [Symbol.toStringTag]: "SharedArrayBuffer" },
      Object.setPrototypeOf(new ArrayBuffer(page), SharedArrayBuffer.prototype),
      new Proxy(buffer, {}),
      runInNewContext("new ArrayBuffer(65536)"),
    ];
    for (const like of likeBuffer) {
      assertThrows(() => open({ buffer: like }), TypeError, "it must hold a SharedArrayBuffer");
      assertThrows(() => open({ buffer: like, memory }), TypeError, "must hold");
    }
    const likeMemory = [
      Object.create(WebAssembly.Memory.prototype),
      { buffer, grow: () => 1, [Symbol.toStringTag]: "WebAssembly.Memory" },
      new Proxy(memory!, {}),
    ];
    for (const like of likeMemory) {
      assertThrows(() => open({ buffer, memory: like }), TypeError, "its memory must be shared");
    }
  });
});
