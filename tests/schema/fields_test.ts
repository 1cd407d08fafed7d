import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { bitOr, max, min, sum } from "../../mod.ts";
import { assertRefuses } from "../metrics/observe.ts";

describe("sum()", () => {
  it("adds doubles, or integers modulo 2^64", () => {
    assertEquals(sum(), { op: "sum", type: "f64" });
    assertEquals(sum("f64"), { op: "sum", type: "f64" });
    assertEquals(sum("u64"), { op: "sum", type: "u64" });
  });

  it("refuses another type", () => {
    const text = 'Cannot define a sum: the type must be "f64" or "u64", got ';
    assertRefuses(() => sum("u32" as "u64"), TypeError, `${text}"u32"`);
    assertRefuses(() => sum(null as unknown as "u64"), TypeError, `${text}null`);
  });
});

describe("min(), max(), bitOr()", () => {
  it("are doubles and 32 bits", () => {
    assertEquals(min(), { op: "min", type: "f64" });
    assertEquals(max(), { op: "max", type: "f64" });
    assertEquals(bitOr(), { op: "bitOr", type: "u32" });
  });

  it("give definitions that nobody can change", () => {
    for (const field of [sum(), sum("u64"), min(), max(), bitOr()]) assert(Object.isFrozen(field));
  });
});
