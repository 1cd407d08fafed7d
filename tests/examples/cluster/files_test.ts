import { assert, assertEquals, assertMatch } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isMissing } from "../../support/debian_tools.ts";
import { promtool } from "../../support/prometheus_server.ts";
import { dashboardExpressions, pathOf, textOf } from "./example.ts";
import { blocksOf, clusterPage, tableBelow } from "./page.ts";

/** Runs `promtool` on files of a temporary folder. */
async function withFiles(
  files: Readonly<Record<string, string>>,
  ...args: string[]
): Promise<{ status: number | null; output: string }> {
  const folder = await mkdtemp(join(tmpdir(), "thread-stats-rules-"));
  try {
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    const paths = args.map((arg) => arg in files ? join(folder, arg) : arg);
    const { status, stdout, stderr } = await promtool(paths);
    return { status, output: stdout + stderr };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

// One runtime is enough for files.
const ignore = !("Deno" in globalThis) || isMissing("promtool", "--version");

describe("examples/cluster rules", { ignore }, () => {
  it("prometheus.yml and rules.yml are what promtool takes", async () => {
    const { status, stdout, stderr } = await promtool([
      "check",
      "config",
      pathOf("prometheus.yml"),
    ]);
    assertEquals(status, 0, stderr);
    assertMatch(stdout, /SUCCESS: 23 rules found/);
  });

  it("rules.yml does what rules_test.yml says", async () => {
    const { status, stdout, stderr } = await promtool(["test", "rules", pathOf("rules_test.yml")]);
    assertEquals(status, 0, stdout + stderr);
  });

  it("rules_test.yml finds rules that a restart upsets, and alerts that do not come", async () => {
    const rules = await textOf("rules.yml");
    const test = await textOf("rules_test.yml");
    const faults: [what: string, instead: string, found: RegExp][] = [
      [
        "sum without (instance) (rate(http_requests_total[1m]))",
        "rate(sum without (instance) (http_requests_total)[1m:15s])",
        /job:http_requests:rate1m/,
      ],
      ["expr: up == 0", "expr: up == 2", /alertname: ?InstanceDown/],
      ["histogram_quantile(0.9,", "histogram_quantile(0.95,", /p90_1m/],
    ];
    await Promise.all(faults.map(async ([what, instead, found]) => {
      assert(rules.includes(what), what);
      const files = { "rules.yml": rules.replace(what, instead), "rules_test.yml": test };
      const { status, output } = await withFiles(files, "test", "rules", "rules_test.yml");
      assertEquals(status, 1, `${instead} was not found`);
      assertMatch(output, found);
    }));
  });

  it("dashboard.json has expressions that Prometheus understands, and panels that stand apart", async () => {
    const expressions = await dashboardExpressions("members");
    assert(expressions.length >= 12);
    for (const expression of expressions) assertEquals(/\$/.test(expression), false, expression);
    const rules = expressions.map((expr, n) => ({ record: `test:panel:${n}`, expr }));
    // JSON is YAML.
    const files = { "rules.yml": JSON.stringify({ groups: [{ name: "dashboard", rules }] }) };
    const { status, output } = await withFiles(files, "check", "rules", "rules.yml");
    assertEquals(status, 0, output);

    const { panels } = JSON.parse(await textOf("dashboard.json"));
    const corners = panels.map(({ gridPos: { x, y } }: { gridPos: { x: number; y: number } }) =>
      `${x},${y}`
    );
    assertEquals(new Set(corners).size, panels.length);
    const ids = panels.map(({ id }: { id: number }) => id);
    assertEquals(new Set(ids).size, panels.length);
  });

  it("docs/cluster.md has configurations and rules that are what promtool takes", async () => {
    const blocks = blocksOf(await clusterPage(), "yaml");
    assert(blocks.length >= 6);
    const shipped = { "rules.yml": await textOf("rules.yml"), "targets.json": "[]" };
    const named = blocks.map((block, n) => [`block-${n}.yml`, block] as const);
    const files = { ...shipped, ...Object.fromEntries(named) };
    const [rules, configs] = [true, false].map((wanted) =>
      named.filter(([, block]) => block.startsWith("groups:") === wanted).map(([name]) => name)
    );
    for (const args of [["check", "rules", ...rules], ["check", "config", ...configs]]) {
      const { status, output } = await withFiles(files, ...args);
      assertEquals(status, 0, output);
    }
  });

  it("docs/cluster.md tells of each alert and no other", async () => {
    const told = tableBelow(await clusterPage(), "alert").map(([name]) => name);
    const alerts = (await textOf("rules.yml")).matchAll(/^ +- alert: (\w+)$/gm);
    assertEquals(told, Array.from(alerts, ([, name]) => `\`${name}\``));
  });
});
