import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { existsSync, readFileSync } from "node:fs";

const root = new URL("../", import.meta.url);

// deno-lint-ignore no-explicit-any
function readJson(path: string): any {
  return JSON.parse(readFileSync(new URL(path, root), "utf8"));
}

const deno = readJson("deno.json");

describe("package", () => {
  it("deno.json and jsr.json agree, since neither tool merges them", () => {
    const { name, version, license, exports, publish } = deno;
    assertEquals(readJson("jsr.json"), { name, version, license, exports, publish });
  });

  it("every entry point exists and is published", () => {
    for (const file of Object.values<string>(deno.exports)) {
      assert(existsSync(new URL(file, root)), file);
      const path = file.replace("./", "");
      assert(deno.publish.include.includes(path) || path.startsWith("src/"), file);
    }
  });

  it("the package's own name resolves to each entry point, under every runtime", () => {
    const importMap = readJson("tests/std/import_map.json").imports;
    const paths = readJson("tsconfig.json").compilerOptions.paths;
    for (const [key, file] of Object.entries<string>(deno.exports)) {
      const specifier = deno.name + key.slice(1);
      assertEquals(importMap[specifier], file.replace("./", "../../"));
      assertEquals(paths[specifier], [file]);
    }
  });

  it("every import of deno.json has a stand-in", () => {
    const importMap = readJson("tests/std/import_map.json").imports;
    const paths = readJson("tsconfig.json").compilerOptions.paths;
    for (const specifier of Object.keys(deno.imports)) {
      assert(existsSync(new URL(importMap[specifier], new URL("tests/std/", root))), specifier);
      assert(existsSync(new URL(paths[specifier][0], root)), specifier);
    }
  });

  it("package.json says no more than that the modules are ES modules", () => {
    assertEquals(readJson("package.json"), { private: true, type: "module" });
  });
});
