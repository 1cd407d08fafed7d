import { assert, assertEquals, assertLess } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { hashOf, HOME, readHash } from "../../src/dashboard/page/link.ts";
import {
  type Condition,
  evidenceOf,
  type ThreadView,
  verdictOf,
  worstFirst,
} from "../../src/dashboard/shared/conditions.ts";
import {
  age,
  duration,
  exact,
  percent,
  rate,
  text,
  trend,
} from "../../src/dashboard/shared/format.ts";
import {
  decodeList,
  decodeNumber,
  decodeRanges,
  encodeList,
  encodeNumber,
  encodeRanges,
} from "../../src/dashboard/shared/numbers36.ts";
import { Ring } from "../../src/dashboard/shared/ring.ts";
import { compareValues, matches, parseSearch } from "../../src/dashboard/shared/search.ts";

/** With plain blanks, as these read better here. */
const plain = (words: string) => words.replaceAll("\u202f", " ");

describe("text()", () => {
  it("has three significant digits, a prefix and the unit", () => {
    const cases: [number | bigint | undefined, string, string][] = [
      [0, "", "0"],
      [0, "B", "0 B"],
      [999, "", "999"],
      [999.6, "", "1.00 k"],
      [1234, "", "1.23 k"],
      [12_345, "B", "12.3 kB"],
      [123_456, "", "123 k"],
      [999_600, "", "1.00 M"],
      [2 ** 70, "", ">999 E"],
      [1e30, "", ">999 E"],
      [-1e30, "B", "<−999 EB"],
      [-5, "", "−5"],
      [0.25, "", "0.25"],
      [0.001, "", "<0.01"],
      [-0.001, "", "−<0.01"],
      [0.000884, "s", "884 µs"],
      [0.00824, "s", "8.24 ms"],
      [1.3, "s", "1.30 s"],
      [1e-13, "s", "0 s"],
      [NaN, "s", "–"],
      [undefined, "", "–"],
      [Infinity, "B", "∞ B"],
      [-Infinity, "", "−∞"],
      [2n ** 63n, "", "9.22 E"],
      [Number.MIN_VALUE, "", "<0.01"],
      [Number.MAX_VALUE, "s", ">999 Es"],
    ];
    for (const [value, unit, wanted] of cases) {
      assertEquals(plain(text(value, unit)), wanted, `${value} ${unit}`);
    }
  });

  it("never has an exponent, nor more than is read at a glance", () => {
    for (let e = -320; e < 309; e++) {
      for (const sign of [1, -1]) {
        for (const unit of ["", "s", "B"]) {
          const words = text(sign * Number(`9.995e${e}`), unit);
          assert(!/e|NaN|undefined/.test(words), words);
          assertLess(words.length, 12);
        }
      }
    }
  });

  it("goes with rates, exact numbers, shares and times", () => {
    assertEquals(plain(rate(1500, "B").join(" ")), "1.50 kB/s");
    assertEquals(rate(NaN), ["–", ""]);
    assertEquals(plain(exact(1234567)), "1 234 567");
    assertEquals(plain(exact(-(2n ** 64n))), "−18 446 744 073 709 551 616");
    assertEquals(plain(exact(1234.5)), "1 234.5");
    assertEquals([0, 0.0004, 0.017, 0.13, NaN].map((x) => plain(percent(x))), [
      "0 %",
      "<0.1 %",
      "1.7 %",
      "13 %",
      "–",
    ]);
    const times = [400, 2300, 9960, 41_000, 200_000, 8_040_000].map((ms) => plain(duration(ms)));
    assertEquals(times, [
      "0.4 s",
      "2.3 s",
      "10 s",
      "41 s",
      "3 min 20 s",
      "2 h 14 min",
    ]);
    assertEquals([plain(age(300)), plain(age(4000)), plain(age(300, 5000))], [
      "<1 s",
      "4.0 s",
      "<5 s",
    ]);
  });
});

describe("trend()", () => {
  it("compares the last sixth with the rest", () => {
    const of = (before: number, now: number) =>
      plain(trend([...Array(50).fill(before), ...Array(10).fill(now)]));
    assertEquals(of(100, 102), "→ steady");
    assertEquals(of(100, 109), "↗ 9 %");
    assertEquals(of(100, 58), "↘ 42 %");
    assertEquals(of(10, 120), "↗ ×12");
    assertEquals(of(0, 5), "↗ new");
    assertEquals(of(-10, -5), "↗ 50 %");
    assertEquals(trend([1, 2, NaN]), "");
  });
});

describe("encodeNumber()", () => {
  it("is what decodeNumber() reads, to six digits of a fraction", () => {
    const whole = [
      0,
      1,
      -1,
      35,
      36,
      2 ** 53 - 1,
      -(2 ** 53),
      Infinity,
      -Infinity,
    ];
    for (const x of whole) assertEquals(decodeNumber(encodeNumber(x)), x);
    assert(Number.isNaN(decodeNumber(encodeNumber(NaN))));
    assertEquals(decodeNumber(encodeNumber(2n ** 64n)), 2 ** 64);
    for (
      const x of [
        0.5,
        1 / 3,
        -12.25,
        1e-9,
        123456.78,
        1.7e9 + 0.25,
        5e-324,
        1e300 / 3,
      ]
    ) {
      assertLess(
        Math.abs(decodeNumber(encodeNumber(x)) - x),
        Math.abs(x) * 1e-5 + 1e-12,
        `${x}`,
      );
    }
  });

  it("goes with lists, of which what did not change is left out", () => {
    const values = [undefined, 3, undefined, undefined, 0.5, 7n, undefined];
    const list = encodeList(values);
    assertEquals(list, ".1 3 .2 0.i 7");
    const decoded: unknown[] = Array(7).fill(undefined);
    decodeList(list, (index, value) => decoded[index] = value);
    assertEquals(decoded, [
      undefined,
      3,
      undefined,
      undefined,
      0.5,
      7,
      undefined,
    ]);
    decodeList(encodeList([undefined, undefined]), () => {
      throw new Error("nothing is there");
    });
    const ids = [0, 1, 2, 3, 7, 9, 10, 5];
    assertEquals(encodeRanges(ids), "0-3 7 9-a 5");
    assertEquals(decodeRanges(encodeRanges(ids)), ids);
    assertEquals(decodeRanges(""), []);
  });
});

describe("Ring", () => {
  it("has the means of its steps, and gaps where nothing is known", () => {
    const ring = new Ring(3, 2);
    assertEquals(ring.values(), [NaN, NaN, NaN]);
    assert(Number.isNaN(ring.latest));
    for (const [n, x] of [[0, 1], [1, 3], [2, 4], [3, NaN], [4, 8]]) {
      ring.push(n, x);
    }
    assertEquals(ring.values(), [2, 4, 8]);
    ring.push(9, 5);
    assertEquals(ring.values(), [8, NaN, 5]);
    ring.push(1000, 1);
    assertEquals(ring.values(), [NaN, NaN, 1]);
  });

  it("goes on from what another one had", () => {
    const [first, second] = [new Ring(3, 2), new Ring(3, 2)];
    for (let n = 0; n < 5; n++) first.push(n, n);
    second.fill(4, first.values());
    assertEquals(second.values(), first.values());
    for (const ring of [first, second]) {
      [5, 6, 7].forEach((n) => ring.push(n, 10 * n));
    }
    assertEquals(second.values(), first.values());
    second.fill(7, [9]);
    assertEquals(second.values(), [NaN, NaN, 9]);
  });
});

describe("parseSearch()", () => {
  const labels = ["method", "route"];
  const finds = (query: string, ...values: string[]) =>
    matches(
      values.map((value) => value.toLowerCase()),
      parseSearch(query, labels),
    );

  it("asks that all words are in some label, and label:value at the beginning of that one", () => {
    assert(finds("", "GET", "/a"));
    assert(finds("get API", "GET", "/api/hosts"));
    assert(!finds("get hosts x", "GET", "/api/hosts"));
    assert(
      finds("route:/api", "GET", "/api/hosts") &&
        finds("ROUTE=/Api", "GET", "/api"),
    );
    assert(!finds("route:api", "GET", "/api"));
    assert(finds("http://x", "GET", "http://x"), "what is no label is a word");
    assert(finds("method:", "GET", "/"));
  });

  it("goes with an order in which what is not known comes last", () => {
    const sorted = (list: (number | string)[], down: boolean) =>
      [...list].sort((a, b) => compareValues(a, b, down));
    assertEquals(sorted([2, NaN, -Infinity, 1, Infinity], false), [
      -Infinity,
      1,
      2,
      Infinity,
      NaN,
    ]);
    assertEquals(sorted([2, NaN, 1], true), [2, 1, NaN]);
    assertEquals(sorted(["b", "a", "c"], true), ["c", "b", "a"]);
  });
});

describe("verdictOf()", () => {
  const now = 1e12;
  const thread = (
    name: string,
    condition: Condition,
    more: Partial<ThreadView> = {},
  ): ThreadView => ({
    ...{
      slot: Number(name.slice(1)),
      name,
      condition,
      last: now - 3100,
      gap: 0,
      busy: 1,
    },
    ...{ state: "active", since: now - 42_000, ...more },
  });
  const well = thread("t1", "moving");
  const of = (...threads: ThreadView[]) => {
    const { level, words, also } = verdictOf(threads);
    return [level, words, also].join("|");
  };

  it("says the worst first", () => {
    assertEquals(of(), "|No thread has registered yet|");
    assertEquals(of(well), "ok|The one thread is moving|");
    assertEquals(
      of(well, thread("t2", "moving")),
      "ok|All 2 threads are moving|",
    );
    assertEquals(
      of(well, thread("t2", "idle")),
      "ok|2 threads, 1 of them idle|",
    );
    assertEquals(of(well, thread("t2", "silent")), "warn|t2 is silent|");
    const killed = thread("t7", "revoked", { state: "revoked" });
    assertEquals(
      of(well, thread("t5", "stuck"), killed),
      "bad|t5 is stuck|t7 was killed",
    );
    assertEquals(
      of(thread("t5", "stuck"), thread("t6", "blocked")),
      "bad|t6 is blocked|",
    );
    const many = [1, 2, 3, 4].map((n) => thread(`t${n}`, "stuck"));
    assertEquals(of(...many), "bad|4 threads are stuck|");
    assertEquals(of(well, killed), "warn|t7 was killed|1 active");
    assertEquals(
      of(thread("t1", "retired", { state: "retired" })),
      "|No thread is active|",
    );
    assertEquals(
      of(well, thread("t2", "watched")),
      "|1 of 2 threads have moved so far|",
    );
    const lost = verdictOf([well], { lostAt: now });
    assertEquals([lost.level, lost.also], ["", "1 thread was active then"]);
  });

  it("goes with evidence for each thread, and an order in which the ill come first", () => {
    const words = (one: ThreadView) => plain(evidenceOf(one, now));
    assertEquals(words(thread("t1", "stuck")), "no update for 3.1 s");
    assertEquals(
      words(thread("t1", "silent", { last: 0 })),
      "no update for 42 s",
    );
    assertEquals(words(thread("t1", "revoked")), "killed 42 s ago");
    assertEquals(words(thread("t1", "revoked", { since: 0 })), "killed");
    assertEquals(words(thread("t1", "blocked")), "blocked for 42 s");
    const order = worstFirst([
      well,
      thread("t2", "idle"),
      thread("t3", "stuck"),
    ]);
    assertEquals(order.map(({ name }) => name), ["t3", "t2", "t1"]);
  });
});

describe("hashOf()", () => {
  it("writes what readHash() reads, whatever it is", () => {
    for (
      const state of [
        HOME,
        { ...HOME, view: "threads" as const, at: "5", window: 300 },
        {
          ...HOME,
          view: "m" as const,
          metric: "requests",
          q: "status:503 <&#?%>",
          sort: "-rate",
        },
      ]
    ) assertEquals(readHash(hashOf(state)), state);
    assertEquals(hashOf(HOME), "#/");
  });

  it("falls back where an address is damaged", () => {
    assertEquals(readHash(""), HOME);
    assertEquals(readHash("#/nowhere?w=7"), HOME);
    assertEquals(readHash("#/m/%ff?w=x"), { ...HOME, view: "m" });
    assertEquals(hashOf(readHash("#/constructor/toString")), "#/");
  });
});
