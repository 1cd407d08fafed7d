/**
 * Packs prom-client's face as an npm package of its own, which programs install under the name
 * `prom-client`: built JavaScript, as Node strips no types in `node_modules`, in CommonJS, as the
 * packages that load it do.
 *
 * ```sh
 * deno task pack-prom-client             # into dist/prom-client
 * deno task pack-prom-client --out DIR   # into another folder
 * ```
 *
 * The folder gets the package in `package`, and what `npm pack` makes of it.
 *
 * @module
 */
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { root, stream } from "./shared/process.ts";

const ENTRY = "src/prom_client/mod.ts";
/** npm takes a package for prom-client only where dependents' ranges do: `^15.0.0`. */
const VERSION = "15.9.0";
const NAME = "@x/thread-stats-prom-client";

/** The options: `--out DIR`, relative to where the command runs. */
function outOf(args: readonly string[]): string {
  if (args.length === 0) return fileURLToPath(new URL("dist/prom-client", root));
  if (args.length === 2 && args[0] === "--out" && args[1] !== "") return resolve(args[1]);
  throw new TypeError(`Cannot pack: the options must be --out DIR, got ${args.join(" ")}`);
}

async function run(doing: string, command: readonly string[]): Promise<void> {
  const { success, reason } = await stream(command, { limitMinutes: 5 });
  if (!success) throw new Error(`Cannot pack: ${doing} must succeed, got that it ${reason}`);
}

/** All modules as one file. Bindings of one scope are faster than properties of `exports`. */
async function bundle(target: string): Promise<void> {
  const options = ["--quiet", "--no-lock", "--format=cjs", "--platform=deno"];
  await run("deno bundle", [Deno.execPath(), "bundle", ...options, `--output=${target}`, ENTRY]);
}

/** The declarations of the entry point, and of what they import. */
async function declare(target: string): Promise<void> {
  const all = await Deno.makeTempDir({ prefix: "thread-stats-types-" });
  try {
    const options = ["--quiet", "--no-lock", "--declaration", `--outdir=${all}`];
    await run("deno transpile", [Deno.execPath(), "transpile", ...options, ENTRY]);
    const copied = new Set<string>();
    const copy = async (path: string): Promise<void> => {
      if (copied.has(path)) return;
      copied.add(path);
      // The first line is for a module system that nobody uses here, and has this machine's path.
      const text = (await Deno.readTextFile(join(all, path)))
        .replace(/^\/\/\/ <amd-module .*\n/, "");
      await Deno.mkdir(dirname(join(target, path)), { recursive: true });
      await Deno.writeTextFile(join(target, path), text);
      for (const [, imported] of text.matchAll(/(?:from |import\()"(\.[^"]*)\.ts"/g)) {
        await copy(join(dirname(path), `${imported}.d.ts`));
      }
    };
    await copy(ENTRY.replace(/\.ts$/, ".d.ts"));
  } finally {
    await Deno.remove(all, { recursive: true });
  }
}

/**
 * The package's root: what `require("prom-client")` gives is the same object as the default export.
 * The last statement never runs: by it the runtimes know the names that ES modules may import.
 */
function rootModule(names: readonly string[], hidden: readonly string[]): string {
  return [
    `"use strict";`,
    `const face = require("./face.cjs");`,
    `const client = face.default;`,
    `// The bundler renames classes that name themselves.`,
    `for (const [name, value] of Object.entries(client)) {`,
    `  if (typeof value === "function") Object.defineProperty(value, "name", { value: name, configurable: true });`,
    `}`,
    ...hidden.map((name) =>
      `Object.defineProperty(client, "${name}", { value: face.${name}, writable: true, configurable: true });`
    ),
    `module.exports = client;`,
    `0 && (module.exports = { ${names.join(", ")} });`,
    ``,
  ].join("\n");
}

/** prom-client's declarations have no default export, and these must not have more than those. */
const rootTypes = `export * from "./types/${ENTRY}";\n`;

async function manifest(): Promise<string> {
  const { license } = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
  const types = "./index.d.ts";
  return JSON.stringify(
    {
      name: NAME,
      version: VERSION,
      description: "prom-client's API over shared memory: the metrics of all threads",
      license,
      main: "./index.js",
      types,
      exports: {
        ".": { types, default: "./index.js" },
        "./package.json": "./package.json",
      },
      files: ["index.js", "index.d.ts", "face.cjs", "types"],
      engines: { node: ">=22.12" },
    },
    undefined,
    2,
  ) + "\n";
}

const readme = `# ${NAME}

prom-client's API over memory that all threads of a process share. Install it under the name
\`prom-client\`, so that the packages that make metrics use it too:

\`\`\`json
{
  "dependencies": { "prom-client": "npm:${NAME}@${VERSION}" },
  "overrides": { "prom-client": "$prom-client" }
}
\`\`\`
`;

async function main(): Promise<void> {
  const out = outOf(Deno.args);
  const target = join(out, "package");
  await Deno.remove(target, { recursive: true }).catch(() => {});
  await Deno.mkdir(target, { recursive: true });
  await Promise.all([bundle(join(target, "face.cjs")), declare(join(target, "types"))]);
  // Loading it also shows that it can be loaded.
  const face = createRequire(import.meta.url)(join(target, "face.cjs"));
  const names = Object.keys(face.default);
  const hidden = Object.keys(face).filter((name) => name !== "default" && !names.includes(name));
  const texts = {
    "index.js": rootModule([...names, ...hidden], hidden),
    "index.d.ts": rootTypes,
    "package.json": await manifest(),
    "README.md": readme,
    "LICENSE": await Deno.readTextFile(new URL("LICENSE", root)),
  };
  for (const [name, text] of Object.entries(texts)) {
    await Deno.writeTextFile(join(target, name), text);
  }
  await run("npm pack", ["npm", "pack", "--silent", `--pack-destination=${out}`, target]);
  console.log(`${NAME} ${VERSION}: ${out}`);
}

await main();
Deno.exit(0);
