import { assertEquals, assertMatch } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { existsSync, readFileSync } from "node:fs";
import { SCOPE } from "../../src/opentelemetry/scope.ts";
import { AggregationTemporality, DataPointType, ValueType } from "../../src/opentelemetry/sdk.ts";
import { api, sdk, sdk2 } from "./packages.ts";

const root = new URL("../../", import.meta.url);

/** All modules that an entry point loads, as file URLs, and its other imports. */
function graphOf(entry: string): { files: Set<string>; packages: Set<string> } {
  const files = new Set<string>();
  const packages = new Set<string>();
  const visit = (url: URL) => {
    if (files.has(url.href)) return;
    files.add(url.href);
    const text = readFileSync(url, "utf8").replace(/^ *\*.*$/gm, "");
    for (const [, specifier] of text.matchAll(/(?:from |import |import\()"([^"]+)"/g)) {
      if (specifier.startsWith(".")) visit(new URL(specifier, url));
      else packages.add(specifier);
    }
  };
  visit(new URL(entry, root));
  return { files, packages };
}

describe("sdk.ts", () => {
  it("has the numbers of the package's enums", () => {
    for (const { DataPointType: kinds, AggregationTemporality: temporalities } of [sdk, sdk2]) {
      for (const [name, number] of Object.entries(DataPointType)) {
        assertEquals(kinds[name as keyof typeof kinds], number, name);
      }
      for (const [name, number] of Object.entries(AggregationTemporality)) {
        assertEquals(temporalities[name as keyof typeof temporalities], number, name);
      }
    }
    for (const [name, number] of Object.entries(ValueType)) {
      assertEquals(api.ValueType[name as keyof typeof api.ValueType], number, name);
    }
  });
});

describe("SCOPE", () => {
  it("has the name and the version of the package", () => {
    const { name, version } = JSON.parse(readFileSync(new URL("deno.json", root), "utf8"));
    assertEquals(SCOPE, { name, version });
  });
});

describe("the entry points", () => {
  const { exports } = JSON.parse(readFileSync(new URL("deno.json", root), "utf8"));

  it("load no package, but for the live page and what shows it, which load uPlot", () => {
    for (const [key, entry] of Object.entries<string>(exports)) {
      // The command answers for a file as the page's server does.
      if (key === "./dashboard" || key === "./cli") continue;
      for (const specifier of graphOf(entry).packages) assertMatch(specifier, /^node:/, key);
    }
  });

  it("load the OpenTelemetry modules only from ./opentelemetry", () => {
    const room = new URL("src/opentelemetry/", root).href;
    for (const [key, entry] of Object.entries<string>(exports)) {
      const { files } = graphOf(entry);
      const isThere = [...files].some((file) => file.startsWith(room));
      assertEquals(isThere, key === "./opentelemetry", key);
    }
    assertEquals(existsSync(new URL("mod.ts", room)), true);
  });
});
