import { assert, assertEquals, assertThrows } from "@std/assert";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { counter, defineSchema, record, StaleThreadError, sum, ThreadStats } from "../../mod.ts";
import { Random } from "../support/random.ts";
import { killAt, Killed, publishByAtomics, suspendAt, withHook } from "./interleaver.ts";
import { scaled } from "./scale.ts";
import { withClocks } from "../support/clocks.ts";

const schema = defineSchema({
  hits: counter({ labels: ["key"], maxSeries: 12 }),
  flow: record({ a: sum(), n: sum("u64") }, { labels: ["x", "y"], maxSeries: 12 }),
  plain: record({ a: sum(), n: sum("u64") }),
});

type Stats = ThreadStats<typeof schema.metrics>;
const KEYS = ["a", "b", "c", "d"];

/** What one update of this series adds: tells series apart. */
function marker(...labels: string[]): number {
  let value = 7;
  for (const label of labels) value = value * 31 + label.charCodeAt(0);
  return value;
}

function newSimulation(seed: number, options: { kill: number; switch: number; threads: number }) {
  const random = new Random(seed);
  const pick = <T>(list: readonly T[]): T => random.pick(list);
  const main = ThreadStats.create(schema, { maxThreads: 64, quarantineSeconds: 0 });
  const trace: string[] = [];
  let kills = 0;

  function spawn() {
    const seat = main.reserveThread();
    const stats: Stats = ThreadStats.attach(schema, seat.handle);
    const thread = stats.registerThread();
    const bound: (() => void)[] = [];
    return { seat, stats, thread, bound, busy: false, dead: false };
  }
  type Simulated = ReturnType<typeof spawn>;
  const threads: Simulated[] = Array.from({ length: options.threads }, spawn);

  function checkRead(value: { a: number; n: bigint }, factor: number, what: string) {
    if (value.a !== Number(value.n) * factor) {
      throw new Error(`${what}: ${value.a} is not ${value.n} x ${factor}`);
    }
  }

  function step(t: Simulated): string {
    const { stats, thread } = t;
    const x = pick(KEYS), y = pick(KEYS);
    const action = random.below(14);
    switch (action) {
      case 0: {
        const child = thread.metrics.flow.labels({ x, y });
        child.update({ a: marker(x, y), n: 1 });
        return `flow ${x}${y}`;
      }
      case 1:
      case 2: {
        const child = thread.metrics.flow.labels({ x, y });
        if (t.bound.length > 6) t.bound.shift();
        t.bound.push(() => child.update({ a: marker(x, y), n: 1 }));
        return `bind ${x}${y}`;
      }
      case 3:
      case 4:
        if (t.bound.length > 0) pick(t.bound)();
        return "bound";
      case 5:
      case 6:
        stats.metrics.flow.destroy({ x, y });
        return `destroy ${x}${y}`;
      case 7:
        checkRead(stats.metrics.flow.read({ x, y }), marker(x, y), `read ${x}${y}`);
        return `read ${x}${y}`;
      case 8: {
        const seen = new Set<string>();
        for (const { labels, value } of stats.metrics.flow.series()) {
          if (labels.otel_metric_overflow !== undefined || labels.x === undefined) continue;
          checkRead(value, marker(labels.x!, labels.y!), `series ${labels.x}${labels.y}`);
          const text = `${labels.x}${labels.y}`;
          if (seen.has(text)) throw new Error(`series(): ${text} twice`);
          seen.add(text);
        }
        return "series";
      }
      case 9:
        thread.metrics.hits.labels({ key: x }).add(marker(x));
        return `hits ${x}`;
      case 10:
        stats.metrics.hits.destroy({ key: x });
        return `destroy hits ${x}`;
      case 11: {
        const value = stats.metrics.hits.read({ key: x });
        if (value % marker(x) !== 0) throw new Error(`hits ${x}: ${value} of ${marker(x)}`);
        return `read hits ${x}`;
      }
      case 12:
        stats.metrics.flow.clear({ x, y });
        return `clear ${x}${y}`;
      default: {
        const id = stats.metrics.plain.create();
        const burst = thread.metrics.plain.begin(id);
        burst.a += 3;
        burst.n += 1n;
        burst.commit();
        checkRead(stats.metrics.plain.read(id), 3, `plain ${id}`);
        stats.metrics.plain.destroy(id);
        return `plain ${id}`;
      }
    }
  }

  function run(index: number, depth: number): void {
    const t = threads[index];
    t.busy = true;
    let note = "";
    try {
      note = withHook(() => {
        if (t.dead) throw new Killed();
        if (options.kill > 0 && random.fraction() < options.kill) {
          t.dead = true;
          throw new Killed();
        }
        if (depth < 3 && random.fraction() < options.switch) {
          for (let more = 1 + random.below(4); more > 0; more--) {
            const idle = threads.map((_, n) => n).filter((n) => !threads[n].busy);
            if (idle.length > 0) run(pick(idle), depth + 1);
          }
        }
      }, () => step(t));
    } catch (error) {
      if (error instanceof Killed) {
        kills++;
        note = "killed";
      } else if (error instanceof RangeError && /live|maxSeries/.test(error.message)) {
        note = "refused";
      } else if (error instanceof StaleThreadError) {
        note = "stale";
      } else {
        throw error;
      }
    }
    t.busy = false;
    if (t.dead) {
      t.seat.revoke({ stopped: true });
      threads[index] = spawn();
    }
    if (trace.length > 60) trace.splice(0, 30);
    trace.push(`${"  ".repeat(depth)}${index}: ${note}`);
  }

  /** Nobody is inside an operation: everything must add up. */
  function checkQuiet(): void {
    for (const stats of [main, ...threads.map((t) => t.stats)]) {
      const seen = new Map<string, number>();
      let overflows = 0;
      for (const { id, labels } of stats.metrics.flow.series()) {
        if (labels.otel_metric_overflow !== undefined) overflows++;
        else if (labels.x !== undefined) {
          const text = `${labels.x}${labels.y}`;
          if (seen.has(text)) throw new Error(`live twice: ${text} as ${seen.get(text)} and ${id}`);
          seen.set(text, id);
        }
      }
      if (overflows > 1) throw new Error(`${overflows} overflow series`);
      for (const [text, id] of seen) {
        assertEquals(stats.metrics.flow.id({ x: text[0], y: text[1] }), id);
      }
      const keys = stats.metrics.hits.series().map(({ labels }) => labels.key);
      if (new Set(keys).size !== keys.length) throw new Error(`hits live twice: ${keys}`);
    }
  }

  return {
    run: (rounds: number) => {
      for (let round = 0; round < rounds; round++) {
        try {
          run(random.below(threads.length), 0);
          if (round % 8 === 0) checkQuiet();
        } catch (error) {
          throw new Error(
            `seed ${seed}, round ${round}: ${(error as Error).message}\n${
              trace.slice(-30).join("\n")
            }`,
            {
              cause: error,
            },
          );
        }
      }
      return kills;
    },
  };
}

/** Three attachments to new memory, as three threads would have them. */
function newThreads(options: { maxThreads?: number } = {}) {
  const main = ThreadStats.create(schema, { quarantineSeconds: 0, ...options });
  const attach = () => ThreadStats.attach(schema, main.handle);
  return { main, one: attach(), other: attach() };
}

/**
 * Calls `attempt` with 0, 1, 2 ... until it returns that its operation has no such call of
 * `Atomics`.
 */
function atEachAccess(attempt: (call: number) => boolean): void {
  let call = 0;
  while (attempt(call)) call++;
  assert(call > 0, "no access at all");
}

const AB = { x: "a", y: "b" };
const CD = { x: "c", y: "d" };

/** Makes each access of the library to shared memory one that can be hooked. */
function hookAll(): void {
  let undo: () => void;
  beforeAll(() => void (undo = publishByAtomics()));
  afterAll(() => undo());
}

describe("LabelledReader", () => {
  hookAll();

  it("read(labels) of a thread suspended at any access is not taken in by the bucket's next life", () => {
    atEachAccess((call) => {
      const { main, one, other } = newThreads();
      const thread = main.registerThread();
      const add = (labels: { x: string; y: string }, a: number) =>
        thread.metrics.flow.labels(labels).update({ a, n: 1 });
      add(AB, 1);
      one.metrics.flow.read(AB);
      const { result, suspended } = suspendAt(call, () => {
        other.metrics.flow.destroy(AB);
        add(CD, 1000);
      }, () => one.metrics.flow.read(AB));
      assert(result.a === 1 || result.a === 0, `at ${call}: ${result.a}`);
      return suspended;
    });
  });

  it("read(labels) ends though at each of its accesses others make and destroy buckets", () => {
    const many = defineSchema({ hits: counter({ labels: ["key"], maxSeries: 1000 }) });
    const main = ThreadStats.create(many);
    for (let n = 0; n < 300; n++) main.metrics.hits.id({ key: `live ${n}` });
    const reader = ThreadStats.attach(many, main.handle);
    let accesses = 0;
    const value = withHook(() => {
      // Slower than the log is overwritten: 1024 creations.
      for (let n = 0; n < 4; n++) main.metrics.hits.destroy(main.metrics.hits.id({ key: "new" }));
      if (++accesses > 20_000) throw new Error("The read does not end");
    }, () => reader.metrics.hits.read({ key: "absent" }));
    assertEquals(value, 0);
  });

  for (const verb of ["clear", "destroy"] as const) {
    it(`${verb}(labels) of a thread suspended at any access leaves the bucket's next life alone`, () => {
      atEachAccess((call) => {
        const { main, one, other } = newThreads();
        const thread = main.registerThread();
        thread.metrics.flow.labels(AB).update({ a: 1, n: 1 });
        one.metrics.flow.read(AB);
        const { suspended } = suspendAt(call, () => {
          try {
            other.metrics.flow.destroy(AB);
          } catch (error) {
            if (!(error instanceof RangeError)) throw error; // it was destroyed already
          }
          thread.metrics.flow.labels(CD).update({ a: 1000, n: 1 });
        }, () => {
          try {
            one.metrics.flow[verb](AB);
          } catch (error) {
            if (!(error instanceof RangeError)) throw error;
          }
        });
        if (suspended) assertEquals(main.metrics.flow.read(CD).a, 1000, `at ${call}`);
        return suspended;
      });
    });
  }

  it("series() of a thread suspended at any access has no labels twice and no foreign values", () => {
    for (const first of [AB, CD]) {
      atEachAccess((call) => {
        const { main, one, other } = newThreads();
        const thread = main.registerThread();
        const add = (labels: { x: string; y: string }) =>
          thread.metrics.flow.labels(labels).update({ a: marker(labels.x, labels.y), n: 1 });
        const second = first === AB ? CD : AB;
        add(first);
        add(second);
        const { result, suspended } = suspendAt(call, () => {
          // Its labels move to a higher id, and another bucket takes its own.
          other.metrics.flow.destroy(first);
          add({ x: "b", y: "a" });
          add(first);
        }, () => one.metrics.flow.series());
        const texts = result.map(({ labels }) => `${labels.x}${labels.y}`);
        assertEquals(new Set(texts).size, texts.length, `at ${call}: ${texts}`);
        for (const { labels, value } of result) {
          assert(value.a === Number(value.n) * marker(labels.x!, labels.y!), `at ${call}`);
        }
        return suspended;
      });
    }
  });

  it("series() has no labels twice that moved to a segment which is read later", () => {
    const many = defineSchema({ hits: counter({ labels: ["key"], maxSeries: 100 }) });
    let hits = 0;
    for (let call = 1;; call++) {
      const main = ThreadStats.create(many);
      const other = ThreadStats.attach(many, main.handle);
      // The epochs of a segment are read together, so a reader sees the second bucket only if it is
      // in another segment.
      for (let n = 0; n < 64; n++) main.metrics.hits.id({ key: `key ${n}` });
      main.metrics.hits.series();
      const { result, suspended } = suspendAt(call, () => {
        other.metrics.hits.destroy({ key: "key 0" });
        other.metrics.hits.id({ key: "takes its id" });
        assertEquals(other.metrics.hits.id({ key: "key 0" }), 64);
      }, () => main.metrics.hits.series());
      const keys = result.map(({ labels }) => labels.key);
      assertEquals(new Set(keys).size, keys.length, `at ${call}: ${keys}`);
      if (!suspended) break;
      hits++;
    }
    assert(hits > 5, `suspended ${hits} times`);
  });
});

describe("LabelledRecordWriter.labels()", () => {
  hookAll();

  /** What other threads may do meanwhile. */
  const MEANWHILE: Record<string, (stats: ThreadStats<typeof schema.metrics>) => void> = {
    "makes the same": (stats) => void stats.metrics.flow.id(AB),
    "makes and destroys the same": (stats) => {
      stats.metrics.flow.id(AB);
      stats.metrics.flow.destroy(AB);
    },
    "makes and destroys another": (stats) => {
      stats.metrics.flow.id(CD);
      stats.metrics.flow.destroy(CD);
    },
    "makes another, destroys it, and makes the same": (stats) => {
      stats.metrics.flow.id(CD);
      stats.metrics.flow.destroy(CD);
      stats.metrics.flow.id(AB);
    },
    "makes more than the log holds": (stats) => {
      for (let n = 0; n < 1100; n++) {
        stats.metrics.flow.id(CD);
        stats.metrics.flow.destroy(CD);
      }
    },
    "uses its text for another metric": (stats) => {
      stats.metrics.hits.id({ key: "a" });
      stats.metrics.hits.destroy({ key: "a" });
      stats.metrics.hits.id({ key: "b" });
    },
  };
  for (const [what, action] of Object.entries(MEANWHILE)) {
    it(`of a thread suspended at any access makes one bucket while another ${what}`, () => {
      atEachAccess((call) => {
        const { main, one, other } = newThreads();
        const thread = one.registerThread();
        // Texts to be recycled.
        main.metrics.flow.id({ x: "b", y: "b" });
        main.metrics.flow.destroy({ x: "b", y: "b" });
        const { result, suspended } = suspendAt(
          call,
          () => action(other),
          () => thread.metrics.flow.labels(AB),
        );
        try {
          result.update({ a: marker("a", "b"), n: 1 });
        } catch (error) {
          if (!(error instanceof RangeError)) throw error; // destroyed since
        }
        for (const stats of [main, one, other]) {
          const all = stats.metrics.flow.series();
          const texts = all.map(({ labels }) => `${labels.x}${labels.y}`);
          assertEquals(new Set(texts).size, texts.length, `at ${call}: ${texts}`);
          for (const { id, labels, value } of all) {
            assertEquals(stats.metrics.flow.id({ x: labels.x!, y: labels.y! }), id, `at ${call}`);
            assert(value.a === Number(value.n) * marker(labels.x!, labels.y!), `at ${call}`);
          }
          assertEquals(
            stats.metrics.flow.id({ x: "d", y: "d" }),
            all.length === 0 ? 0 : all.length,
            `at ${call}`,
          );
          stats.metrics.flow.destroy({ x: "d", y: "d" });
        }
        return suspended;
      });
    });
  }

  it("of a thread killed at any access leaves a metric that works", () => {
    atEachAccess((call) => {
      const { main, one, other } = newThreads();
      main.metrics.flow.id(CD);
      const thread = one.registerThread();
      const killed = killAt(call, () => thread.metrics.flow.labels(AB).update({ a: 1, n: 1 }));
      const id = other.metrics.flow.id(AB);
      assertEquals(main.metrics.flow.id(AB), id);
      assertEquals(other.metrics.flow.series().length, 2, `at ${call}`);
      assert(main.metrics.flow.read(AB).a === (killed ? 0 : 1) || killed);
      other.metrics.flow.destroy(AB);
      assertEquals(main.metrics.flow.ids(), [0]);
      assert(main.metrics.flow.id(AB) <= 2, `at ${call}`);
      return killed;
    });
  });

  it("finds the ids that killed threads have hidden before it calls a metric full", () => {
    atEachAccess((call) => {
      const { main, one, other } = newThreads();
      const labels = (n: number) => ({ x: String(n), y: "" });
      for (let n = 0; n < 12; n++) main.metrics.flow.id(labels(n));
      other.metrics.flow.id(labels(5));
      const killed = killAt(call, () => one.metrics.flow.destroy(labels(5)));
      const isLive = main.metrics.flow.ids().includes(5);
      const id = other.metrics.flow.id({ x: "new", y: "" });
      assertEquals(id, isLive ? 12 : 5, `at ${call}`);
      return killed;
    });
  });
});

describe("RecordReader.create()", () => {
  hookAll();

  it("of a thread suspended at any access adds one segment when another adds one at once", () => {
    for (const live of [63, 64, 192]) {
      atEachAccess((call) => {
        const { main, one, other } = newThreads();
        for (let n = 0; n < live; n++) main.metrics.plain.create();
        const ids: number[] = [];
        const { suspended } = suspendAt(call, () => {
          ids.push(other.metrics.plain.create(), other.metrics.plain.create());
        }, () => ids.push(one.metrics.plain.create()));
        if (suspended) {
          assertEquals(ids.sort((a, b) => a - b), [live, live + 1, live + 2], `at ${call}`);
        }
        return suspended;
      });
    }
  });

  it("of a thread killed at any access hides no id for longer than one growth", () => {
    for (const grown of [0, 63, 64]) {
      atEachAccess((call) => {
        const { main, one, other } = newThreads();
        for (let n = 0; n < grown; n++) main.metrics.plain.create();
        const killed = killAt(call, () => {
          one.metrics.plain.create();
          one.metrics.plain.destroy(0);
        });
        const live = new Set(main.metrics.plain.ids());
        const room = grown === 64 ? 192 : 64;
        const made = [];
        while (live.size + made.length < room) made.push(other.metrics.plain.create());
        assertEquals(new Set([...live, ...made]).size, room, `at ${call}`);
        assert(made.every((id) => id < room), `at ${call}: ${made.at(-1)}`);
        return killed;
      });
    }
  });
});

describe("RecordWriter.update()", () => {
  hookAll();

  it("of a thread killed at any access loses nothing but itself, and its successor goes on", () => {
    for (const earlier of [0, 1, 2]) {
      atEachAccess((call) => {
        const { main } = newThreads();
        const id = main.metrics.plain.create();
        const seat = main.reserveThread();
        const one = ThreadStats.attach(schema, seat.handle).registerThread();
        for (let n = 0; n < earlier; n++) one.metrics.plain.update(id, { a: 1, n: 1 });
        const killed = killAt(call, () => {
          const burst = one.metrics.plain.begin(id);
          burst.a += 1;
          burst.n += 1n;
          burst.commit();
        });
        const { a, n } = main.metrics.plain.read(id);
        assertEquals(a, Number(n), `at ${call}`);
        assert(killed ? a === earlier || a === earlier + 1 : a === earlier + 1, `at ${call}`);
        seat.revoke({ stopped: true });
        assertThrows(() => one.metrics.plain.update(id, { a: 1 }), StaleThreadError);
        const successor = main.registerThread();
        assertEquals(successor.slot, one.slot);
        successor.metrics.plain.update(id, { a: 1, n: 1 });
        assertEquals(main.metrics.plain.read(id), { a: a + 1, n: n + 1n }, `at ${call}`);
        return killed;
      });
    }
  });
});

describe("RecordBucketWriter", () => {
  hookAll();

  for (const verb of ["update", "begin"] as const) {
    it(`${verb}() of a thread suspended at any access never shows in the bucket's next life`, () => {
      for (const earlier of [0, 1]) {
        atEachAccess((call) => {
          const { main, one, other } = newThreads();
          const child = one.registerThread().metrics.flow.labels(AB);
          const successor = other.registerThread();
          for (let n = 0; n < earlier; n++) child.update({ a: 1, n: 1 });
          const { suspended } = suspendAt(call, () => {
            other.metrics.flow.destroy(AB);
            // The same id; with one update of its own.
            const next = successor.metrics.flow.labels(CD);
            assertEquals(next.id, child.id);
            next.update({ a: 1000, n: 1 });
          }, () => {
            try {
              if (verb === "update") return child.update({ a: 1, n: 1 });
              const burst = child.begin();
              burst.a += 1;
              burst.n += 1n;
              burst.commit();
            } catch (error) {
              if (!(error instanceof RangeError)) throw error;
            }
          });
          if (suspended) assertEquals(main.metrics.flow.read(CD), { a: 1000, n: 1n }, `at ${call}`);
          if (suspended) assertThrows(() => child.update({ a: 1, n: 1 }), RangeError, "live");
          return suspended;
        });
      }
    });
  }

  it("drops a burst that was begun in a life of the bucket that is over", () => {
    const { main, one, other } = newThreads();
    const child = one.registerThread().metrics.flow.labels(AB);
    const burst = child.begin();
    burst.a = 1;
    other.metrics.flow.destroy(AB);
    assertEquals(other.metrics.flow.id(CD), child.id);
    burst.commit();
    assertEquals(main.metrics.flow.read(CD), { a: 0, n: 0n });
  });
});

describe("CounterWriter.add()", () => {
  hookAll();

  it("of a thread suspended at any access never shows in the bucket's next life", () => {
    atEachAccess((call) => {
      const { main, one, other } = newThreads();
      const child = one.registerThread().metrics.hits.labels({ key: "a" });
      const { suspended } = suspendAt(call, () => {
        other.metrics.hits.destroy({ key: "a" });
        other.metrics.hits.id({ key: "b" });
      }, () => {
        try {
          child.add();
        } catch (error) {
          if (!(error instanceof RangeError)) throw error;
        }
      });
      if (suspended) assertEquals(main.metrics.hits.read({ key: "b" }), 0, `at ${call}`);
      return suspended;
    });
  });
});

describe("ThreadStats.registerThread()", () => {
  hookAll();

  it("of a thread suspended at any access finds a slot when there is always one free", () => {
    for (const name of [undefined, "a", "b"]) {
      for (const order of [0, 1]) {
        atEachAccess((call) => {
          const { main, one, other } = newThreads({ maxThreads: 2 });
          const both = order === 0
            ? [other.registerThread("b"), main.registerThread("a")]
            : [main.registerThread("a"), other.registerThread("b")].reverse();
          both[1].unregister();
          const { suspended } = suspendAt(call, () => {
            // Never more than one slot at a time, but another one now.
            both[0].unregister();
            both[0] = other.registerThread("a");
          }, () => {
            const thread = one.registerThread(name);
            assert(thread.slot !== both[0].slot, `at ${call}`);
          });
          return suspended;
        });
      }
    }
  });

  it("of a thread killed at any access costs one slot at most", () => {
    atEachAccess((call) => {
      const { main, one } = newThreads({ maxThreads: 3 });
      const killed = killAt(call, () => one.registerThread("victim"));
      const slots = [main.registerThread().slot, main.registerThread().slot];
      assertEquals(new Set(slots).size, 2);
      main.metrics.hits.series();
      assert(main.threads().length <= 3);
      return killed;
    });
  });

  it("of a thread killed at any access leaves a slot that says whose it is, or is free after the quarantine", () => {
    withClocks(({ pass }) => {
      atEachAccess((call) => {
        const { main, one } = newThreads({ maxThreads: 1 });
        const killed = killAt(call, () => one.registerThread("victim"));
        let isFree = false;
        try {
          main.registerThread();
          isFree = true;
        } catch (error) {
          assert(error instanceof RangeError);
        }
        const [slot] = main.threads();
        if (!isFree && slot.state === "active") {
          assert(slot.since !== undefined, `at ${call}: no sign of its death leads to the slot`);
        } else if (!isFree) {
          pass(61);
          assertEquals(main.registerThread().slot, 0, `at ${call}`);
        }
        return killed;
      });
    });
  });

  it("takes another slot when it was held up for so long that others took it for dead", () => {
    withClocks(({ pass }) => {
      atEachAccess((call) => {
        const { main, one } = newThreads({ maxThreads: 2 });
        const { result: thread, suspended } = suspendAt(call, () => {
          main.threads();
          pass(61);
          main.threads();
        }, () => one.registerThread());
        thread.metrics.hits.labels({ key: "a" }).add();
        assertEquals(main.metrics.hits.read({ key: "a" }), 1);
        assertEquals(main.threads().filter(({ state }) => state === "active").length, 1);
        return suspended;
      });
    });
  });
});

describe("Seat.revoke()", () => {
  hookAll();

  it("of a thread suspended at any access does not end the quarantine of the slot's next owner", () => {
    atEachAccess((call) => {
      const main = ThreadStats.create(schema, { quarantineSeconds: 1000 });
      const seat = main.reserveThread();
      let fenced = false;
      const { suspended } = suspendAt(call, () => {
        try {
          ThreadStats.attach(schema, seat.handle).registerThread().unregister();
        } catch (error) {
          if (!(error instanceof StaleThreadError)) throw error;
          return; // it was revoked already
        }
        const next = main.reserveThread();
        assertEquals(next.slot, seat.slot);
        ThreadStats.attach(schema, next.handle).registerThread();
        fenced = next.revoke();
      }, () => seat.revoke());
      if (fenced) assert(main.registerThread().slot !== seat.slot, `at ${call}`);
      return suspended;
    });
  });
});

describe("ThreadStats", () => {
  hookAll();

  it("keeps labelled buckets unique and unmixed when threads are suspended at any access", () => {
    for (let seed = 1; seed <= scaled(50); seed++) {
      newSimulation(seed, { kill: 0, switch: 0.01, threads: 4 }).run(250);
    }
  });

  it("keeps labelled buckets unique and unmixed when threads are killed at any access", () => {
    let kills = 0;
    for (let seed = 1; seed <= scaled(50); seed++) {
      kills += newSimulation(seed, { kill: 0.002, switch: 0.01, threads: 4 }).run(250);
    }
    assert(kills > 100);
  });
});
