import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { StringPool } from "../../src/buckets/string_pool.ts";

describe("StringPool", () => {
  it("share() gives an equal word, whatever there was before", () => {
    const pool = new StringPool();
    for (let round = 0; round < 2; round++) {
      // More than it keeps.
      for (let n = 0; n < 10_000; n++) assertEquals(pool.share(`word ${n}`), `word ${n}`);
      assert(pool.size <= 4096);
      for (const word of ["", "__proto__", "\0", "ünï"]) assertEquals(pool.share(word), word);
    }
  });

  it("share() keeps each word once", () => {
    const pool = new StringPool();
    for (const word of ["GET", "POST", "GET", ["G", "ET"].join("")]) pool.share(word);
    assertEquals(pool.size, 2);
  });

  it("share() keeps so much text and no more, however long the words are", () => {
    const pool = new StringPool();
    for (const length of [0, 1, 10, 500, 1024, 1025, 50_000, 2 ** 20]) {
      const count = Math.min(10_000, Math.ceil(2 ** 24 / (length + 1)));
      for (let n = 0; n < count; n++) {
        const word = `${n}`.padEnd(length, "x");
        assertEquals(pool.share(word), word);
        assert(pool.units <= 2 ** 17, `${pool.units} after words of ${length}`);
      }
    }
    // Long ones do not put the others out.
    pool.share("GET");
    const size = pool.size;
    pool.share("x".repeat(2 ** 20));
    assertEquals(pool.size, size);
  });
});
