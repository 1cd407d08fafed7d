/**
 * Packs the library as an npm package: the same sources as JavaScript, with declarations.
 *
 * ```sh
 * deno task pack             # into dist/npm
 * deno task pack --out DIR   # into another folder
 * ```
 *
 * The folder gets the package in `package`, and what `npm pack` makes of it.
 *
 * @module
 */
import { dirname, join } from "node:path";
import { filesIn } from "./_files.ts";
import { linkWithin } from "./shared/links.ts";
import { root } from "./shared/process.ts";
import {
  declarations,
  emptyFolder,
  moduleGraph,
  npmPack,
  outOf,
  run,
  writeBelow,
} from "./shared/packing.ts";
import { isDocument, npmManifest } from "./shared/published.ts";

/** The imports of a module or a declaration, from sources to JavaScript. */
function importJavaScript(text: string, path: string, modules: ReadonlySet<string>): string {
  return text.replace(
    /((?:from |import |import\()")(\.[^"]*)\.ts"/g,
    // What examples in comments import is another program's file.
    (whole, before, specifier) =>
      modules.has(join(dirname(path), `${specifier}.ts`).replaceAll("\\", "/"))
        ? `${before}${specifier}.js"`
        : whole,
  );
}

/** Files, and all folders that they are in. */
function withFolders(files: readonly string[]): ReadonlySet<string> {
  const all = new Set(files);
  for (const file of files) {
    for (let end = file.lastIndexOf("/"); end > 0; end = file.lastIndexOf("/", end - 1)) {
      all.add(file.slice(0, end));
    }
  }
  return all;
}

async function main(): Promise<void> {
  const out = outOf(Deno.args, "npm");
  const target = join(out, "package");
  await emptyFolder(target);
  const config = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
  const entries = Object.values<string>(config.exports).map((path) => path.slice("./".length));
  const modules = await moduleGraph(entries);
  const known = new Set(modules);
  const [types] = await Promise.all([
    declarations(entries),
    run("deno transpile", [
      ...[Deno.execPath(), "transpile", "--quiet", "--no-check", "--no-lock"],
      ...[`--outdir=${target}`, ...modules],
    ]),
  ]);
  const program = config.exports["./cli"].replace("./", "");
  for (const path of modules) {
    const script = path.replace(/\.ts$/, ".js");
    const text = importJavaScript(await Deno.readTextFile(join(target, script)), path, known);
    await writeBelow(target, script, path === program ? `#!/usr/bin/env node\n${text}` : text);
  }
  for (const [path, text] of types) {
    await writeBelow(target, path, importJavaScript(text, path.replace(/\.d\.ts$/, ".ts"), known));
  }
  const documents = await filesIn(".", isDocument);
  const packed = withFolders([
    ...documents,
    ...modules.map((path) => path.replace(/\.ts$/, ".js")),
    ...types.keys(),
  ]);
  for (const path of documents) {
    if (path.endsWith(".md")) {
      const markdown = await Deno.readTextFile(new URL(path, root));
      await writeBelow(target, path, linkWithin(markdown, path, (file) => packed.has(file)));
      continue;
    }
    await Deno.mkdir(dirname(join(target, path)), { recursive: true });
    await Deno.copyFile(new URL(path, root), join(target, path));
  }
  await writeBelow(
    target,
    "package.json",
    `${JSON.stringify(npmManifest(config), undefined, 2)}\n`,
  );
  await npmPack(target, out);
  console.log(`${config.name} ${config.version}: ${out}`);
}

await main();
