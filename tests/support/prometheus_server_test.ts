import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { isMissing } from "./debian_tools.ts";
import { PrometheusServer, promtool } from "./prometheus_server.ts";

const config = `
global: { scrape_interval: 1s, evaluation_interval: 1s }
rule_files: [rules.yml]
`;
const rules = `
groups: [{ name: test, rules: [{ record: "test:answer", expr: "vector(42)" }] }]
`;

describe("PrometheusServer", { ignore: isMissing("prometheus", "--version") }, () => {
  it("PrometheusServer answers queries until it is disposed of", async () => {
    let folder: string;
    {
      await using server = await PrometheusServer.start({ config, files: { "rules.yml": rules } });
      folder = server.folder;
      assertEquals(await server.query("1 / 0"), [{ labels: {}, value: Infinity }]);
      assertEquals(await server.query("vector(2)", 1000), [{ labels: {}, value: 2 }]);
      const [answer] = await server.until("test:answer", (samples) => samples.length === 1);
      assertEquals(answer, { labels: { __name__: "test:answer" }, value: 42 });
      assertEquals(await server.queryRange("vector(-1)", { start: 10, end: 12, step: 1 }), [
        { labels: {}, values: [[10, -1], [11, -1], [12, -1]] },
      ]);
      await assertRejects(() => server.query("sum("), Error, "Prometheus refuses sum(: ");
      await server.write("rules.yml", "groups: []");
      const check = await promtool(["check", "rules", join(folder, "rules.yml")]);
      assertStringIncludes(check.stdout, "SUCCESS: 0 rules found");
    }
    assertEquals(existsSync(folder), false);
  });

  it("PrometheusServer.start() says why the server refuses its configuration", async () => {
    const wrong = "scrape_configs: [{ jobs: [] }]";
    const error = await assertRejects(() => PrometheusServer.start({ config: wrong }), Error);
    assertStringIncludes(error.message, "field jobs not found");
  });
});

describe("promtool()", { ignore: isMissing("promtool", "--version") }, () => {
  it("promtool() gives its input on and returns what it says", async () => {
    const good = await promtool(
      ["check", "metrics"],
      "# HELP a_total A.\n# TYPE a_total counter\na_total 1\n",
    );
    assertEquals(good, { status: 0, stdout: "", stderr: "" });
    const bad = await promtool(["check", "metrics"], "# TYPE a counter\na 1\n");
    assertEquals(bad.status, 3);
    assertStringIncludes(bad.stderr, 'counter metrics should have "_total" suffix');
  });
});
