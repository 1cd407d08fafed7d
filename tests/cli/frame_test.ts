import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { frame } from "../../src/cli/frame.ts";
import { drawn, sparkline, textOf } from "../../src/cli/paint.ts";
import type { Screen } from "../../src/cli/screen.ts";
import { widthOf } from "../../src/cli/width.ts";
import { Model } from "../../src/dashboard/shared/model.ts";
import { full, latency, NOW, packets, requests, screen, thread } from "./model.ts";

const looks = { hasSigns: true, hasColors: true };

function text(given: Screen): string {
  return frame(given).lines.map((line) => textOf(line, looks).trimEnd()).join("\n");
}

const series = {
  ...{ m: "requests", dict: [["/", "/日本\x1b[2J"], ["200", "503"]], ids: "0-2" },
  ...{ labels: ["0 1 ~", "0 1 ~"], values: ["a k 5"], rates: ["2s 5k 1"], overflow: 2 },
};
const open = new Model(full({ open: { by: "6" }, series }));

describe("frame()", () => {
  it("shows everything in 80 columns", () => {
    assertEquals(
      text(screen({ height: 19 })),
      ` flows  localhost:8080                        live  1 min  2 h 14 min  21:04:36
 ▲ worker-1 is stuck                                           4.00 k updates/s
─ threads 2 of 64 ───────────────────────────────────────────────────── t: all ─
 ▲ worker-1   stuck     no update for 3.1 s   1 in progress, longest break 0.4 s
 ● main       moving    4.00 k/s                                 █
─ metrics 3 ────────────────────────────────────────── sort: schema  /: filter ─
   METRIC       KIND             NOW       TREND LAST MINUTE            IN ALL
   packets      counter      16.0 k/s    ↗ 114 %               ▁▂▄▅▇█   2.08 M
   requests     counter         6 /s                                █       60
 ▌ latency      histogram    8.04 ms                                █      p99
─ latency ──────────────────────────────────────────────────── Enter: heat map ─
   p50 –   p90 –   p99 –   p99.9 –   max –
─ library ──────────────────────────────────────────────────────────────────────
   memory 43.0 MB of 1.07 GB   overflowed 0   refused 0   re-reads 119




 q quit  p pause  w window  / filter  s sort  t threads  Enter open  ? keys`,
    );
  });

  it("fills the terminal exactly, whatever its size and its state", () => {
    const states = [{}, { row: "packets" }, { opened: { metric: "requests" } }, { hasHelp: true }]
      .concat(
        [{ opened: { metric: "latency" } }, { opened: { slot: 1 } }, {
          part: "threads",
          row: "0",
        }] as never[],
      );
    for (const state of states) {
      for (const width of [1, 20, 79, 80, 100, 120, 300]) {
        for (const height of [1, 2, 5, 9, 10, 24, 40, 80]) {
          const { lines } = frame(screen({ width, height, state, model: open }));
          assertEquals(lines.length, height);
          for (const line of lines) {
            // deno-lint-ignore no-control-regex -- these are what it is about
            const plain = drawn(line, width, { looks }).replace(/\x1b\[[0-9;]*m/g, "");
            assertEquals(widthOf(plain), width);
            assertEquals(/\p{Cc}/u.test(plain), false, plain);
          }
        }
      }
    }
  });

  it("lets the library give way first, then threads that are moving", () => {
    const threads = [
      ...Array.from({ length: 9 }, (_, i) => thread(i, `worker-${i}`, "moving")),
      thread(9, "worker-9", "silent"),
    ];
    const model = new Model(full({ threads }));
    const all = text(screen({ model, height: 40 }));
    assertStringIncludes(all, "● worker-8");
    assertStringIncludes(all, "library");
    const less = text(screen({ model, height: 22 }));
    assertStringIncludes(less, "● worker-8");
    assert(!less.includes("library"));
    const little = text(screen({ model, height: 14 }));
    assertStringIncludes(little, "◐ worker-9");
    assertStringIncludes(little, "● 9 more     moving");
    assertStringIncludes(little, "latency");
    const least = text(screen({ model, height: 8 }));
    assertStringIncludes(least, "worker-9 is silent");
    assertStringIncludes(least, "◐ worker-9");
    assertStringIncludes(least, "packets");
  });

  it("drops columns from the right, never the name and the figure", () => {
    const lines = (width: number) => text(screen({ width })).split("\n");
    const row = (width: number) => lines(width).find((one) => one.includes("packets")) ?? "";
    assertStringIncludes(row(80), "2.08 M");
    assert(!row(72).includes("2.08 M"));
    assertStringIncludes(row(72), "counter");
    assert(!row(55).includes("counter"));
    for (const width of [72, 55, 40, 30]) assertStringIncludes(row(width), "16.0 k/s");
  });

  it("shows a heat map where it has room for one", () => {
    const cells = ["0:5 1:5", "1:1"];
    while (cells.length < 60) cells.unshift("");
    const model = new Model(full({ open: { cells, q: [0.000889, 0.002, 0.008, 0.06, 0.33] } }));
    const shown = text(screen({ model, width: 120, height: 40 }));
    assertStringIncludes(shown, "latency · Request latency · share of each column");
    assertStringIncludes(shown, `  10.0 ms ┤${" ".repeat(58)}▓▓      p50   889 µs`);
    assertStringIncludes(shown, `${" ".repeat(11)}−60 s          −45 s          −30 s`);
    assertStringIncludes(shown, `  1.00 ms ┤${" ".repeat(58)}▓       p90   2.00 ms`);
  });

  it("shows a metric's threads and series, the overflow series last", () => {
    const state = { opened: { metric: "requests" }, part: "series" } as const;
    const shown = text(screen({ model: open, state, width: 100 }));
    const rows = shown.split("\n").filter((line) => /^ {3}(\/|\()/.test(line));
    assertEquals(rows.map((row) => row.trim().split(/ {2,}/)), [
      ["/日本\ufffd[2J", "503", "2 /s", `${"━".repeat(9)}${"╌".repeat(5)}`, "66 %", "20"],
      ["/", "200", "1 /s", `${"━".repeat(5)}${"╌".repeat(9)}`, "33 %", "10"],
      ["(overflow)", "0.01 /s", "╌".repeat(14), "0.3 %", "5"],
    ]);
    assertStringIncludes(shown, "series 3 of 3");
    assertStringIncludes(
      text(screen({ model: open, state: { ...state, filter: "status:2" }, width: 100 })),
      "series 2 of 3 · filter: status:2",
    );
  });

  it("shows a line for each series in sight, and the share where there is room", () => {
    const model = new Model(full({ open: { by: "6" }, series }));
    const rise = Array.from({ length: 60 }, (_, i) => i);
    model.series!.setLine(1, rise);
    const state = { opened: { metric: "requests" }, part: "series" } as const;
    const at = (width: number, height = 24) => {
      const shown = screen({ model, state, width, height });
      const row = text(shown).split("\n").find((one) => one.includes("503"));
      return { row, sight: frame(shown).sight };
    };
    const begin = "   /日本\ufffd[2J  503            2 /s";
    const wide = `  ━━━━━━━━━╌╌╌╌╌    66 % ${sparkline(rise, 30)}         20`;
    assertEquals(at(120).row, begin + wide);
    assertEquals(at(80).row, `${begin} ${sparkline(rise, 20)}         20`);
    assertEquals(at(45).row, begin);
    assertEquals(at(120).sight, [1, 0, 2]);
    // What is out of sight is not asked for.
    assertEquals(at(120, 10).sight, [1]);
    assertEquals(frame(screen({ model })).sight, undefined);
  });

  it("shows what share a thread has of each metric", () => {
    const model = new Model(full({ open: { thread: [[30, 40], [0, 0], [5, 5]], seconds: 60 } }));
    const shown = text(screen({ model, state: { opened: { slot: 0 } } }));
    assertStringIncludes(shown, `0.50 /s  ${"━".repeat(11)}${"╌".repeat(3)}    75 %`);
  });

  it("holds the order while a row is chosen", () => {
    const held = ["latency", "packets", "requests"];
    const chosen = screen({ held, state: { row: "packets" } });
    assertEquals(frame(chosen).rows, held);
    assertStringIncludes(text(chosen), "order held");
    const sorted = screen({ state: { sort: { threads: 0, metrics: 1, series: 0 } } });
    assertEquals(frame(sorted).rows, ["latency", "packets", "requests"]);
  });

  it("filters metrics and threads", () => {
    assertEquals(frame(screen({ state: { filter: "LAT" } })).rows, ["latency"]);
    assertEquals(frame(screen({ state: { filter: "stuck", part: "threads" } })).rows, ["1"]);
    assertEquals(frame(screen({ state: { onlyResting: true, part: "threads" } })).rows, ["1"]);
  });

  it("says when all that is lost, and that nothing is known any more", () => {
    const status = { kind: "lost", words: "lost 14 s ago, next try in 3 s" } as const;
    const shown = text(screen({ status }));
    assertStringIncludes(shown, "lost 14 s ago, next try in 3 s");
    assertStringIncludes(shown, "Not known since 21:04:36");
  });

  it("sends no control character of names, titles, units and hosts", () => {
    const evil = "a\x1b]0;x\x07\u202e\x9b2J";
    const metrics = [packets, requests, latency].map((info) => ({
      ...{ ...info, name: evil + info.name, help: evil, unit: evil },
    }));
    const threads = [thread(0, evil, "stuck"), thread(1, `${evil}2`, "revoked")];
    const model = new Model(full({ title: evil, program: evil, threads, metrics }));
    for (const width of [80, 120]) {
      const shown = text(screen({ model, width, host: evil, now: NOW })).replaceAll("\n", "");
      assertEquals(/[\p{Cc}\p{Cf}]/u.test(shown), false);
    }
  });

  it("stands without any thread or metric", () => {
    const model = new Model(full({ threads: [], metrics: [], work: [], done: "" }));
    assertStringIncludes(text(screen({ model })), "No thread has registered yet");
  });
});
