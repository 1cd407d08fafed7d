import { assert, assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  counter,
  defineSchema,
  type Schema,
  ThreadStats,
  type ThreadStatsHandle,
  type ThreadStatsOptions,
} from "../mod.ts";
import { Arena } from "../src/memory/arena.ts";
import { takeLabelHead } from "../src/memory/free_lists.ts";
import {
  FREE_HEADS,
  H_MAGIC,
  H_STATIC_BYTES,
  H_VERSION,
  LAYOUT_VERSION,
} from "../src/memory/layout.ts";
import {
  assertRefuses,
  assertRefusesUnchanged,
  observe,
  tooManyThreads,
} from "./metrics/observe.ts";
import { attachTraffic, createTraffic, NOTHING, traffic } from "./support/traffic.ts";

const attach = (handle: unknown, schema: Schema = traffic) =>
  ThreadStats.attach(schema, handle as ThreadStatsHandle);

describe("ThreadStats.create()", () => {
  it("returns empty statistics", () => {
    const stats = createTraffic();
    assertEquals(stats.threads(), []);
    assertEquals(stats.metrics.packets.read(), 0);
    assertEquals(stats.metrics.requests.ids(), []);
    assertEquals(stats.metrics.flow.series(), []);
    assertEquals(stats.metrics.cell.ids(), []);
    assertEquals(Object.keys(stats.metrics), ["packets", "requests", "flow", "cell"]);
    assert(Object.isFrozen(stats.metrics) && Object.isFrozen(stats.handle));
  });

  it("has 64 threads and 1 GiB of address space by default", () => {
    const stats = createTraffic();
    assertEquals(new Arena(stats.handle).maxByteLength, 2 ** 30);
    assert(stats.handle.buffer.byteLength < 2 ** 20);
    for (let n = 0; n < 64; n++) stats.registerThread();
    assertThrows(() => stats.registerThread(), RangeError, "at most 64 at a time");
  });

  it("accepts an empty schema", () => {
    const stats = ThreadStats.create(defineSchema({}));
    assertEquals(stats.registerThread("a").metrics, {});
    assertEquals(stats.threads().length, 1);
  });

  it("refuses schemas that did not come from defineSchema", () => {
    const what = "Cannot create the statistics: the schema must come from defineSchema, got";
    const create = (schema: unknown) => ThreadStats.create(schema as Schema);
    assertRefuses(() => create(undefined), TypeError, `${what} undefined`);
    assertRefuses(() => create(null), TypeError, `${what} null`);
    assertRefuses(
      () => create({ metrics: {}, description: "{}" }),
      TypeError,
      `${what} an object`,
    );
  });

  it("refuses options of the wrong shape", () => {
    const bad: [unknown, string][] = [
      [null, "the options must be an object, got null"],
      [64, "the options must be an object, got 64"],
      [{ maxThreads: "8" }, 'maxThreads must be a number, got "8"'],
      [{ maxByteLength: 8n }, "maxByteLength must be a number, got 8n"],
      [{ quarantineSeconds: null }, "quarantineSeconds must be a number, got null"],
    ];
    for (const [options, text] of bad) {
      assertRefuses(
        () => createTraffic(options as ThreadStatsOptions),
        TypeError,
        `Cannot create the statistics: ${text}`,
      );
    }
  });

  it("refuses options that are out of range", () => {
    const ranges: [keyof ThreadStatsOptions, number, number, string?][] = [
      ["maxThreads", 1, 65536],
      ["maxByteLength", 1, 2 ** 33 - 1],
      ["quarantineSeconds", 0, 2 ** 30, "2^30"],
    ];
    for (const [name, least, most, text = `${most}`] of ranges) {
      for (const value of [least - 1, most + 1, least + 0.5, NaN, Infinity, -Infinity]) {
        assertRefuses(
          () => createTraffic({ [name]: value }),
          RangeError,
          `Cannot create the statistics: ${name} must be an integer from ${least} to ${text}, got ${value}`,
        );
      }
    }
    assertEquals(createTraffic({ maxThreads: 65536, quarantineSeconds: 2 ** 30 }).threads(), []);
  });

  it("refuses a schema that needs more than maxByteLength", () => {
    const needed = new Arena(createTraffic({ maxThreads: 1 }).handle).bytesUsed;
    assertThrows(
      () => createTraffic({ maxThreads: 1, maxByteLength: 1000 }),
      RangeError,
      "Cannot create the shared memory: 1 threads (maxThreads) and 1024 metrics (maxMetrics) need ",
    );
    // The definitions have to fit too.
    assertThrows(
      () => createTraffic({ maxThreads: 1, maxByteLength: needed - 1 }),
      RangeError,
      "Cannot create the statistics: it must allocate ",
    );
    createTraffic({ maxThreads: 1, maxByteLength: needed });
  });

  it("has its own error text when the system refuses the memory", () => {
    // Bun refuses so much address space; Deno and Node do not.
    try {
      createTraffic({ maxByteLength: 2 ** 33 - 1 });
    } catch (error) {
      assert(error instanceof RangeError);
      assert(error.message.startsWith("Cannot create the shared memory: "), error.message);
    }
  });
});

describe("ThreadStats.attach()", () => {
  it("sees and changes the same statistics", () => {
    const stats = createTraffic();
    const there = attachTraffic(stats);
    const thread = there.registerThread("a");
    thread.metrics.packets.add(3);
    thread.metrics.requests.labels({ method: "GET", status: "200" }).add(4);
    const id = there.metrics.cell.create();
    thread.metrics.cell.update(id, { packets: 1 });
    assertEquals(observe(attachTraffic(there)), observe(stats));
    assertEquals(stats.metrics.packets.read(), 3);
    assertEquals(stats.metrics.requests.read({ status: "200", method: "GET" }), 4);
    assertEquals(stats.metrics.cell.read(id), { ...NOTHING, packets: 1 });
    assertEquals(new Arena(there.handle).maxByteLength, new Arena(stats.handle).maxByteLength);
  });

  it("refuses a schema that did not come from defineSchema", () => {
    const stats = createTraffic();
    assertRefuses(
      () => attach(stats.handle, { ...traffic }),
      TypeError,
      `Cannot attach to the handle: the schema must come from defineSchema, got an object`,
    );
  });

  it("refuses a metric that the memory lacks, and one with another definition", () => {
    const stats = createTraffic();
    const { packets, requests, flow, cell } = traffic.metrics;
    const what = "Cannot attach to the handle:";
    const other = counter();
    const others: [Schema, string][] = [
      [
        defineSchema({ packets, requests, flow, cell, more: counter() }),
        `${what} each metric of the schema must be in the memory, got memory without the metric more`,
      ],
      [
        defineSchema({ packets: other, requests }),
        `${what} the metric packets must have the definition that the memory has, ` +
        `${JSON.stringify(packets)}, got ${JSON.stringify(other)}`,
      ],
    ];
    for (const [schema, text] of others) {
      assertRefusesUnchanged(stats, () => attach(stats.handle, schema), TypeError, text);
    }
  });

  it("takes a part of the memory's metrics, in any order", () => {
    const stats = createTraffic();
    const { packets, cell } = traffic.metrics;
    const part = ThreadStats.attach(defineSchema({ cell, packets }), stats.handle);
    part.registerThread("main").metrics.packets.add(3);
    assertEquals(Object.keys(part.metrics), ["cell", "packets"]);
    assertEquals(stats.metrics.packets.read(), 3);
  });

  it("refuses a foreign handle", () => {
    const it = "Cannot attach to the handle: it must be the handle of a ThreadStats, got";
    const { buffer } = createTraffic().handle;
    const bad: [unknown, string][] = [
      [undefined, `${it} undefined`],
      [null, `${it} null`],
      ["handle", `${it} "handle"`],
      [{}, `${it} an object`],
      [{ buffer }, `${it} an object`],
      [{ threadStats: "1", buffer }, `${it} an object`],
      [
        { threadStats: LAYOUT_VERSION },
        "Cannot attach to the handle: it must hold a SharedArrayBuffer, got undefined",
      ],
      [
        { threadStats: LAYOUT_VERSION, buffer: new ArrayBuffer(4096) },
        "Cannot attach to the handle: it must hold a SharedArrayBuffer, got an object of class ArrayBuffer",
      ],
      [
        { threadStats: LAYOUT_VERSION, buffer: new SharedArrayBuffer(4096) },
        "Cannot attach to the handle: its memory must come from ThreadStats.create, got other memory",
      ],
    ];
    for (const [handle, text] of bad) assertRefuses(() => attach(handle), TypeError, text);
  });

  it("refuses a handle or a memory of a newer layout", () => {
    const { handle } = createTraffic();
    const newer = LAYOUT_VERSION + 1;
    const text = `Cannot attach to the handle: its layout must be ${LAYOUT_VERSION}, got ${newer}`;
    assertRefuses(() => attach({ ...handle, threadStats: newer }), TypeError, text);
    new Int32Array(handle.buffer)[H_VERSION] = newer;
    assertRefuses(() => attach(handle), TypeError, text);
    new Int32Array(handle.buffer)[H_MAGIC] = 2;
    assertThrows(() => attach(handle), TypeError, "got other memory");
  });

  it("refuses a handle whose memory was truncated, at any length", () => {
    const stats = createTraffic({ maxThreads: 2 });
    stats.registerThread().metrics.packets.add(1);
    const { buffer } = stats.handle;
    const used = new Arena(stats.handle).bytesUsed;
    const staticBytes = new Int32Array(buffer)[H_STATIC_BYTES];
    for (const length of [0, 100, 640, 4096, staticBytes - 1, staticBytes, used - 8]) {
      const cut = buffer.slice(0, length) as SharedArrayBuffer;
      const error = assertThrows(
        () => attach({ threadStats: LAYOUT_VERSION, buffer: cut }),
        TypeError,
      );
      assert(
        error.message.startsWith(
          `Cannot attach to the handle: its memory must be whole, got ${length} bytes`,
        ),
        error.message,
      );
    }
    const whole = attach({
      threadStats: LAYOUT_VERSION,
      buffer: buffer.slice(0) as SharedArrayBuffer,
    });
    assertEquals(whole.threads().length, 1);
  });
});

describe("ThreadStats.registerThread()", () => {
  it("prefers the slot that a thread of the same name has left", () => {
    const stats = createTraffic();
    const threads = ["a", "b", "c"].map((name) => stats.registerThread(name));
    for (const [n, thread] of threads.entries()) {
      thread.metrics.packets.add(10 ** n);
      thread.unregister();
    }
    assertEquals(attachTraffic(stats).registerThread("b").slot, 1);
    assertEquals(stats.registerThread("x").slot, 0);
    assertEquals(stats.threads(), [
      { slot: 0, name: "x", state: "active" },
      { slot: 1, name: "b", state: "active" },
      { slot: 2, name: "c", state: "retired" },
    ]);
    assertEquals(stats.metrics.packets.read(), 111);
  });

  it("continues with the values of the slot's earlier owners, so totals never decrease", () => {
    const stats = createTraffic({ maxThreads: 1 });
    const id = stats.metrics.cell.create();
    const labels = { method: "GET", status: "200" };
    for (let n = 1; n <= 5; n++) {
      const thread = attachTraffic(stats).registerThread(`owner ${n}`);
      const { packets, requests, cell, flow } = thread.metrics;
      const totals = () => [
        stats.metrics.packets.read(),
        stats.metrics.requests.read(labels),
        stats.metrics.cell.read(id).bytes,
        stats.metrics.flow.read({ source: "s" }).packets,
      ];
      const before = totals();
      assertEquals(before, [n - 1, 2 * (n - 1), BigInt(3 * (n - 1)), 4 * (n - 1)]);
      packets.add(1);
      requests.labels(labels).add(2);
      cell.update(id, { bytes: 3, first: n, last: n, flags: 1 << n });
      flow.labels({ source: "s" }).update({ packets: 4 });
      if (n % 2 === 0) thread.unregister();
      else {
        // A burst that was never committed is lost, not passed on to the next owner.
        cell.begin(id).bytes = 10n ** 6n;
        thread.unregister();
      }
      assertEquals(stats.metrics.packets.perThread(), [
        { thread: `owner ${n}`, slot: 0, value: n },
      ]);
    }
    assertEquals(stats.metrics.cell.read(id), {
      bytes: 15n,
      packets: 0,
      first: 1,
      last: 5,
      flags: 62,
    });
  });

  it("gives the next owner no values of a bucket that was cleared or re-created meanwhile", () => {
    const stats = createTraffic({ maxThreads: 1 });
    const { cell } = stats.metrics;
    const ids = [cell.create(), cell.create()];
    const first = stats.registerThread();
    for (const id of ids) first.metrics.cell.update(id, { packets: 7, first: 1 });
    first.metrics.packets.add(7);
    first.unregister();
    cell.clear(ids[0]);
    cell.destroy(ids[1]);
    assertEquals(cell.create(), ids[1]);
    stats.metrics.packets.clear();
    const { metrics } = attachTraffic(stats).registerThread();
    for (const id of ids) metrics.cell.update(id, { packets: 1 });
    metrics.packets.add(1);
    for (const id of ids) assertEquals(cell.read(id), { ...NOTHING, packets: 1 });
    assertEquals(stats.metrics.packets.read(), 1);
  });

  it("lets one thread register several times, each time for a slot of its own", () => {
    const stats = createTraffic();
    const [one, two] = [stats.registerThread(), stats.registerThread()];
    one.metrics.packets.add(1);
    two.metrics.packets.add(2);
    one.metrics.packets.add(4);
    assertEquals(stats.metrics.packets.perThread(), [
      { thread: "thread-0", slot: 0, value: 5 },
      { thread: "thread-1", slot: 1, value: 2 },
    ]);
  });

  it("refuses bad names, and one thread too many", () => {
    const stats = createTraffic({ maxThreads: 1 });
    const bad: [unknown, new () => Error, string][] = [
      [5, TypeError, "its name must be a string, got 5"],
      [null, TypeError, "its name must be a string, got null"],
      [{}, TypeError, "its name must be a string, got an object"],
      ["x".repeat(65), RangeError, "its name must have at most 64 UTF-16 code units, got 65"],
    ];
    for (const [name, Class, text] of bad) {
      for (const method of ["registerThread", "reserveThread"] as const) {
        assertRefusesUnchanged(
          stats,
          () => stats[method](name as string),
          Class,
          `Cannot ${method === "reserveThread" ? "reserve" : "register"} a thread: ${text}`,
        );
      }
    }
    stats.registerThread("x".repeat(64));
    assertRefusesUnchanged(
      stats,
      () => stats.registerThread(),
      RangeError,
      tooManyThreads(1, `1 active ("${"x".repeat(64)}"), 0 reserved, 0 in quarantine`),
    );
  });

  it("changes nothing when the arena is full", () => {
    const stats = createTraffic({ maxThreads: 3, maxByteLength: 2 ** 16 });
    stats.registerThread("left").unregister();
    fill(stats);
    // The slot that was left has its memory already. The others get none.
    assertEquals(stats.registerThread("x").slot, 0);
    for (const name of ["y", undefined]) {
      const before = observe(stats);
      const text = "Cannot register a thread: it must allocate ";
      assertThrows(() => stats.registerThread(name), RangeError, text);
      assertEquals(observe(stats), before);
    }
  });
});

/** Allocates the whole arena, to the last pair of lines. */
function fill({ handle }: ReturnType<typeof createTraffic>): void {
  const arena = new Arena(handle);
  while (arena.bytesUsed + 128 <= arena.maxByteLength) arena.allocate(128);
  // Heads for further labels.
  while (Atomics.load(arena.views().u64, FREE_HEADS) & 0xffffffffn) takeLabelHead(arena);
}

describe("a full arena", () => {
  it("refuses operations that need memory, and all existing metrics keep working", () => {
    const stats = createTraffic({ maxThreads: 3, maxByteLength: 2 ** 16 });
    const { metrics } = stats;
    const thread = stats.registerThread("a");
    const reserved = stats.reserveThread("b");
    const labels = { method: "GET", status: "200" };
    const cell = metrics.cell.create();
    const flow = metrics.flow.id({ source: "s" });
    thread.metrics.packets.add(1);
    thread.metrics.requests.labels(labels).add(2);
    thread.metrics.cell.update(cell, { packets: 3 });
    fill(stats);
    const full = (what: string, fn: () => unknown) => {
      const before = observe(stats);
      const { message } = assertThrows(fn, RangeError);
      const rest =
        "it must allocate N bytes, at most 65536 (maxByteLength) in all, got an arena with 65536 in use";
      assertEquals(message.replace(/\d+ bytes/, "N bytes"), `Cannot ${what}: ${rest}`);
      assertEquals(observe(stats), before);
    };

    // The first update of a segment.
    full("update flow", () => thread.metrics.flow.update(flow, { packets: 1 }));
    full("begin flow", () => thread.metrics.flow.begin(flow));
    full("bind labels of flow", () => thread.metrics.flow.labels({ source: "s" }));
    // New label texts.
    full("find a bucket of flow", () => metrics.flow.id({ source: "new" }));
    full(
      "bind labels of requests",
      () => thread.metrics.requests.labels({ method: "a", status: "b" }),
    );
    // New segments of buckets.
    for (let n = 1; n < 64; n++) metrics.cell.create();
    full("create a bucket of cell", () => metrics.cell.create());
    // Threads.
    full("register a thread", () => stats.registerThread("c"));
    full("reserve a thread", () => stats.reserveThread("c"));
    full("register a thread", () => attachTraffic(stats).registerThread("c"));

    thread.metrics.packets.add(1);
    thread.metrics.requests.labels(labels).add(2);
    thread.metrics.cell.update(cell, { packets: 3 });
    assertEquals(metrics.packets.read(), 2);
    assertEquals(metrics.requests.read(labels), 4);
    assertEquals(metrics.cell.read(cell), { ...NOTHING, packets: 6 });
    metrics.cell.destroy(cell);
    assertEquals(metrics.cell.create(), cell);
    metrics.requests.destroy(labels);
    thread.metrics.requests.labels({ method: "x", status: "y" }).add(1);
    assertEquals(metrics.requests.series().map(({ value }) => value), [1]);
    thread.unregister();
    assertEquals(stats.registerThread("d").slot, 0);
    const seated = attachTraffic({ handle: reserved.handle } as typeof stats).registerThread();
    seated.metrics.packets.add(1);
    assertEquals(metrics.packets.read(), 3);
  });
});

describe("ThreadStats.threads()", () => {
  it("shows each slot that was ever used, with its state", () => {
    const stats = createTraffic();
    const there = attachTraffic(stats);
    stats.registerThread("active");
    stats.reserveThread("reserved");
    const retired = stats.registerThread("retired");
    stats.reserveThread("revoked").revoke();
    retired.unregister();
    assertEquals(there.threads(), [
      { slot: 0, name: "active", state: "active" },
      { slot: 1, name: "reserved", state: "reserved" },
      { slot: 2, name: "retired", state: "retired" },
      { slot: 3, name: "revoked", state: "revoked" },
    ]);
  });

  it("keeps names of any code units", () => {
    const stats = createTraffic();
    const names = ["", "😀", "\ufffd", "a\0b", "x".repeat(64), "__proto__"];
    for (const name of names) stats.registerThread(name);
    assertEquals(attachTraffic(stats).threads().map(({ name }) => name), names);
  });
});

describe("churn", () => {
  it("needs no further memory, however many threads come and go", () => {
    const stats = createTraffic({ maxThreads: 4 });
    const cell = stats.metrics.cell.create();
    const round = (n: number) => {
      const thread = stats.registerThread(`thread ${n}`);
      thread.metrics.packets.add(1);
      thread.metrics.cell.update(cell, { packets: 1 });
      thread.metrics.flow.labels({ source: `${n}` }).update({ packets: 1 });
      stats.metrics.flow.destroy({ source: `${n}` });
      thread.unregister();
    };
    for (let n = 0; n < 10; n++) round(n);
    const { bytesUsed } = new Arena(stats.handle);
    for (let n = 10; n < 3000; n++) round(n);
    assertEquals(new Arena(stats.handle).bytesUsed, bytesUsed);
    assertEquals(stats.metrics.packets.read(), 3000);
    assertEquals(stats.metrics.cell.read(cell).packets, 3000);
    assertEquals(stats.threads().length, 1);
  });
});
