import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  capacityOf,
  firstId,
  MANY_SHIFT,
  segmentOf,
  SINGLE_SHIFT,
} from "../../src/memory/segments.ts";

describe("segmentOf(), firstId(), capacityOf()", () => {
  it("cover all ids without a gap and without an overlap", () => {
    for (const shift of [SINGLE_SHIFT, MANY_SHIFT]) {
      let next = 0;
      for (let segment = 0; segment < 24; segment++) {
        assertEquals(firstId(segment, shift), next);
        next += capacityOf(segment, shift);
        assertEquals(segmentOf(firstId(segment, shift), shift), segment);
        assertEquals(segmentOf(next - 1, shift), segment);
      }
      assertEquals(segmentOf(next, shift), 24);
    }
  });

  it("start with one bucket, or with 64", () => {
    assertEquals([0, 1, 2].map((k) => capacityOf(k, SINGLE_SHIFT)), [1, 2, 4]);
    assertEquals([0, 1, 2].map((k) => capacityOf(k, MANY_SHIFT)), [64, 128, 256]);
  });
});
