import { assertGreater, assertLess } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { allocatedBytesPerCall } from "./heap.ts";

describe("allocatedBytesPerCall()", () => {
  const ring: unknown[] = new Array(1024).fill(0);
  const cells = new Float64Array(8);
  let calls = 0;

  it("is below 1 for functions that allocate nothing", async () => {
    assertLess(
      await allocatedBytesPerCall(() => {
        cells[0] += 0.5;
        cells[1] = Math.max(cells[1], cells[0]);
      }),
      1,
    );
    const words = new Int32Array(new SharedArrayBuffer(8));
    assertLess(
      await allocatedBytesPerCall(() => {
        Atomics.add(words, 0, 1);
      }),
      1,
    );
  });

  it("finds one small object per call", async () => {
    assertGreater(
      await allocatedBytesPerCall(() => {
        ring[calls++ & 1023] = { a: calls };
      }),
      4,
    );
  });

  it("finds a closure, a rest array and a bigint per call", async () => {
    const rest = (...values: number[]) => {
      ring[calls++ & 1023] = values;
    };
    for (
      const fn of [
        () => {
          const held = calls;
          ring[calls++ & 1023] = () => held;
        },
        () => rest(calls, 2),
        () => {
          ring[calls++ & 1023] = BigInt(calls) * 12345678901n;
        },
      ]
    ) {
      assertGreater(await allocatedBytesPerCall(fn), 4);
    }
  });

  it("finds an object in every tenth call", async () => {
    assertGreater(
      await allocatedBytesPerCall(() => {
        if (calls++ % 10 === 0) ring[calls & 1023] = { a: calls };
      }),
      1,
    );
  });
});
