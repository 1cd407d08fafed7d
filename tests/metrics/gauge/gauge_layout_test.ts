import { assertEquals, assertGreaterOrEqual } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { gaugeSegmentParts } from "../../../src/metrics/gauge/gauge_layout.ts";

describe("gaugeSegmentParts()", () => {
  it("places values, tags and tenures one after the other, aligned, without overlap", () => {
    for (const capacity of [1, 64, 128, 2 ** 20]) {
      const { values, tags, tenures, bytes } = gaugeSegmentParts(capacity);
      assertEquals([values % 8, tags % 4, tenures % 4, bytes % 8], [0, 0, 0, 0]);
      assertGreaterOrEqual(tags, values + 8 * capacity);
      assertGreaterOrEqual(tenures, tags + 4 * capacity);
      assertGreaterOrEqual(bytes, tenures + 4 * capacity);
    }
  });
});
