import { assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { exponentialBuckets, linearBuckets } from "../../src/prom_client/mod.ts";
import { promClient } from "./prom_client.ts";

/** What a call gives: its result, or its error. */
function outcomeOf(call: () => unknown): unknown {
  try {
    return call();
  } catch (error) {
    return String(error);
  }
}

const NUMBERS = [
  0,
  1,
  2,
  3,
  0.1,
  1.5,
  20,
  -1,
  -0.5,
  NaN,
  1e308,
  Infinity,
  2 ** -1074,
];

describe("bucket generators", () => {
  it("linearBuckets() and exponentialBuckets() give what prom-client's give", () => {
    const counts = [0, 1, 2, 5, 20, -1, 2.5, NaN, Infinity];
    for (const a of NUMBERS) {
      for (const b of NUMBERS) {
        for (const count of counts) {
          const at = `(${a}, ${b}, ${count})`;
          assertEquals(
            outcomeOf(() => linearBuckets(a, b, count)),
            outcomeOf(() => promClient.linearBuckets(a, b, count)),
            `linearBuckets${at}`,
          );
          assertEquals(
            outcomeOf(() => exponentialBuckets(a, b, count)),
            outcomeOf(() => promClient.exponentialBuckets(a, b, count)),
            `exponentialBuckets${at}`,
          );
        }
      }
    }
  });

  it("both throw what is out of range", () => {
    assertThrows(() => linearBuckets(0, 1, 0), Error, "positive count");
    assertThrows(() => exponentialBuckets(0, 2, 1), Error, "positive start");
    assertThrows(() => exponentialBuckets(1, 1, 1), Error, "greater than 1");
  });
});
