import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { drawn, line, shareBar, signs, sparkline } from "../../src/cli/paint.ts";

const looks = { hasSigns: true, hasColors: true };

describe("lines", () => {
  it("drawn() fills exactly the width, and ends each style", () => {
    const one = line([" ▲ ", "red"], "worker");
    assertEquals(drawn(one, 12, { looks }), "\x1b[31m ▲ \x1b[0mworker   ");
    assertEquals(drawn(one, 5, { looks }), "\x1b[31m ▲ \x1b[0mwo");
    assertEquals(
      drawn({ ...one, isChosen: true }, 4, { looks }),
      "\x1b[7;31m ▲ \x1b[0m\x1b[7mw\x1b[0m",
    );
  });

  it("drawn() has no colours with NO_COLOR, but still shows the chosen row", () => {
    const plain = { ...looks, hasColors: false };
    const one = line(["a", "red"]);
    assertEquals(drawn(one, 2, { looks: plain }), "a ");
    assertEquals(drawn({ ...one, isChosen: true }, 1, { looks: plain }), "\x1b[7ma\x1b[0m");
  });

  it("drawn() dims what is not true any more", () => {
    assertEquals(drawn(line(["a", "red"]), 1, { looks, isDim: true }), "\x1b[2ma\x1b[0m");
  });

  it("signs() has nothing but ASCII where the terminal knows no more", () => {
    const ascii = { ...looks, hasSigns: false };
    assertEquals(
      signs("● ▲ ✕ ─ ▁▇█ 884\u202fµs −1 → steady 日", ascii),
      "* ! x - _*# 884 us -1 = steady ?",
    );
    assertEquals(signs("884\u202fµs", looks), "884 µs");
  });

  it("shareBar() is as wide as it should be, whatever the part", () => {
    assertEquals(shareBar(0.5, 4), "━━╌╌");
    for (const part of [NaN, -1, 0]) assertEquals(shareBar(part, 3), "╌╌╌");
    for (const part of [1, 2, Infinity]) assertEquals(shareBar(part, 3), "━━━");
  });

  it("sparkline() begins at 0 and leaves gaps where nothing is known", () => {
    assertEquals(sparkline([0, 1, 2, 4], 4), "▁▃▅█");
    assertEquals(sparkline([NaN, 4], 4), "  ██");
    assertEquals(sparkline([0, 0], 2), "▁▁");
    assertEquals(sparkline([-1, 0, 1], 3), "▁▅█");
    assertEquals(sparkline([], 2), "  ");
    assertEquals(sparkline([1, Infinity], 2), "█ ");
  });
});
