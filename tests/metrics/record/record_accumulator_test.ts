import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { defineSchema, max, record, type RecordWriter, sum, ThreadStats } from "../../../mod.ts";
import { Arena } from "../../../src/memory/arena.ts";
import { H_READ_RETRIES } from "../../../src/memory/layout.ts";
import { capacityOf, MANY_SHIFT } from "../../../src/memory/segments.ts";
import { RecordAccumulator } from "../../../src/metrics/record/record_accumulator.ts";
import { makeKernel } from "../../../src/metrics/record/record_kernel.ts";
import {
  layoutOf,
  recordSegmentParts,
  WAITING,
} from "../../../src/metrics/record/record_layout.ts";
import { columnOf } from "../../../src/metrics/metric.ts";
import { CellSegments } from "../../../src/threads/cell_segments.ts";
import { SlotDirectory } from "../../../src/threads/slot_directory.ts";

const fields = { a: sum(), b: sum("u64"), top: max() } as const;
const schema = defineSchema({ r: record(fields) });

/**
 * A bucket, its writer, and a reader whose copies are interrupted: `during` runs in the middle of
 * each, as another thread would.
 */
function makeReader(tries?: number) {
  const stats = ThreadStats.create(schema, { maxThreads: 2 });
  const writer: RecordWriter<typeof fields> = stats.registerThread("writer").metrics.r;
  const ids = [stats.metrics.r.create(), stats.metrics.r.create()];
  let sequence = 0;
  /** Commits in which all fields hold the same number. */
  const commit = (id = ids[0]) => {
    const burst = writer.begin(id);
    burst.a = ++sequence;
    burst.b = BigInt(sequence);
    burst.top = sequence;
    burst.commit();
  };
  for (const id of ids) commit(id);

  const layout = layoutOf(fields);
  const kernel = makeKernel(layout);
  const arena = new Arena(stats.handle);
  const slots = new SlotDirectory(arena, 2, 60);
  const segments = new CellSegments(arena, slots);
  const place = { column: columnOf(0), shift: MANY_SHIFT };
  const start = segments.locate(0, place, 0);
  const parts = recordSegmentParts(layout, capacityOf(0, MANY_SHIFT));
  const { i32 } = arena.views();
  const copies: number[] = [];
  let during: (copy: number) => void = () => {};
  const cells = new RecordAccumulator({ arena, cells: segments }, {
    ...place,
    layout,
    tries,
    kernel: {
      ...kernel,
      copy(values, bits, base, toValues, toBits, to) {
        copies.push(base);
        // Half before and half after, so that a copy that is not dropped shows as a mix.
        toValues[to] = values[base];
        during(copies.length);
        const first = toValues[to];
        kernel.copy(values, bits, base, toValues, toBits, to);
        toValues[to] = first;
      },
    },
  });
  return {
    writer,
    ids,
    commit,
    copies,
    version: () => Atomics.load(i32, (start + parts.versions) / 4),
    /** Does what another reader of bucket `offset` does when it needs help. */
    ask: (offset: number) => Atomics.or(i32, (start + parts.versions) / 4 + offset, WAITING),
    /** Takes a request back. */
    unask: () => Atomics.and(i32, (start + parts.versions) / 4, ~WAITING),
    setVersion: (version: number) => Atomics.store(i32, (start + parts.versions) / 4, version),
    setRescueSequence: (n: number) => Atomics.store(i32, (start + parts.rescue) / 4, n),
    retries: () => Atomics.load(i32, H_READ_RETRIES),
    slots: (start + parts.slots) / 8,
    rescue: (start + parts.rescue + 16) / 8,
    /** Reads bucket 0, with `interrupt` in the middle of each copy. */
    read(interrupt: (copy: number) => void = () => {}, epoch = 1, offset = 0) {
      copies.length = 0;
      during = interrupt;
      cells.reset();
      const found = cells.merge(0, 0, offset, epoch);
      during = () => {};
      return found ? cells.value() : undefined;
    },
    sequence: () => sequence,
  };
}

const same = (n: number) => ({ a: n, b: BigInt(n), top: n });

describe("RecordAccumulator.merge()", () => {
  it("reads the latest commit, in one copy if nobody interferes", () => {
    const { read, commit, copies, slots, retries } = makeReader();
    for (let n = 3; n < 10; n++) {
      commit();
      assertEquals(read(), same(n));
      assertEquals(copies.length, 1);
    }
    assert(copies[0] >= slots);
    assertEquals(retries(), 0);
  });

  it("drops a copy during which the writer has committed, and tries again", () => {
    const { read, commit, copies, retries, sequence } = makeReader();
    assertEquals(read((copy) => copy <= 3 && commit()), same(5));
    assertEquals([copies.length, sequence()], [4, 5]);
    assertEquals(retries(), 3);
  });

  it("reads the latest commit while the writer is in the middle of a burst", () => {
    const { read, writer, ids, copies } = makeReader();
    const burst = writer.begin(ids[0]);
    assertEquals(
      read(() => {
        burst.a = 77;
        burst.top = 77;
      }),
      same(1),
    );
    assertEquals(copies.length, 1);
    burst.discard();
  });

  it("asks for help after `tries` copies, and takes the copy in the rescue slot", () => {
    for (const tries of [0, 1, 5, 64]) {
      const { read, commit, copies, rescue, version, sequence, retries } = makeReader(tries);
      let rescued = false;
      const value = read(() => {
        rescued = copies.at(-1) === rescue;
        if (!rescued) commit();
      });
      assert(rescued);
      assertEquals(copies.length, tries + 2, "one copy more of the record, one of the rescue slot");
      assertEquals(value, same(sequence()));
      assertEquals(retries(), tries);
      assertEquals(version() & WAITING, 0, "the writer has taken the request back");
    }
  });

  it("asks for help after 64 copies by default", () => {
    const { read, commit, copies } = makeReader();
    read(() => copies.length <= 65 && commit());
    assertEquals(copies.length, 66);
  });

  it("takes the record itself if the writer stops after the request", () => {
    const { read, copies, version, sequence, rescue } = makeReader(0);
    assertEquals(read(), same(1));
    assertEquals(copies.length, 1);
    assert(!copies.includes(rescue));
    assertEquals(version() & WAITING, WAITING, "the request stands until the next commit");
    assertEquals(sequence(), 2);
  });

  it("is not disturbed by an open request, which the next commit answers", () => {
    const { read, commit, version } = makeReader(0);
    read();
    assertEquals(version() & WAITING, WAITING);
    assertEquals(read(), same(1));
    commit();
    assertEquals(version() & WAITING, 0);
    assertEquals(read(), same(3));
  });

  it("does not take the copy of another record, and asks again", () => {
    const { read, commit, ask, copies, ids, rescue, sequence } = makeReader(0);
    const value = read((copy) => {
      if (copies.at(-1) === rescue) return;
      commit(ids[0]); // helps this reader ...
      if (copy > 2) return;
      ask(1);
      commit(ids[1]); // ... and then that of the other record: there is one rescue slot
    });
    assertEquals(copies.filter((base) => base === rescue).length, 1);
    assertEquals(copies.length, 4);
    assertEquals(value, same(sequence()));
  });

  it("does not take a copy that was made before it asked", () => {
    const { read, commit, copies, rescue, version, sequence } = makeReader(0);
    read((copy) => copy === 1 && commit()); // the rescue slot holds commit 3
    commit(); // 4, and nobody had asked
    assertEquals(version() & WAITING, 0);
    let commits = 0;
    const value = read(() => {
      if (copies.at(-1) !== rescue && commits++ < 1) commit();
    });
    assertEquals(value, same(sequence()));
  });

  it("does not take a copy that was made more than 2^30 commits before it asked", () => {
    const { read, commit, unask, setVersion, version, sequence } = makeReader(0);
    read((copy) => copy === 1 && commit()); // the rescue slot holds commit 3
    // As after that many commits: both versions name the same slot.
    setVersion((version() + 2 ** 31 + 2 ** 30) | 0);
    const value = read((copy) => {
      if (copy > 1) return;
      // As if the writer had been suspended before its answer.
      unask();
      commit();
    });
    assertEquals(value, same(sequence()));
  });

  it("asks again though a writer was killed while it wrote the rescue slot", () => {
    const { read, commit, copies, rescue, unask, setRescueSequence, sequence } = makeReader(0);
    setRescueSequence(1);
    let commits = 0;
    const value = read((copy) => {
      // The request is lost once, as when it falls between the two steps of an answer to another.
      if (copy === 1) unask();
      if (copies.at(-1) !== rescue && commits++ < 20) commit();
    });
    assert(commits < 20, `${commits}`);
    assertEquals(value, same(sequence()));
  });

  it("drops a copy of the rescue slot that the writer has overwritten meanwhile", () => {
    const { read, commit, ask, copies, rescue } = makeReader(0);
    let overwritten = 0;
    const value = read(() => {
      if (copies.at(-1) !== rescue) return commit();
      if (overwritten++ > 0) return;
      // Another reader asks and is answered, in the middle of our copy of the rescue slot.
      ask(0);
      commit();
    });
    assertEquals(overwritten, 2);
    assert(value!.a! > 3, "not the one that was overwritten");
    assertEquals(value, same(Number(value!.a)));
  });

  it("finds nothing in another epoch, another slot or an unused bucket", () => {
    const { read } = makeReader();
    assertEquals(read(undefined, 3), undefined);
    assertEquals(read(undefined, 1, 1), same(2));
    assertEquals(read(undefined, 1, 2), undefined);
  });

  it("takes the epoch from the same copy", () => {
    const stats = ThreadStats.create(schema, { maxThreads: 2 });
    const id = stats.metrics.r.create();
    const { r } = stats.registerThread().metrics;
    for (let n = 1; n <= 5; n++) {
      r.update(id, { a: n });
      assertEquals(stats.metrics.r.read(id).a, n);
      stats.metrics.r.clear(id);
      assertEquals(stats.metrics.r.read(id).a, 0);
    }
  });
});
