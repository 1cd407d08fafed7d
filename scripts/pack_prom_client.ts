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
import { join } from "node:path";
import { declarations, emptyFolder, npmPack, outOf, run, writeBelow } from "./shared/packing.ts";
import { root } from "./shared/process.ts";

const ENTRY = "src/prom_client/mod.ts";
/** npm takes a package for prom-client only where dependents' ranges do: `^15.0.0`. */
const VERSION = "15.9.0";
const NAME = "@x/thread-stats-prom-client";

/** All modules as one file. Bindings of one scope are faster than properties of `exports`. */
async function bundle(target: string): Promise<void> {
  const options = ["--quiet", "--no-lock", "--format=cjs", "--platform=deno"];
  await run("deno bundle", [Deno.execPath(), "bundle", ...options, `--output=${target}`, ENTRY]);
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
  const out = outOf(Deno.args, "prom-client");
  const target = join(out, "package");
  await emptyFolder(target);
  const [types] = await Promise.all([declarations([ENTRY]), bundle(join(target, "face.cjs"))]);
  for (const [path, text] of types) await writeBelow(join(target, "types"), path, text);
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
  await npmPack(target, out);
  console.log(`${NAME} ${VERSION}: ${out}`);
}

await main();
Deno.exit(0);
