import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { readFile } from "node:fs/promises";
import { promClient } from "./prom_client.ts";

/** By what the page calls the objects of each class. */
const CALLED: Readonly<Record<string, string>> = {
  Counter: "c",
  Gauge: "g",
  Histogram: "h",
  Summary: "s",
  Registry: "(?:register|Registry)",
  AggregatorRegistry: "AggregatorRegistry(?:\\(\\))?",
  Pushgateway: "gateway",
};
/** What users do not call: the parts of `inc` and `observe`, and of a scrape. */
const INTERNAL = /^(constructor|_.*|.*Exemplar|getForPromString|length|name|prototype)$/;

const page = await readFile(new URL("../../../docs/from_prom_client.md", import.meta.url), "utf8");
const ignore = "Deno" in globalThis || "Bun" in globalThis;

/** The types that prom-client publishes. */
function types(): Promise<string> {
  return readFile(new URL("./node_modules/prom-client/index.d.ts", import.meta.url), "utf8");
}

/** Names of the members of each class or interface whose name matches, as the types have them. */
function membersIn(text: string, kind: string): [owner: string, member: string][] {
  const blocks = text.matchAll(new RegExp(`^(?:export )?${kind}\\b[^{]*\\{\\n([^]*?)^\\}`, "gm"));
  return Array.from(blocks, ([, owner, body]) => {
    const members = body.matchAll(/^\t(?:static )?(?:readonly )?(\w+)\??[:(<]/gm);
    return Array.from(members, ([, member]): [string, string] => [owner, member]);
  }).flat();
}

function assertOnPage(pattern: string, what: string): void {
  assert(new RegExp(pattern).test(page), `The page does not name ${what}`);
}

describe("docs/from_prom_client.md calls", { ignore }, () => {
  it("each method of prom-client's classes is on the page", async () => {
    const published = membersIn(await types(), "class (\\w+)");
    const present = Object.entries(promClient).flatMap(([name, value]) => {
      if (!(name in CALLED)) return [];
      const { prototype } = value as { prototype: object };
      const members = [prototype, value].flatMap((owner) => Object.getOwnPropertyNames(owner));
      return members.map((member): [string, string] => [name, member]);
    });
    const inherited = Object.getOwnPropertyNames(promClient.Registry.prototype);
    const all = [...published, ...present].filter(([owner, member]) =>
      !INTERNAL.test(member) && !(owner === "AggregatorRegistry" && inherited.includes(member))
    );
    assertEquals(new Set(all.map(([owner]) => owner)), new Set(Object.keys(CALLED)));
    assert(all.length > 80, `${all.length} methods`);
    for (const [owner, member] of all) {
      assertOnPage(`\\b${CALLED[owner]}\\.${member}\\b`, `${owner}.${member}`);
    }
  });

  it("each function, constant and option of prom-client is on the page", async () => {
    for (const name of Object.keys(promClient)) assertOnPage(`\\b${name}\\b`, name);
    const options = membersIn(await types(), "interface (\\w+(?:Configuration|Parameters))");
    assert(options.length > 15, `${options.length} options`);
    for (const [owner, option] of options) assertOnPage(`\\b${option}\\b`, `${owner}.${option}`);
  });

  it("each default metric of prom-client is on the page", () => {
    const register = new promClient.Registry();
    promClient.collectDefaultMetrics({ register });
    const names = register.getMetricsAsArray().map(({ name }) => name);
    register.clear();
    assert(names.length > 25);
    const patterns = Array.from(
      page.matchAll(/`((?:process|nodejs)_\w+\*?)`/g),
      ([, name]) => name,
    );
    for (const name of names) {
      const isTold = patterns.some((pattern) =>
        pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern
      );
      assert(isTold, `The page does not name ${name}`);
    }
  });
});
