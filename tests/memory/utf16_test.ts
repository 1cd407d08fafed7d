import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { readUnits, writeUnits } from "../../src/memory/utf16.ts";

describe("readUnits(), writeUnits()", () => {
  it("give back every string, and touch nothing beside it", () => {
    const u16 = new Uint16Array(new SharedArrayBuffer(400_000));
    const texts = [
      "",
      "a",
      "\0",
      "grüße 😀 日本",
      "\ud800",
      "\udc00\ud800",
      "x".repeat(4096),
      "é".repeat(4097),
      "😀".repeat(50_000),
    ];
    for (const text of texts) {
      u16.fill(0xabcd);
      writeUnits(u16, 3, text);
      assertEquals(readUnits(u16, 3, text.length), text);
      assertEquals([u16[2], u16[3 + text.length]], [0xabcd, 0xabcd]);
    }
  });
});
