import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, describe, it } from "@std/testing/bdd";
import { inspectFile } from "../../src/file/mod.ts";
import { prometheusText } from "../../src/prometheus/mod.ts";
import { resultOf } from "../examples/flows/run_program.ts";
import { makeFolder, Writers } from "../file/writers.ts";
import { isTmuxMissing, run, start, Tmux } from "./command.ts";

describe("the command with a file", () => {
  const folder = makeFolder();
  const dead = `${folder}/dead.stats`;
  const writers = new Writers();

  beforeAll(async () => writers.end(await writers.start(dead, "before", 50)));
  afterEach(() => writers[Symbol.asyncDispose]());
  afterAll(() => rmSync(folder, { recursive: true }));

  it("read prints it as a page's figures, in each format", async () => {
    const table = await run("read", dead);
    assertEquals([table.status, table.stderr], [0, ""]);
    assertMatch(table.stdout, /^dead\.stats /);
    assertMatch(table.stdout, /before +retired/);
    assertMatch(table.stdout, /updates +counter .* 10\.0 k/);
    const found = ["--metric", "jobs", "--search", "17", "--format", "json"];
    const { series } = JSON.parse((await run("read", dead, ...found)).stdout);
    assertEquals(series.map(({ value }: { value: number }) => value), [500]);
    for (
      const [name, format] of [["prometheus", "text"], ["openmetrics", "openmetrics"]] as const
    ) {
      const { status, stdout } = await run("read", dead, "--format", name);
      assertEquals(status, 0);
      const view = inspectFile(dead);
      const lines = (text: string) => text.split("\n").filter((line) => /^(jobs|pair)/.test(line));
      assertEquals(lines(stdout), lines(prometheusText(view.snapshot(), { format })));
      view.close();
    }
  });

  it("read tells of a living one what its processes count", async () => {
    const path = `${folder}/living.stats`;
    await writers.start(path, "steady");
    const { status, stdout } = await run("read", path, "--format", "json");
    assertEquals(status, 0);
    const { threads } = JSON.parse(stdout);
    assertEquals(threads.map(({ name }: { name: string }) => name), ["steady"]);
  });

  it("top prints blocks of lines, and the message full", async () => {
    const path = `${folder}/blocks.stats`;
    await writers.start(path, "steady");
    const child = start("top", path);
    const ending = resultOf(child);
    let output = "";
    child.stdout!.on("data", (text) => {
      output += text;
      if (output.split("\n\n").length > 3) child.kill("SIGTERM");
    });
    const { stdout, stderr } = await ending;
    assertEquals(stderr, "");
    assertMatch(stdout.split("\n\n")[2], /\tthread\tsteady\tmoving\t/);
    const { status, stdout: json } = await run("top", path, "--once", "--json");
    assertEquals([status, JSON.parse(json).title], [0, "blocks.stats"]);
  });

  (isTmuxMissing ? it.skip : it)("top shows it in a terminal", async () => {
    const path = `${folder}/shown.stats`;
    const writer = await writers.start(path, "steady");
    await using terminal = new Tmux(["top", path], { columns: 100, rows: 30 });
    const first = await terminal.shows(/● steady +moving/);
    assertMatch(first, /^ shown\.stats /);
    terminal.press("Down", "Enter");
    await terminal.shows(/─ by thread ─/);
    terminal.press("Escape");
    await writers.end(writer, "SIGKILL");
    await terminal.shows(/steady +retired/);
    terminal.press("q");
    await terminal.shows(/ended with 0/);
  });

  it("ends with 1 where there is no such file, and says why", async () => {
    const other = `${folder}/other`;
    writeFileSync(other, "something else");
    mkdirSync(`${folder}/folder`);
    const wrong: [string, string][] = [
      [`${folder}/none`, "it must be a readable file, got ENOENT"],
      [other, "it must be a file with statistics, got another file"],
      [`${folder}/folder`, "it must be a regular file"],
    ];
    for (const [path, message] of wrong) {
      for (const command of [["read"], ["top", "--once"], ["top"]]) {
        const { status, stderr, stdout } = await run(...command, path);
        assertEquals([status, stdout], [1, ""]);
        assertStringIncludes(stderr, `Cannot inspect the file ${path}: ${message}`);
        assert(!stderr.includes("    at "), stderr);
      }
    }
  });
});
