import { assert, assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  counter,
  defineSchema,
  type Snapshot,
  StaleThreadError,
  ThreadStats,
  Window,
} from "../mod.ts";
import { Arena } from "../src/memory/arena.ts";
import { H_REFUSED_UPDATES } from "../src/memory/layout.ts";
import { assertRefuses, assertRefusesUnchanged } from "./metrics/observe.ts";
import { attachTraffic, createTraffic, traffic } from "./support/traffic.ts";

describe("Thread.unregister()", () => {
  it("keeps the thread's counts, and has no effect the second time", () => {
    const stats = createTraffic();
    const thread = stats.registerThread("a");
    thread.metrics.packets.add(5);
    thread.unregister();
    thread.unregister();
    assertEquals(stats.metrics.packets.read(), 5);
    assertEquals(stats.threads(), [{ slot: 0, name: "a", state: "retired" }]);
    stats.registerThread("b");
    thread.unregister();
    assertEquals(stats.threads(), [{ slot: 0, name: "b", state: "active" }]);
  });

  it("is what disposing does", () => {
    const stats = createTraffic();
    const thread = stats.registerThread("a");
    thread.metrics.packets.add(1);
    assertEquals(stats.threads()[0].state, "active");
    thread[Symbol.dispose]();
    assertEquals(stats.threads()[0].state, "retired");
    assertEquals(stats.metrics.packets.read(), 1);
  });
});

describe("Thread.metrics", () => {
  it("has the slot and the name", () => {
    const stats = createTraffic();
    const thread = stats.registerThread("first");
    assertEquals([thread.slot, thread.name], [0, "first"]);
    const second = stats.registerThread();
    assertEquals([second.slot, second.name], [1, "thread-1"]);
    assert(Object.isFrozen(thread.metrics));
  });

  /** The ways in which a registration can end, and what its writers' errors then say. */
  const ends: Record<string, string> = {
    "unregister()": "one that has ended",
    "revoke()": "a revoked one",
    "revoke({ stopped: true })": "one that has ended",
    "a new owner of the slot": "one whose slot has a new owner",
  };
  for (const [end, reason] of Object.entries(ends)) {
    it(`refuses every writer after ${end}`, () => {
      const stats = createTraffic();
      const other = attachTraffic(stats);
      const cell = stats.metrics.cell.create();
      const flow = stats.metrics.flow.create();
      const seat = stats.reserveThread("a");
      const thread = attachWith(seat).registerThread();
      const { metrics } = thread;
      const labels = { method: "GET", status: "200" };
      metrics.packets.add(1);
      const request = metrics.requests.labels(labels);
      request.add(2);
      const source = metrics.flow.labels({ source: "s" });
      source.update({ packets: 3 });
      metrics.flow.update(flow, { packets: 4 });
      metrics.cell.update(cell, { packets: 5 });
      const burst = metrics.cell.begin(cell);
      burst.packets = 100;
      const labelledBurst = source.begin();
      labelledBurst.merge({ packets: 100 });

      if (end === "unregister()") thread.unregister();
      else if (end === "revoke()") seat.revoke();
      else seat.revoke({ stopped: true });
      if (end === "a new owner of the slot") assertEquals(other.registerThread("b").slot, 0);

      const refused = (what: string, fn: () => unknown) =>
        assertRefusesUnchanged(
          stats,
          fn,
          StaleThreadError,
          `Cannot ${what}: the thread must be registered, got ${reason}`,
        );
      refused("add to packets", () => metrics.packets.add());
      refused("add to packets", () => metrics.packets.add(2));
      refused("add to requests", () => request.add());
      refused("bind labels of requests", () => metrics.requests.labels(labels));
      refused("bind labels of requests", () => metrics.requests.labels({ method: "", status: "" }));
      refused("bind labels of flow", () => metrics.flow.labels({ source: "s" }));
      refused("bind labels of flow", () => metrics.flow.labels({ source: "new" }));
      refused("commit cell", () => burst.commit());
      refused("commit flow", () => labelledBurst.commit());
      refused("update cell", () => metrics.cell.update(cell, { packets: 1 }));
      refused("begin cell", () => metrics.cell.begin(cell));
      refused("update flow", () => metrics.flow.update(flow, { packets: 1 }));
      refused("begin flow", () => metrics.flow.begin(flow));
      refused("update flow", () => source.update({ packets: 1 }));
      refused("begin flow", () => source.begin());
      assertEquals(stats.metrics.packets.read(), 1);
      assertEquals(stats.metrics.cell.read(cell).packets, 5);
    });
  }

  it("drops an open burst, which can still be discarded", () => {
    const stats = createTraffic();
    const id = stats.metrics.cell.create();
    const thread = stats.registerThread("a");
    thread.metrics.cell.update(id, { packets: 1 });
    const burst = thread.metrics.cell.begin(id);
    burst.packets = 50;
    thread.unregister();
    burst.discard();
    assertRefuses(
      () => burst.commit(),
      TypeError,
      "Cannot commit cell: the burst must be open, got one that is over",
    );
    assertEquals(stats.metrics.cell.read(id).packets, 1);
  });

  it("counts the refused updates", () => {
    const stats = createTraffic();
    const thread = stats.registerThread();
    thread.unregister();
    const { i32 } = new Arena(stats.handle).views();
    assertEquals(i32[H_REFUSED_UPDATES], 0);
    for (let n = 0; n < 3; n++) assertThrows(() => thread.metrics.packets.add(), StaleThreadError);
    assertEquals(i32[H_REFUSED_UPDATES], 3);
  });

  function attachWith(seat: { handle: ReturnType<typeof createTraffic>["handle"] }) {
    return attachTraffic({ handle: seat.handle } as ReturnType<typeof createTraffic>);
  }
});

describe("Thread.extend()", () => {
  const more = defineSchema({ late: counter(), packets: traffic.metrics.packets });

  it("gives writers of further metrics in the same slot, and ends with the thread", () => {
    const stats = createTraffic();
    const thread = stats.registerThread("main");
    const extended = thread.extend(stats.extend(more));
    assertEquals([extended.slot, extended.name], [thread.slot, "main"]);
    extended.metrics.late.add(2);
    assertEquals(stats.threads().length, 1);
    thread.unregister();
    assertThrows(() => extended.metrics.late.add(2), StaleThreadError);
    assertThrows(() => thread.extend(stats.extend(more)), StaleThreadError, "extend the thread");
  });

  it("gives a metric that the thread has already the same writer", () => {
    const stats = createTraffic();
    const thread = stats.registerThread("main");
    const http = stats.extend(more);
    const extended = [thread, thread.extend(http), thread.extend(http).extend(stats)];
    for (const { metrics } of extended) metrics.packets.add(1);
    for (const { metrics } of extended) metrics.packets.add(1);
    assertEquals(stats.metrics.packets.read(), 6);
    assert(thread.extend(http).metrics.late === extended[1].extend(http).metrics.late);
  });

  it("takes statistics that were attached in another way to the same memory", () => {
    const stats = createTraffic();
    const thread = stats.registerThread("main");
    stats.extend(more);
    const attached = ThreadStats.attach(more, structuredClone(stats.handle));
    thread.extend(attached).metrics.late.add(3);
    assertEquals(attached.metrics.late.read(), 3);
    // The thread's own statistics need not have seen the definition.
    ThreadStats.attach(traffic, stats.handle).extend(defineSchema({ later: counter() }));
    const later = ThreadStats.attach(defineSchema({ later: counter() }), stats.handle);
    thread.extend(later).metrics.later.add(1);
    assertEquals(later.metrics.later.read(), 1);
  });

  it("refuses what are no statistics of its memory", () => {
    const stats = createTraffic();
    const thread = stats.registerThread("main");
    const elsewhere = createTraffic();
    assertRefuses(
      () => thread.extend(elsewhere),
      TypeError,
      "Cannot extend the thread: they must be of its memory, got those of another",
    );
    const { schema, handle } = stats;
    const throwing = {
      get schema(): never {
        throw new Error("Somebody read it");
      },
      handle,
    };
    const wrong: unknown[] = [undefined, null, 5, {}, schema, { schema }, { schema, handle: {} }];
    const bad = [...wrong, throwing];
    for (const given of [...bad, { handle }, { schema: {}, handle }]) {
      assertThrows(() => thread.extend(given as never), TypeError, "Cannot extend the thread: ");
    }
    const unknown = { schema: more, handle };
    assertThrows(() => thread.extend(unknown), TypeError, "got memory without the metric late");
    assertEquals(stats.threads().length, 1);
  });
});

describe("ThreadStats.extend()", () => {
  it("shows a metric to all readers of the memory, whatever their schema", () => {
    const stats = createTraffic();
    const other = attachTraffic(stats);
    const view = ThreadStats.inspect(stats.handle);
    const seen = new Window(other, { seconds: 60 });
    const http = stats.extend(defineSchema({ httpRequests: counter({ labels: ["method"] }) }));
    http.registerThread("server").metrics.httpRequests.labels({ method: "GET" }).add(3);
    for (const reader of [stats, other, http, view]) {
      const { metrics } = reader.snapshot() as Snapshot;
      assertEquals(metrics.httpRequests.series[0].value, 3);
      assertEquals(Object.keys(metrics).length, Object.keys(traffic.metrics).length + 1);
    }
    seen.take();
    // deno-lint-ignore no-explicit-any -- a metric of another schema
    assertEquals(typeof (seen as Window<any>).rate("httpRequests"), "number");
    assertEquals(Object.keys(http.metrics), ["httpRequests"]);
    assertEquals(http.schema.metrics.httpRequests.labels, ["method"]);
  });

  it("refuses what is no schema", () => {
    const stats = createTraffic();
    for (const given of [undefined, null, {}, { metrics: {} }, stats, stats.handle]) {
      assertThrows(
        () => stats.extend(given as never),
        TypeError,
        "Cannot extend the statistics: the schema must come from defineSchema",
      );
    }
  });
});
