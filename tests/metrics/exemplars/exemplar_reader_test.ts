import { assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { counter, defineSchema, ThreadStats } from "../../../mod.ts";
import { Arena } from "../../../src/memory/arena.ts";
import { wordIndex } from "../../../src/memory/layout.ts";
import { SINGLE_SHIFT } from "../../../src/memory/segments.ts";
import {
  EXEMPLAR_COUNT,
  EXEMPLAR_SLOT_BYTES,
  EXEMPLAR_VALUE,
  PLACE_CELL,
  PLACE_VERSION,
} from "../../../src/metrics/exemplars/exemplar_layout.ts";
import { latestOf } from "../../../src/metrics/exemplars/exemplar_reader.ts";
import { columnOf } from "../../../src/metrics/metric.ts";
import { CellSegments } from "../../../src/threads/cell_segments.ts";
import { SlotDirectory } from "../../../src/threads/slot_directory.ts";

const schema = defineSchema({ hits: counter() });

/** Statistics with one exemplar, and where that stands. */
function withExemplar() {
  const stats = ThreadStats.create(schema, { maxThreads: 4 });
  const { hits } = stats.registerThread().metrics;
  hits.add(1, { exemplar: { a: "1" } });
  const arena = new Arena(stats.handle);
  const cells = new CellSegments(arena, new SlotDirectory(arena, 4, 0));
  const { i32, f64 } = arena.views();
  const start = cells.locate(0, { column: columnOf(0) + 1, shift: SINGLE_SHIFT }, 0);
  const block = i32[wordIndex(start)] * 8;
  const version = wordIndex(block) + PLACE_VERSION;
  const cell = i32[wordIndex(block) + PLACE_CELL] * 8;
  const slot = cell + (i32[version] & 1) * EXEMPLAR_SLOT_BYTES;
  const read = () => stats.snapshot().metrics.hits.series[0].exemplars;
  return { hits, i32, f64, reference: wordIndex(block) + PLACE_CELL, version, slot, read };
}

describe("ExemplarReader.read()", () => {
  it("reports none when it is overtaken in every try, and ends", () => {
    const { hits, version, read } = withExemplar();
    const { add } = Atomics;
    let tries = 0;
    Atomics.add = ((array: Int32Array, index: number, n: number) => {
      const isConfirmation = array instanceof Int32Array && index === version && n === 0;
      // A commit at the last instant before the confirmation.
      if (isConfirmation && tries++ < 1000) add(array, index, 2);
      return add(array, index, n);
    }) as typeof Atomics.add;
    try {
      assertEquals(read(), undefined);
    } finally {
      Atomics.add = add;
    }
    assertEquals(tries, 64);
    hits.add(1, { exemplar: { a: "2" } });
    assertEquals(read()?.[0].labels, { a: "2" });
  });

  it("takes what an exemplar at the last instant of a try has left", () => {
    const { hits, version, read } = withExemplar();
    const { add } = Atomics;
    let tries = 0;
    Atomics.add = ((array: Int32Array, index: number, n: number) => {
      if (array instanceof Int32Array && index === version && n === 0 && tries++ < 3) {
        hits.add(1, { exemplar: { a: `later ${tries}` } });
      }
      return add(array, index, n);
    }) as typeof Atomics.add;
    try {
      assertEquals(read()?.[0].labels, { a: "later 3" });
    } finally {
      Atomics.add = add;
    }
    assertEquals(tries, 4);
  });

  it("throws a TypeError when the memory is damaged", () => {
    const damages = [
      ({ i32, slot }: ReturnType<typeof withExemplar>) =>
        i32[wordIndex(slot) + EXEMPLAR_COUNT] = 17,
      ({ i32, slot }) => i32[wordIndex(slot) + EXEMPLAR_COUNT] = -1,
      ({ f64, slot }) => f64[slot / 8 + EXEMPLAR_VALUE] = NaN,
      ({ i32, slot }) => i32[wordIndex(slot) + 8] = -1,
      ({ i32, reference }) => i32[reference] = 1,
      ({ i32, reference }) => i32[reference] = -1,
    ] satisfies ((found: ReturnType<typeof withExemplar>) => void)[];
    for (const damage of damages) {
      const found = withExemplar();
      damage(found);
      assertThrows(found.read, TypeError, "it must be intact");
    }
  });
});

describe("latestOf()", () => {
  it("gives the latest of each place, in the order of their stamps", () => {
    const at = (place: number, stamp: number) => ({
      slot: stamp,
      place,
      stamp,
      exemplar: { labels: {}, value: stamp, time: 0 },
    });
    assertEquals(latestOf([]), undefined);
    const found = [at(0, 7), at(1, 3), at(0, 9), at(2, 5), at(1, 2)];
    assertEquals(latestOf(found)?.map(({ value }) => value), [3, 5, 9]);
  });
});
