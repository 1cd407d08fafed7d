import { assert, assertEquals, assertLess, assertMatch } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { isDocument, npmManifest } from "../scripts/shared/published.ts";
import { isCore, long } from "../scripts/shared/suite.ts";

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

  it("what the README leads to is published with it, by each registry", () => {
    const readme = readFileSync(new URL("README.md", root), "utf8");
    for (const [, link] of readme.matchAll(/\]\((?!https?:|#)([^)#]+)/g)) {
      const path = existsSync(new URL(`${link}/`, root)) ? `${link}/` : link;
      assert(existsSync(new URL(path, root)), path);
      const isIn = (wanted: string) =>
        path === wanted || path.startsWith(`${wanted}/`) ||
        new RegExp(`^${wanted.replaceAll(".", "\\.").replace(/\*\*?/, ".+")}$`).test(path);
      assert(deno.publish.include.some(isIn), `JSR: ${path}`);
      assert(path.endsWith("/") ? path.startsWith("examples/") : isDocument(path), `npm: ${path}`);
    }
  });

  it("the changelog has the version", () => {
    const changelog = readFileSync(new URL("CHANGELOG.md", root), "utf8");
    assert(changelog.includes(`\n## ${deno.version}\n`), deno.version);
  });

  it("the workflows pin each action by its commit, and say which version that is", () => {
    const folder = new URL(".github/workflows/", root);
    for (const file of readdirSync(folder)) {
      const text = readFileSync(new URL(file, folder), "utf8");
      for (const [line] of text.matchAll(/uses:.*/g)) {
        assertMatch(line, /^uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
      }
      for (const [, task] of text.matchAll(/deno task ([\w:-]+)/g)) {
        assert(Object.hasOwn(deno.tasks, task), task);
      }
    }
  });

  it("each name of the long part of the suite is that of a folder or a test file", () => {
    for (const name of long) {
      const path = name.endsWith("/") ? name : `${name}_test.ts`;
      assert(existsSync(new URL(path, root)), path);
    }
  });

  it("npm's manifest has each entry point", () => {
    const { name, version, exports } = npmManifest(deno) as typeof deno;
    assertEquals([name, version], [deno.name, deno.version]);
    assertEquals(Object.keys(exports), [...Object.keys(deno.exports), "./package.json"]);
    const { peerDependencies } = readJson("package.json");
    assertEquals(npmManifest(deno).peerDependencies, peerDependencies);
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

  it("neither the library, nor an example, nor a test of the core has `using`, which Node 22 does not know", () => {
    for (const folder of ["src", "examples", "tests"]) {
      const files = readdirSync(new URL(`${folder}/`, root), { recursive: true }) as string[];
      for (const file of files.map((name) => `${folder}/${name.replaceAll("\\", "/")}`)) {
        if (!file.endsWith(".ts") || file.includes("node_modules")) continue;
        if (folder === "tests" && !(file.endsWith("_test.ts") && isCore(file))) continue;
        const text = readFileSync(new URL(file, root), "utf8");
        assert(!/^\s*(await )?using \w+ =/m.test(text), file);
      }
    }
  });

  it("package.json says no more than what Node needs: the package's own name, and what may be beside it", () => {
    const { name, exports } = deno;
    const { peerDependencies, peerDependenciesMeta, ...others } = readJson("package.json");
    assertEquals(others, { name, private: true, type: "module", exports });
    // Nothing is installed with the library: `./file` on Node alone asks for koffi.
    assertEquals(Object.keys(peerDependencies), ["koffi"]);
    assertEquals(peerDependenciesMeta, { koffi: { optional: true } });
    for (const folder of ["tests/file", "examples/processes"]) {
      const { koffi } = readJson(`${folder}/package.json`).devDependencies;
      assertEquals(`^${koffi}`, peerDependencies.koffi);
    }
  });

  it("no command fetches packages that it does not use: the root has none", () => {
    assertEquals(deno.lock, false);
    for (const name of ["deno.lock", "package-lock.json", "bun.lock"]) {
      assert(!existsSync(new URL(name, root)), name);
    }
    for (const target of Object.values<string>(deno.imports)) assertMatch(target, /^jsr:/);
  });

  it("plain `deno test` and `bun test` find what runs the suite, and nothing else does", () => {
    const [path, ...others] = deno.test.include;
    assertEquals(others, []);
    const bun = readFileSync(new URL("bunfig.toml", root), "utf8");
    const folder = /^root = "(.*)"$/m.exec(bun)![1];
    assertEquals(readdirSync(new URL(folder, root)), [path.slice(folder.length + 1)]);
    // Else the suite would run itself.
    assert(!path.endsWith("_test.ts"));
  });

  it(
    "plain `deno test` tells in one line what to do",
    { ignore: !("Deno" in globalThis) },
    async () => {
      const { status, output } = await run(["test", "--no-check"]);
      assertEquals(status, 1, output);
      const ours = output.split("\n").filter((line) => line.includes("deno task test"));
      assertEquals(ours.length, 1, output);
      assertLess(output.split("\n").length, 20, output);
    },
  );

  it("plain `deno bench` finds benchmarks alone", () => {
    const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((file) =>
      /(^|[/._])bench\.[mc]?[jt]sx?$/.test(file) && !file.includes("node_modules")
    );
    for (const file of files) assertMatch(file.replaceAll("\\", "/"), /^bench\/[a-z]+_bench\.ts$/);
  });
});

/** Runs Deno in the root, without a terminal. Not by `node:child_process`: there a child has its parent's permissions. */
async function run(args: string[]): Promise<{ status: number; output: string }> {
  const command = new Deno.Command(Deno.execPath(), {
    args,
    cwd: root,
    env: { NO_COLOR: "1" },
    stdin: "null",
    signal: AbortSignal.timeout(60_000),
  });
  const { code, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  return { status: code, output: decoder.decode(stdout) + decoder.decode(stderr) };
}
