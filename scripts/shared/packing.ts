/**
 * What all npm packages that are made of this repository have in common.
 *
 * @module
 */
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { root, stream } from "./process.ts";

/** The option `--out DIR`, relative to where the command runs; else a folder of `dist`. */
export function outOf(args: readonly string[], name: string): string {
  if (args.length === 0) return fileURLToPath(new URL(`dist/${name}`, root));
  if (args.length === 2 && args[0] === "--out" && args[1] !== "") return resolve(args[1]);
  throw new TypeError(`Cannot pack: the options must be --out DIR, got ${args.join(" ")}`);
}

/** Runs one step, which must succeed, in a folder: a URL, or relative to the root. */
export async function run(
  doing: string,
  command: readonly string[],
  folder?: string,
): Promise<void> {
  const { success, reason } = await stream(command, { limitMinutes: 5, folder });
  if (!success) throw new Error(`Cannot pack: ${doing} must succeed, got that it ${reason}`);
}

/** An empty folder for the files of the package. */
export async function emptyFolder(path: string): Promise<void> {
  await Deno.remove(path, { recursive: true }).catch(() => {});
  await Deno.mkdir(path, { recursive: true });
}

/** Writes a text below a folder, and the folders above it. */
export async function writeBelow(folder: string, path: string, text: string): Promise<void> {
  const target = join(folder, path);
  await Deno.mkdir(dirname(target), { recursive: true });
  await Deno.writeTextFile(target, text);
}

/** Relative modules that a source or a declaration imports, as paths from the root. */
function importsOf(text: string, path: string): string[] {
  return [...text.matchAll(/(?:from |import |import\()"(\.[^"]*\.ts)"/g)]
    .map(([, specifier]) => join(dirname(path), specifier).replaceAll("\\", "/"));
}

/** The modules of the library that entry points load, as paths from the root. */
export async function moduleGraph(entries: readonly string[]): Promise<string[]> {
  const found = new Set<string>();
  const add = async (path: string): Promise<void> => {
    if (found.has(path)) return;
    let text: string;
    try {
      text = await Deno.readTextFile(new URL(path, root));
    } catch (error) {
      // Examples in comments import files of their own.
      if (error instanceof Deno.errors.NotFound) return;
      throw error;
    }
    found.add(path);
    for (const imported of importsOf(text, path)) await add(imported);
  };
  for (const entry of entries) await add(entry);
  return [...found].sort();
}

/**
 * The declarations of entry points and of what these import, by their paths from the root.
 *
 * They are made of a copy of the sources that names no npm package. Else the compiler would check
 * the package's declarations too, which need the DOM library.
 */
export async function declarations(
  entries: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const sources = await Deno.makeTempDir({ prefix: "thread-stats-sources-" });
  const all = await Deno.makeTempDir({ prefix: "thread-stats-types-" });
  try {
    const modules = await moduleGraph(entries);
    for (const path of modules) {
      const text = await Deno.readTextFile(new URL(path, root));
      await writeBelow(
        sources,
        path,
        text.replace(/import\(("npm:[^"]+")\)/g, "import($1 as string)"),
      );
    }
    const { compilerOptions } = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
    await writeBelow(sources, "deno.json", JSON.stringify({ compilerOptions }));
    await run("deno transpile --declaration", [
      ...[Deno.execPath(), "transpile", "--quiet", "--no-lock", "--declaration"],
      ...[`--outdir=${all}`, ...entries],
    ], pathToFileURL(sources).href);
    const texts = new Map<string, string>();
    const copy = async (path: string): Promise<void> => {
      const declared = path.replace(/\.ts$/, ".d.ts");
      if (texts.has(declared) || !modules.includes(path)) return;
      // The first line is for a module system that nobody uses here, and has this machine's path.
      const text = (await Deno.readTextFile(join(all, declared)))
        .replace(/^\/\/\/ <amd-module .*\n/, "");
      texts.set(declared, text);
      for (const imported of importsOf(text, path)) await copy(imported);
    };
    for (const entry of entries) await copy(entry);
    return texts;
  } finally {
    await Deno.remove(sources, { recursive: true });
    await Deno.remove(all, { recursive: true });
  }
}

/** Makes the archive of a folder. */
export async function npmPack(folder: string, out: string): Promise<void> {
  await run("npm pack", ["npm", "pack", "--silent", `--pack-destination=${out}`, folder]);
}
