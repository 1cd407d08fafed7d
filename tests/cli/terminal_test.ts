import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { counter, defineSchema, histogram, ThreadStats } from "../../mod.ts";
import { serveLive, shopSchema } from "../dashboard/shop.ts";
import { until } from "../support/until.ts";
import { startWorker } from "../support/worker.ts";
import { isTmuxMissing, Tmux } from "./command.ts";

const script = new URL("../dashboard/workers/shop.ts", import.meta.url);
const options = { intervalMs: 200 };

function open() {
  return ThreadStats.create(shopSchema, { maxThreads: 8 });
}

(isTmuxMissing ? describe.skip : describe)("the command in a terminal", () => {
  it("shows real workers in 80x24, opens, filters, resizes and gives the terminal back", async () => {
    const stats = open();
    await using server = await serveLive(stats, options);
    await using worker = await startWorker(script, stats.handle);
    const counting = worker.call("count");
    counting.catch(() => {}); // A test that fails does not wait for it.
    stats.registerThread("evil\x1b[2J日").metrics.inProgress.set(1);
    await using terminal = new Tmux(["top", server.url], { columns: 80, rows: 24 });
    const first = await terminal.shows(/jobs +counter +\d/);
    assertMatch(first, /^ shop {2}127\.0\.0\.1:\d+ .* live {2}1 min/);
    assertEquals(first.trimEnd().split("\n").length, 24);
    assertMatch(first, /q quit {2}p pause/);
    const stuck = await terminal.shows(/▲ evil\ufffd\[2J日 +stuck/);
    assertMatch(stuck, /● \S+ +moving/);
    assertMatch(stuck, /─ latency ─/);
    assertStringIncludes(terminal.styled, "\x1b[31m ▲");

    terminal.resize(120, 40);
    const wide = await terminal.shows(/THREAD +STATE +UPDATES[\s\S]*share of each column/);
    assertEquals(wide.trimEnd().split("\n").length, 40);
    assertMatch(wide, /┤ +[·░▒▓]+/);
    terminal.resize(60, 9);
    await terminal.shows(/^ shop[^\n]*\n ▲ [^\n]*\n─ threads/);
    terminal.resize(80, 24);

    terminal.press("Down", "Down");
    await terminal.shows(/order held/);
    terminal.press("Enter");
    await terminal.shows(/METHOD +STATUS +VALUE \/S LAST 12 s[\s\S]*GET +200 .*\/s +[▁▂▃▄▅▆▇█]{3}/);
    terminal.press("/", "x", "y");
    await terminal.shows(/series 0 of 1 · filter: xy_/);
    terminal.press("Escape");
    await terminal.shows(/series 1 of 1 ─/);
    terminal.press("Escape");
    await terminal.shows(/metrics 6/);
    terminal.press("?");
    await terminal.shows(/KEYS/);
    terminal.press("x", "p");
    await terminal.shows(/paused, \d/);
    terminal.press("p", "2");
    await terminal.shows(/live {2}5 min/);

    terminal.press("C-c");
    const after = await terminal.shows(/ended with 0\s+icanon/);
    assertMatch(after, /^before\nended with 0\n icanon\n/);
    worker.requestStop();
    await counting;
  });

  it("shows everything in 120x40, and quits by q", async () => {
    const stats = open();
    const { metrics } = stats.registerThread("main");
    await using server = await serveLive(stats, options);
    await using terminal = new Tmux(["top", server.url], { columns: 120, rows: 40 });
    await terminal.shows(/● live/);
    metrics.latency.record(0.002);
    metrics.jobs.add(12_000_000);
    const shown = await terminal.shows(/┤ +▓ [\s\S]*12\.0 M|12\.0 M[\s\S]*┤ +▓ /);
    for (const words of ["SHARE", "LAST UPDATE", "SERIES", "library", "slots 1 of 8", "Tab part"]) {
      assertStringIncludes(shown, words);
    }
    terminal.press("q");
    await terminal.shows(/^before\nended with 0\n icanon/);
  });

  it("opens a metric at once, while the series of another one are known", async () => {
    const schema = defineSchema({
      spread: histogram({ lowest: 1, highest: 100, labels: ["one"] }),
      pairs: counter({ labels: ["first", "second"] }),
    });
    const stats = ThreadStats.create(schema);
    const { spread, pairs } = stats.registerThread("main").metrics;
    spread.labels({ one: "x" }).record(5);
    pairs.labels({ first: "left", second: "right" }).add();
    await using server = await serveLive(stats as never, options);
    await using terminal = new Tmux(["top", server.url], { columns: 80, rows: 24 });
    await terminal.shows(/pairs +counter/);
    terminal.press("Down", "Down", "Enter");
    await terminal.shows(/FIRST +SECOND[\s\S]*left +right/);
    terminal.press("q");
    await terminal.shows(/^before\nended with 0/);
  });

  it("says that the server has gone, and finds it again", async () => {
    const stats = open();
    stats.registerThread("main").metrics.jobs.add(41);
    const server = await serveLive(stats, options);
    await using terminal = new Tmux(["top", server.url], { columns: 80, rows: 24 });
    await terminal.shows(/jobs +counter[^\n]* 41/);
    await server[Symbol.asyncDispose]();
    const lost = await terminal.shows(/lost \d[^\n]* ago/);
    assertMatch(lost, /Not known since/);
    assertMatch(lost, /jobs +counter[^\n]* 41/);
    const other = open();
    other.registerThread("main").metrics.jobs.add(5);
    await using _again = await serveLive(other, options, server.port);
    await terminal.shows(/live, restarted[\s\S]*jobs +counter[^\n]* 5\n/);
    terminal.press("q");
    await terminal.shows(/ended with 0/);
  });

  it("has neither colours nor signs where the terminal has none", async () => {
    const stats = open();
    const { metrics } = stats.registerThread("main");
    metrics.jobs.add(1);
    await using server = await serveLive(stats, options);
    const env = { NO_COLOR: "1", LC_ALL: "C" };
    await using terminal = new Tmux(["top", server.url], { columns: 80, rows: 24, env });
    await terminal.shows(/^ shop[\s\S]*- threads 1 of 8 -+ t: all -/);
    await until(() => {
      metrics.jobs.add(1);
      return terminal.text.includes("* main");
    });
    assert(/^[\n -~]*$/.test(terminal.text));
    assert(!terminal.styled.includes("\x1b["));
    terminal.press("q");
    await terminal.shows(/ended with 0/);
  });

  it("gives the terminal back when a signal ends it, and when it is refused", async () => {
    await using server = await serveLive(open(), options);
    await using ended = new Tmux(["top", server.url], { columns: 80, rows: 24 });
    await ended.shows(/No thread has registered yet/);
    ended.signal("SIGTERM");
    await ended.shows(/^before\n[^]*ended with 143\s+icanon/);
    await using refuses = await serveLive(open(), { ...options, authorize: () => false });
    await using refused = new Tmux(["top", refuses.url], { columns: 80, rows: 24 });
    const text = await refused.shows(/ended with 1\s+icanon/);
    assertMatch(text.replaceAll("\n", ""), /a live page must answer, got it refuses/);
  });
});
