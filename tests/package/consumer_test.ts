import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { anchorsOf, fileOf, isRelative, linksIn } from "../../scripts/shared/links.ts";
import { findRuntime, type RuntimeName } from "../../scripts/shared/runtimes.ts";
import { runtime } from "../stress/scale.ts";
import { type Consumer, makeConsumer, root, run, tools } from "./consumer.ts";

// One project for all runtimes, as packing and installing take longer than all else. Deno packs.
describe("the npm package", { ignore: runtime !== "deno" }, () => {
  let project: Consumer;
  const paths = new Map<RuntimeName, Promise<string>>();
  const pathOf = (name: RuntimeName) => {
    const path = paths.get(name) ?? findRuntime(name).then(({ path }) => path);
    paths.set(name, path);
    return path;
  };
  /** Runs a command in the project, which must succeed and print that. */
  const prints = async (command: readonly string[], expected: string) => {
    const { code, output } = await run(command, project.folder);
    assertEquals([code, output.trim()], [0, expected]);
  };
  beforeAll(async () => {
    project = await makeConsumer();
  });
  afterAll(() => project?.remove());

  it("has declarations for each module, and nothing of this machine", async () => {
    const folder = join(project.packed, "package");
    const { exports } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
    for (const { types, default: script } of Object.values<Record<string, string>>(exports)) {
      if (types === undefined) continue;
      assert(existsSync(join(folder, types)), types);
      assert(existsSync(join(folder, script)), script);
    }
    for (const name of await readdir(folder, { recursive: true })) {
      if (!/\.(js|d\.ts|json)$/.test(name)) continue;
      const text = await readFile(join(folder, name), "utf8");
      assert(!text.includes(root) && !text.includes(project.folder), name);
    }
  });

  it("has documents whose links lead to what is there", async () => {
    const folder = join(project.packed, "package");
    const read = (path: string) => readFile(join(folder, path), "utf8");
    const names = (await readdir(folder, { recursive: true })).map((one) =>
      one.replaceAll("\\", "/")
    );
    const documents = names.filter((name) => name.endsWith(".md"));
    assert(documents.includes("docs/threads.md"));
    const dead: string[] = [];
    for (const document of documents) {
      const markdown = await read(document);
      for (const target of linksIn(markdown)) {
        if (!isRelative(target) && !target.startsWith("#")) continue;
        const anchor = target.split("#")[1];
        const file = target.startsWith("#") ? document : fileOf(document, target);
        const isThere = existsSync(join(folder, file)) &&
          (anchor === undefined || anchorsOf(await read(file)).has(anchor));
        if (!isThere) dead.push(`${document}: ${target}`);
      }
    }
    assertEquals(dead, []);
  });

  for (const name of ["node", "node22", "bun", "deno"] as const) {
    it(`counts in two threads in ${name}`, async () => {
      const flags = name === "deno" ? ["run", "-A", "--no-check", "--no-lock"] : [];
      await prints([await pathOf(name), ...flags, "threads.mjs"], "counted 42");
    });
  }

  for (const name of ["node", "node22", "bun"] as const) {
    it(`can be required by CommonJS in ${name}`, async () => {
      await prints([await pathOf(name), "required.cjs"], "counted 7");
    });
  }

  for (const name of ["node", "node22", "bun", "deno"] as const) {
    it(`serves the page in ${name}`, async () => {
      const flags = name === "deno" ? ["run", "-A", "--no-check", "--no-lock"] : [];
      await prints([await pathOf(name), ...flags, "page.mjs"], "200 true");
    });
  }

  it("tells in Deno which permission the page needs", async () => {
    const flags = ["run", "--no-prompt", "--no-check", "--no-lock", "--allow-env", "--allow-sys"];
    const { output } = await run([await pathOf("deno"), ...flags, "page.mjs"], project.folder);
    assertStringIncludes(
      output,
      "Cannot serve the page: Deno must be allowed to read the npm package uplot (--allow-read)",
    );
  });

  it("has the command thread-stats", async () => {
    const command = join(project.folder, "node_modules/.bin/thread-stats");
    const { output } = await run([await pathOf("node"), command, "--help"], project.folder);
    assertStringIncludes(output, "top");
  });

  describe("its types, strict", () => {
    const compiler = join(tools, "typescript/bin/tsc");
    const resolutions = [["nodenext", "nodenext"], ["esnext", "bundler"]] as const;
    for (const [module, moduleResolution] of resolutions) {
      for (
        const [file, lib, types] of [
          ["core_types.ts", ["ESNext"], []],
          ["all_types.ts", ["ESNext"], ["node"]],
          ["all_types.ts", ["ESNext", "DOM", "DOM.Iterable"], ["node"]],
        ] as const
      ) {
        const about = `${moduleResolution}, ${lib.join("+")}, ${types.join("") || "no types"}`;
        it(`of ${file} under ${about}`, async () => {
          const config = join(project.folder, `tsconfig.${about.replaceAll(/\W+/g, "-")}.json`);
          const compilerOptions = {
            ...{ module, moduleResolution, lib, types },
            ...{ target: "esnext", strict: true, noEmit: true, skipLibCheck: false },
            ...{ exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true },
          };
          await writeFile(config, JSON.stringify({ compilerOptions, files: [file] }));
          await prints([await pathOf("node"), compiler, "--project", config], "");
        });
      }
    }
  });

  describe("bundled", () => {
    for (const format of ["esm", "cjs"]) {
      it(`by esbuild as ${format}`, async () => {
        const bundle = join(project.folder, `esbuild.${format === "esm" ? "mjs" : "cjs"}`);
        const options = ["--bundle", "--platform=node", `--format=${format}`, "--log-level=error"];
        const esbuild = join(tools, "esbuild/bin/esbuild");
        await prints([esbuild, "main.ts", ...options, `--outfile=${bundle}`], "");
        await prints([await pathOf("node"), bundle], "counted 3");
      });
    }

    it("by Vite", async () => {
      await writeFile(
        join(project.folder, "build.mjs"),
        `import { build } from "${pathToFileURL(join(tools, "vite/dist/node/index.js"))}";
        await build({
          configFile: false, logLevel: "error", ssr: { noExternal: true },
          build: { ssr: "main.ts", outDir: "vite", rollupOptions: { output: { entryFileNames: "main.mjs" } } },
        });`,
      );
      await prints([await pathOf("node"), "build.mjs"], "");
      await prints([await pathOf("node"), "vite/main.mjs"], "counted 3");
    });

    it("by `bun build --compile`", { ignore: process.platform === "win32" }, async () => {
      const bun = await pathOf("bun");
      const { code, output } = await run(
        [bun, "build", "--compile", "main.ts", "--outfile", "program"],
        project.folder,
      );
      assertEquals(code, 0, output);
      await prints([join(project.folder, "program")], "counted 3");
    });

    it("with the page, by esbuild", async () => {
      const bundle = join(project.packed, "page.mjs");
      const options = ["--bundle", "--platform=node", "--format=esm", "--log-level=error"];
      const esbuild = join(tools, "esbuild/bin/esbuild");
      const command = [esbuild, "bundled_page.mjs", ...options, `--outfile=${bundle}`];
      await prints(command, "");
      await prints([await pathOf("node"), bundle], "200 true");
    });

    it(
      "with the page, by `bun build --compile`",
      { ignore: process.platform === "win32" },
      async () => {
        const program = join(project.packed, "page");
        const build = ["build", "--compile", "bundled_page.mjs", "--outfile", program];
        const { code, output } = await run([await pathOf("bun"), ...build], project.folder);
        assertEquals(code, 0, output);
        await prints([program], "200 true");
      },
    );
  });

  it("is for JSR what `npx jsr publish` takes", async () => {
    const jsr = join(tools, "jsr/dist/bin.js");
    // It would fetch a Deno of its own.
    const env = { DENO_BIN_PATH: process.execPath };
    const command = [await pathOf("node"), jsr, "publish", "--dry-run", "--allow-dirty"];
    const { code, output } = await run(command, root, env);
    assertEquals(code, 0, output);
    assertStringIncludes(output, "Dry run complete");
  });

  it("is for Deno also the repository itself, linked by a workspace", async () => {
    const folder = join(project.folder, "..", "linked");
    await mkdir(folder);
    await writeFile(join(folder, "deno.json"), JSON.stringify({ lock: false, links: [root] }));
    const program = await readFile(join(project.folder, "main.ts"), "utf8");
    await writeFile(
      join(folder, "main.ts"),
      program.replaceAll('"@x/thread-stats', '"jsr:@x/thread-stats@^0.1'),
    );
    await prints([process.execPath, "run", "-A", "--quiet", "main.ts"], "counted 3");
  });
});
