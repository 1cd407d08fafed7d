import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { indexOf, nextNumber } from "../../src/file/format.ts";

describe("nextNumber()", () => {
  it("gives each entry numbers of its own, each of them once, and never 0", () => {
    for (const index of [0, 1, 511]) {
      const first = nextNumber(index, 0);
      assert(first > 0);
      let number = first;
      let count = 0;
      do {
        assert(number > 0 && number < 2 ** 31 && indexOf(number) === index);
        number = nextNumber(index, number);
        count++;
      } while (number !== first);
      assertEquals(count, 2 ** 21 - 1);
    }
  });
});
