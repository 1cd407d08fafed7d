import { assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { parseArguments } from "../../src/cli/arguments.ts";
import { sourceOf } from "../../src/cli/source.ts";

describe("sourceOf()", () => {
  it("takes URLs, and hosts with a port or a path", () => {
    for (
      const [source, address] of [
        ["http://localhost:8000/live/", "http://localhost:8000/live/"],
        ["https://a.example/live#/m/jobs?w=300", "https://a.example/live/"],
        ["http://a.example/live?x=1", "http://a.example/live/"],
        ["localhost:8000/live", "http://localhost:8000/live/"],
        ["localhost", "http://localhost/"],
        ["127.0.0.1:80", "http://127.0.0.1/"],
        ["[::1]:8000/live", "http://[::1]:8000/live/"],
      ]
    ) assertEquals(sourceOf(source), { address, path: "" }, source);
  });

  it("takes files", () => {
    for (
      const [source, path] of [
        ["shop.stats", "shop.stats"],
        ["./localhost:80", "./localhost:80"],
        ["/dev/shm/a b.stats", "/dev/shm/a b.stats"],
        ["file:///tmp/a%20b.stats", "/tmp/a b.stats"],
      ]
    ) assertEquals(sourceOf(source).path, path, source);
  });

  it("refuses what is neither", () => {
    for (
      const source of ["", "a\0b", "ftp://a/", "http://", "http://a:99999999/", "file://host/x"]
    ) {
      assertThrows(() => sourceOf(source), TypeError, "must be the URL of a live page");
    }
  });
});

describe("parseArguments()", () => {
  const source = "localhost:1";

  it("takes commands and options in any order", () => {
    const { name, window, headers } = parseArguments([
      ...["--window=300", "top", "--header", "Authorization: Bearer a: b", source],
    ]);
    assertEquals([name, window, headers], ["top", 300, { Authorization: "Bearer a: b" }]);
    const read = parseArguments(["read", source, "--format", "json", "--metric", "jobs"]);
    assertEquals([read.format, read.metric, read.once], ["json", "jobs", true]);
    for (const format of ["table", "json", "prometheus", "openmetrics"]) {
      assertEquals(parseArguments(["read", source, "--format", format]).format, format);
    }
    assertEquals(parseArguments(["--help"]).name, "help");
  });

  it("refuses what is wrong", () => {
    const wrong: [string[], string][] = [
      [[], 'the command must be "top" or "read"'],
      [["watch", source], 'the command must be "top" or "read"'],
      [["top"], "a source is required"],
      [["top", source, source], "there must be one source"],
      [["top", source, "--json"], "--json and --check need --once"],
      [["top", source, "--check"], "--json and --check need --once"],
      [["top", source, "--wat"], "options are those that --help lists"],
      [["top", source, "--once=1"], "options are those that --help lists"],
      [["top", source, "--window"], "--window needs a value"],
      [["top", source, "--window", "61"], "--window must be one of 60, 300, 900, 3600"],
      [["top", source, "--once", "--metric", "a"], "--metric is for read"],
      [["read", source, "--format", "xml"], "must be one of table, json, prometheus, openmetrics"],
      [["read", source, "--format", "toString"], "--format must be one of table"],
      [["top", source, "--once", "--format", "prometheus"], "--format prometheus is for read"],
      [["read", source, "--format", "openmetrics", "--metric", "a", "--sort", "b"], "are for the"],
      [["read", source, "--search", "a"], "need --metric"],
      [["read", source, "--header", "secret"], "--header must be NAME: VALUE"],
      [["read", source, "--header", "a: b\nc: d"], "--header must be NAME: VALUE"],
    ];
    for (const [args, words] of wrong) {
      const error = assertThrows(() => parseArguments(args), TypeError, words);
      assertEquals(error.message.includes("secret"), false);
    }
    for (const args of [undefined, null, "top", [1], {}]) {
      assertThrows(() => parseArguments(args as never), TypeError, "must be an array of texts");
    }
  });
});
