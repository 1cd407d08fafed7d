import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { cut, pad, safe, widthOf } from "../../src/cli/width.ts";

describe("widths", () => {
  it("widthOf() counts columns, not characters", () => {
    assertEquals(widthOf("abc"), 3);
    assertEquals(widthOf("日本"), 4);
    assertEquals(widthOf("e\u0301"), 1);
    assertEquals(widthOf("🙂"), 2);
    assertEquals(widthOf("▇▲●…"), 4);
  });

  it("cut() never takes half of a wide character", () => {
    assertEquals(cut("日本語", 6), "日本語");
    assertEquals(cut("日本語", 5), "日本…");
    assertEquals(cut("日本語", 4), "日…");
    assertEquals(cut("abc", 1), "…");
    assertEquals(cut("abc", 0), "");
    assertEquals(cut("abce\u0301", 4), "abce\u0301");
  });

  it("pad() fills to the column", () => {
    assertEquals(pad("日", 4), "日  ");
    assertEquals(pad("日", 4, "right"), "  日");
    assertEquals(pad("日本語", 4), "日… ".slice(0, 3));
  });

  it("safe() lets no control character through", () => {
    const hostile = "a\x1b[2Jb\x07c\x9bd\re\nf\tg\u202eh\u200bi\u0000\ud800";
    const shown = safe(hostile);
    // deno-lint-ignore no-control-regex -- these are what it is about
    assertEquals(/[\x00-\x1f\x7f-\x9f\u200b\u202e\ud800]/.test(shown), false);
    assertEquals(shown.replaceAll("\ufffd", ""), "a[2Jbcdefghi");
    assertEquals(safe("x".repeat(1e6)).length, 500);
  });
});
