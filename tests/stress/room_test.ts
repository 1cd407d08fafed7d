import { assert, assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { counter, defineSchema, record, sum, ThreadStats } from "../../mod.ts";
import { Arena } from "../../src/memory/arena.ts";
import { suspendAt } from "./interleaver.ts";

const schema = defineSchema({
  texts: counter({ labels: ["key"] }),
  plain: record({ n: sum() }),
});

/** Bytes of the second segment of `plain`: 128 buckets. */
const SEGMENT = 640;

/** Two threads' statistics in an arena with room for so many more bytes. */
function newThreads(room: number) {
  const main = ThreadStats.create(schema, { maxThreads: 2, maxByteLength: 2 ** 17 });
  for (let n = 0; n < 64; n++) main.metrics.plain.create();
  // Heads and a map, so that a text takes its lines alone.
  main.metrics.texts.id({ key: "x".repeat(100) });
  const arena = new Arena(main.handle);
  while (arena.maxByteLength - arena.bytesUsed > room) arena.allocate(64, false);
  assertEquals(arena.maxByteLength - arena.bytesUsed, room);
  return [ThreadStats.attach(schema, main.handle), ThreadStats.attach(schema, main.handle)];
}

/** Calls `run` for each access, until it says that there was none so late. */
function atEachAccess(run: (call: number) => boolean): number {
  let call = 0;
  while (run(call)) call++;
  return call;
}

describe("LabelledReader.id()", () => {
  it("of a thread suspended at any access is not refused when another one makes the bucket in the last room", () => {
    const labels = { key: "y".repeat(1000) };
    const calls = atEachAccess((call) => {
      const [one, other] = newThreads(2048);
      let isMade = false;
      const { result, suspended } = suspendAt(call, () => {
        try {
          other.metrics.texts.id(labels);
          isMade = true;
        } catch (error) {
          // The suspended thread has the last room for its own text.
          assert(error instanceof RangeError && / must allocate /.test(error.message));
        }
      }, () => one.metrics.texts.id(labels));
      assertEquals(one.metrics.texts.series().length, 2, `at ${call}, ${isMade}`);
      assertEquals(other.metrics.texts.id(labels), result);
      // There is room for one such text, and no more.
      assertThrows(() => other.metrics.texts.id({ key: "z".repeat(1000) }), RangeError);
      return suspended;
    });
    assert(calls > 10);
  });
});

describe("RecordReader.create()", () => {
  it("of a thread suspended at any access is not refused when another one adds the segment in the last room", () => {
    let refused = 0;
    const calls = atEachAccess((call) => {
      const [one, other] = newThreads(SEGMENT);
      let there = -1;
      const { result, suspended } = suspendAt(call, () => {
        try {
          there = other.metrics.plain.create();
        } catch (error) {
          // The suspended thread has taken the last room, and has not yet shown for what.
          assert(error instanceof RangeError && / must allocate /.test(error.message));
          refused++;
        }
      }, () => one.metrics.plain.create());
      assert(result !== there);
      const ids = new Set([result, ...there < 0 ? [] : [there]]);
      for (const id of ids) assert(id < 66, `${id} at ${call}`);
      return suspended;
    });
    assert(calls > 10);
    assert(refused <= 3, `${refused} of ${calls}`);
  });
});
