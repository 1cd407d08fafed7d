import { assert, assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { type Seat, StaleThreadError, ThreadStats } from "../../mod.ts";
import { assertRefuses, assertRefusesUnchanged } from "../metrics/observe.ts";
import { createTraffic, traffic } from "../metrics/traffic.ts";
import { withClock } from "../support/clocks.ts";

const attach = (seat: Seat) => ThreadStats.attach(traffic, structuredClone(seat.handle));

describe("Seat.handle", () => {
  it("gives its slot to the first thread that takes it", () => {
    const stats = createTraffic();
    const seat = stats.reserveThread("worker-1");
    assertEquals(stats.threads(), [{ slot: 0, name: "worker-1", state: "reserved" }]);
    assert(Object.isFrozen(seat.handle));
    const thread = attach(seat).registerThread();
    assertEquals([thread.slot, thread.name], [seat.slot, "worker-1"]);
    assertEquals(stats.threads()[0].state, "active");
    thread.metrics.packets.add(2);
    assertEquals(stats.metrics.packets.perThread(), [{ thread: "worker-1", slot: 0, value: 2 }]);
    assertRefusesUnchanged(
      stats,
      () => attach(seat).registerThread(),
      TypeError,
      "Cannot register a thread: the seat must be free, got one that is taken",
    );
  });

  it("keeps others out of the slot", () => {
    const stats = createTraffic({ maxThreads: 2 });
    stats.reserveThread("a");
    assertEquals(stats.registerThread("a").slot, 1);
    assertRefusesUnchanged(
      stats,
      () => stats.registerThread(),
      RangeError,
      "Cannot register a thread: at most 2 at a time (maxThreads), got one more",
    );
    assertRefusesUnchanged(
      stats,
      () => stats.reserveThread(),
      RangeError,
      "Cannot reserve a thread: at most 2 at a time (maxThreads), got one more",
    );
  });

  it("is worth nothing when the seat is over", () => {
    const stats = createTraffic({ maxThreads: 1 });
    const what = "Cannot register a thread: the seat must be free, got";
    stats.registerThread().unregister(); // the slot's memory is allocated once, whoever asks first
    const revoked = stats.reserveThread();
    revoked.revoke();
    assertRefusesUnchanged(
      stats,
      () => attach(revoked).registerThread(),
      StaleThreadError,
      `${what} one that is revoked`,
    );
    revoked.revoke({ stopped: true });
    assertRefusesUnchanged(
      stats,
      () => attach(revoked).registerThread(),
      StaleThreadError,
      `${what} one that is retired`,
    );
    stats.reserveThread();
    assertRefusesUnchanged(
      stats,
      () => attach(revoked).registerThread(),
      StaleThreadError,
      `${what} one that is over`,
    );
  });

  it("lets the thread have a name of its own, and refuses bad ones", () => {
    const stats = createTraffic();
    const seat = stats.reserveThread("reserved");
    assertRefusesUnchanged(
      stats,
      () => attach(seat).registerThread(5 as unknown as string),
      TypeError,
      "Cannot register a thread: its name must be a string, got 5",
    );
    assertRefusesUnchanged(
      stats,
      () => attach(seat).registerThread("x".repeat(65)),
      RangeError,
      "Cannot register a thread: its name may have 64 UTF-16 code units, got 65",
    );
    assertEquals(attach(seat).registerThread("own").name, "own");
    assertEquals(stats.threads(), [{ slot: 0, name: "own", state: "active" }]);
  });

  it("is refused when its seat did not come from reserveThread", () => {
    const stats = createTraffic({ maxThreads: 2 });
    const bad = [null, 5, {}, { slot: -1, control: 9 }, { slot: 2, control: 9 }, {
      slot: 0.5,
      control: 9,
    }, {
      slot: 0,
    }, { slot: 0, control: "9" }];
    for (const seat of bad) {
      assertRefusesUnchanged(
        stats,
        () => ThreadStats.attach(traffic, { ...stats.handle, seat } as Seat["handle"]),
        TypeError,
        `Cannot attach to the handle: its seat must come from reserveThread, got ${
          typeof seat === "object" && seat !== null ? "an object" : JSON.stringify(seat)
        }`,
      );
    }
  });

  it("is read once: what its holder changes in it afterwards changes nothing", () => {
    const stats = createTraffic({ maxThreads: 2 });
    const seat = { ...stats.reserveThread("a").handle.seat! };
    const there = ThreadStats.attach(traffic, { ...stats.handle, seat });
    seat.slot = 1e6;
    assertEquals(there.registerThread().slot, 0);
  });
});

describe("Seat.revoke()", () => {
  it("fences the thread, keeps what it counted, and quarantines its slot", () => {
    const stats = createTraffic({ maxThreads: 1 });
    const seat = stats.reserveThread("a");
    const thread = attach(seat).registerThread();
    thread.metrics.packets.add(3);
    assertEquals(seat.revoke(), true);
    assertEquals(stats.threads(), [{ slot: 0, name: "a", state: "revoked" }]);
    assertEquals(stats.metrics.packets.read(), 3);
    assertRefuses(
      () => stats.registerThread("a"),
      RangeError,
      "Cannot register a thread: at most 1 at a time (maxThreads), got one more",
    );
    assertEquals(seat.revoke(), false);
    assertEquals(seat.revoke({ stopped: false }), false);
    assertEquals(stats.threads()[0].state, "revoked");
    assertEquals(seat.revoke({ stopped: true }), false);
    const next = stats.registerThread("b");
    next.metrics.packets.add(1);
    assertEquals(stats.metrics.packets.read(), 4);
  });

  it("has no quarantine when the thread has stopped", () => {
    const stats = createTraffic({ maxThreads: 1 });
    const seat = stats.reserveThread();
    assertEquals(seat.revoke({ stopped: true }), true);
    assertEquals(stats.threads(), [{ slot: 0, name: "thread-0", state: "retired" }]);
    assertEquals(stats.registerThread().slot, 0);
  });

  it("takes the quarantine from create(), in all threads", () => {
    const stats = createTraffic({ maxThreads: 1, quarantineSeconds: 0 });
    const seat = stats.reserveThread();
    const there = ThreadStats.attach(traffic, stats.handle);
    seat.revoke();
    assertEquals(there.registerThread("b").slot, 0);
  });

  for (const jump of [0, -10, -3600, 3600, -1.6e9, 1.6e9]) {
    it(`gives the slot free after the quarantine when the wall clock was set by ${jump} s meanwhile`, () => {
      withClock((pass) => {
        const stats = createTraffic({ maxThreads: 1, quarantineSeconds: 60 });
        const seat = stats.reserveThread("a");
        attach(seat).registerThread().metrics.packets.add(2);
        seat.revoke();
        pass(jump);
        for (let n = 0; n < 6; n++) {
          assertThrows(() => stats.registerThread("b"), RangeError);
          pass(10);
        }
        pass(10);
        // Looking is enough, for all threads.
        stats.snapshot();
        const there = ThreadStats.attach(traffic, structuredClone(stats.handle));
        assertEquals(there.registerThread("b").slot, 0);
      });
    });
  }

  it("is false for a thread that left by itself, and spares the slot's next owner", () => {
    const stats = createTraffic({ maxThreads: 1 });
    const seat = stats.reserveThread();
    attach(seat).registerThread().unregister();
    assertEquals(seat.revoke(), false);
    const next = stats.registerThread("next");
    assertEquals(seat.revoke({ stopped: true }), false);
    next.metrics.packets.add(1);
    assertEquals(stats.metrics.packets.read(), 1);
  });

  it("refuses options of the wrong shape", () => {
    const stats = createTraffic();
    const seat = stats.reserveThread();
    const bad: [unknown, string][] = [
      [null, "the options must be an object, got null"],
      [true, "the options must be an object, got true"],
      [{ stopped: 1 }, "stopped must be a boolean, got 1"],
      [{ stopped: "yes" }, 'stopped must be a boolean, got "yes"'],
      [{ stopped: null }, "stopped must be a boolean, got null"],
    ];
    for (const [options, text] of bad) {
      assertRefusesUnchanged(
        stats,
        () => seat.revoke(options as { stopped: boolean }),
        TypeError,
        `Cannot revoke the seat: ${text}`,
      );
    }
  });
});
