import { assertEquals } from "@std/assert";
import { afterAll, describe, it } from "@std/testing/bdd";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { prometheusText } from "../../src/prometheus/mod.ts";
import { dotted, labels } from "./dotted.ts";

const python = "python3";

/** The reference parsers, in a version that reads names in quotes. Debian's is older. */
const PARSER = "prometheus_client==0.26.0";

/**
 * A folder with the parser, from PyPI as the packages of other tests are from npm; `undefined` if
 * it cannot be had.
 */
function installParser(): string | undefined {
  // One runtime is enough: all write the same text.
  if (!("Deno" in globalThis)) return undefined;
  const folder = mkdtempSync(join(tmpdir(), "thread-stats-parser-"));
  const options = ["--quiet", "--no-deps", "--retries=1", "--target", folder];
  const args = ["-m", "pip", "install", ...options, PARSER];
  const { status } = spawnSync(python, args, { stdio: "ignore", timeout: 60_000 });
  if (status === 0) return folder;
  rmSync(folder, { recursive: true, force: true });
  console.log(`${PARSER} cannot be installed: the tests that need it are left out`);
  return undefined;
}

/** What the parser reads: for each family its name, type and samples. */
function parse(folder: string, module: string, text: string): unknown {
  const program = `
import json, sys
sys.path.insert(0, sys.argv[1])
from ${module} import text_string_to_metric_families
families = text_string_to_metric_families(sys.stdin.buffer.read().decode())
print(json.dumps([[f.name, f.type, [[s.name, s.labels, s.value] for s in f.samples]] for f in families]))
`;
  const { status, stdout, stderr } = spawnSync(python, ["-c", program, folder], {
    input: text,
    encoding: "utf8",
  });
  assertEquals([status, stderr], [0, ""]);
  return JSON.parse(stdout);
}

const folder = installParser();

describe("the reference parsers, of names in quotes", { ignore: folder === undefined }, () => {
  const options = { escaping: "allow-utf-8", selfMetrics: false, created: false } as const;
  const took = (one: string) => [
    ["http.took_seconds_bucket", { le: one }, 1],
    ["http.took_seconds_bucket", { le: "+Inf" }, 1],
    ["http.took_seconds_sum", {}, 0.5],
    ["http.took_seconds_count", {}, 1],
  ];
  const rest = [
    ['9 "\\\n花😱', "gauge", [['9 "\\\n花😱', {}, 2]]],
    ["net.io_bytes", "counter", [["net.io_bytes_total", { id: "0" }, 3]]],
    ["net.io_peak", "gauge", [["net.io_peak", { id: "0" }, 4]]],
  ];
  const families = (one: string) => [
    ["http.requests", "counter", [["http.requests_total", labels, 1]]],
    ["http.took_seconds", "histogram", took(one)],
    ...rest,
  ];

  afterAll(() => rmSync(folder!, { recursive: true, force: true }));

  it("prometheusText() in OpenMetrics has the names, labels and values", () => {
    const text = prometheusText(dotted().snapshot(), { ...options, format: "openmetrics" });
    assertEquals(
      parse(folder!, "prometheus_client.openmetrics.parser", text),
      families("1.0"),
    );
  });

  it("prometheusText() in the text format has the names, labels and values", () => {
    const text = prometheusText(dotted().snapshot(), options);
    // This parser appends `_total` by itself, as OpenMetrics demands.
    assertEquals(parse(folder!, "prometheus_client.parser", text), families("1"));
  });
});
