import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { WordPool } from "../../src/buckets/word_pool.ts";

describe("WordPool", () => {
  it("share() gives an equal word, whatever there was before", () => {
    const pool = new WordPool();
    for (let round = 0; round < 2; round++) {
      // More than it keeps.
      for (let n = 0; n < 10_000; n++) assertEquals(pool.share(`word ${n}`), `word ${n}`);
      for (const word of ["", "__proto__", "\0", "ünï"]) assertEquals(pool.share(word), word);
    }
  });
});
