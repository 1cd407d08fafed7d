import { assertEquals, assertLess } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { allocatedBytesPerCall } from "../support/heap.ts";
import { bitOr, counter, defineSchema, max, min, record, sum, ThreadStats } from "../../mod.ts";

const schema = defineSchema({
  packets: counter(),
  requests: counter({ labels: ["method"] }),
  plain: record({ a: sum(), low: min(), high: max(), flags: bitOr() }),
  wide: record({ a: sum(), bytes: sum("u64") }),
  flow: record({ a: sum(), high: max() }, { labels: ["source"] }),
});

/** Calls that are made a million times and may not allocate. */
const CASES: Record<string, (stats: ThreadStats<typeof schema.metrics>) => () => void> = {
  "CounterWriter.add()": (stats) => {
    const { packets } = stats.registerThread().metrics;
    return () => packets.add();
  },
  "CounterWriter.add(n)": (stats) => {
    const { packets } = stats.registerThread().metrics;
    return () => packets.add(1.5);
  },
  "CounterWriter.add() of a bound child": (stats) => {
    const child = stats.registerThread().metrics.requests.labels({ method: "GET" });
    return () => child.add(2);
  },
  "RecordWriter.update() with a reused delta": (stats) => {
    const { plain } = stats.registerThread().metrics;
    const id = stats.metrics.plain.create();
    const delta = { a: 0.5, low: 0, high: 0, flags: 0 };
    return () => {
      delta.high++;
      delta.low--;
      delta.flags = delta.high & 0xff;
      plain.update(id, delta);
    };
  },
  "RecordWriter.update() of a u64 by numbers": (stats) => {
    const { wide } = stats.registerThread().metrics;
    const id = stats.metrics.wide.create();
    const delta = { a: 1, bytes: 1500 };
    return () => wide.update(id, delta);
  },
  "RecordBucketWriter.update() with a reused delta": (stats) => {
    const child = stats.registerThread().metrics.flow.labels({ source: "a" });
    const delta = { a: 1, high: 2 };
    return () => child.update(delta);
  },
};

/** Keeps bursts for a while, so that no compiler can optimize the objects away. */
const kept: unknown[] = new Array(1024).fill(undefined);
let turn = 0;
const keep = (burst: unknown) => {
  kept[turn = (turn + 1) & 1023] = burst;
};

/** Calls that are made a million times and may allocate nothing but the burst. */
const BURSTS: typeof CASES = {
  "RecordWriter.begin() and commit()": (stats) => {
    const { plain } = stats.registerThread().metrics;
    const id = stats.metrics.plain.create();
    return () => {
      const burst = plain.begin(id);
      keep(burst);
      burst.commit();
    };
  },
  "begin(), changes of properties and commit()": (stats) => {
    const { plain } = stats.registerThread().metrics;
    const id = stats.metrics.plain.create();
    return () => {
      const burst = plain.begin(id);
      keep(burst);
      burst.a += 0.5;
      burst.high = burst.a * 2;
      burst.flags |= 8;
      burst.commit();
    };
  },
  "begin(), merge() of a reused delta and commit()": (stats) => {
    const { wide } = stats.registerThread().metrics;
    const id = stats.metrics.wide.create();
    const delta = { a: 1, bytes: 2 ** 31 };
    return () => {
      const burst = wide.begin(id);
      keep(burst);
      burst.merge(delta);
      burst.merge(delta);
      burst.commit();
    };
  },
  "begin() and discard()": (stats) => {
    const child = stats.registerThread().metrics.flow.labels({ source: "a" });
    return () => {
      const burst = child.begin();
      keep(burst);
      burst.discard();
    };
  },
  "begin(), left open": (stats) => {
    const { plain } = stats.registerThread().metrics;
    const id = stats.metrics.plain.create();
    return () => keep(plain.begin(id));
  },
};

describe("no allocation", () => {
  for (const [name, prepare] of Object.entries(CASES)) {
    it(name, async () => {
      const stats = ThreadStats.create(schema);
      let calls = 0;
      const call = prepare(stats);
      assertLess(
        await allocatedBytesPerCall(() => {
          calls++;
          call();
        }),
        1,
      );
      assertLess(1e6, calls);
      assertEquals(stats.threads().length, 1);
    });
  }
});

describe("at most 64 bytes", () => {
  for (const [name, prepare] of Object.entries(BURSTS)) {
    it(name, async () => {
      const bytes = await allocatedBytesPerCall(prepare(ThreadStats.create(schema)));
      // The next larger size of an object is 80 bytes. JSC's heap statistics are exact to 10 %.
      assertLess(bytes, 72);
      assertLess(16, bytes, "the burst is an object of its own");
    });
  }
});
