import { assert, assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { StaleThreadError } from "../mod.ts";
import { Arena } from "../src/memory/arena.ts";
import { H_REFUSED_UPDATES } from "../src/memory/layout.ts";
import { assertRefuses, assertRefusesUnchanged } from "./metrics/observe.ts";
import { attachTraffic, createTraffic } from "./metrics/traffic.ts";

describe("Thread.unregister()", () => {
  it("keeps what was counted, and does nothing the second time", () => {
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

  it("is what `using` does at the end of the block", () => {
    const stats = createTraffic();
    {
      using thread = stats.registerThread("a");
      thread.metrics.packets.add(1);
      assertEquals(stats.threads()[0].state, "active");
    }
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

  /** How a thread can come to its end, and what its writers then say. */
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

  it("drops a burst that is open at the end, and can be discarded", () => {
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
