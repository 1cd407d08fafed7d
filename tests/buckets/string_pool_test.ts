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
});
