/**
 * The programs of docs/recipes.md, as files that a runtime can start.
 *
 * @module
 */
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = new URL("../../../", import.meta.url);
const page = readFileSync(new URL("docs/recipes.md", root), "utf8");
/** The folders with packages of recipes. */
const packages = ["tests/docs/recipes", "tests/runners"];
/** The module that all recipes have but those which have their own. */
const SHARED = "shared";

/** The files of each recipe, by their names. */
export const recipes: ReadonlyMap<string, ReadonlyMap<string, string>> = readRecipes();

function readRecipes(): Map<string, Map<string, string>> {
  const found = new Map<string, Map<string, string>>();
  for (
    const [, recipe, file, text] of page.matchAll(/^```ts ignore (\w+)\/(\S+)\n([^]*?)^```$/gm)
  ) {
    const files = found.get(recipe) ?? new Map<string, string>();
    found.set(recipe, files.set(file, text));
  }
  return found;
}

/** A recipe's own files, and those of others of which it says that it uses them. */
function filesOf(recipe: string, borrowed: readonly string[]): ReadonlyMap<string, string> {
  const files = new Map(recipes.get(SHARED));
  for (const path of borrowed) {
    const [from, file] = path.split("/");
    files.set(file, recipes.get(from)!.get(file)!);
  }
  for (const [file, text] of recipes.get(recipe)!) files.set(file, text);
  return files;
}

/**
 * Writes a recipe's files into a folder of a project that has this library and the packages.
 *
 * @param borrowed Files of other recipes, as `"piscina/task.ts"`
 * @returns The folder's path
 */
export function writeRecipe(recipe: string, borrowed: readonly string[] = []): string {
  const folder = mkdtempSync(join(tmpdir(), `recipe-${recipe}-`));
  for (const [file, text] of filesOf(recipe, borrowed)) writeFileSync(join(folder, file), text);
  const modules = join(folder, "node_modules");
  for (const [name, path] of packagePaths()) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(path, join(modules, name), "dir");
  }
  writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }\n');
  writeFileSync(join(folder, "deno.json"), JSON.stringify(denoConfig()));
  return folder;
}

/** Removes such a folder. */
export function removeRecipe(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

/** All packages by their names; this library as a link to its sources. */
function packagePaths(): Map<string, string> {
  const paths = new Map([["@x/thread-stats", fileURLToPath(root)]]);
  for (const folder of packages) {
    const modules = fileURLToPath(new URL(`${folder}/node_modules/`, root));
    for (const entry of readdirSync(modules).filter((name) => !name.startsWith("."))) {
      const names = entry.startsWith("@")
        ? readdirSync(join(modules, entry)).map((name) => `${entry}/${name}`)
        : [entry];
      for (const name of names) paths.set(name, join(modules, name));
    }
  }
  // JSR has it under this name.
  paths.set("@oak/oak", paths.get("@oakserver/oak")!);
  return paths;
}

/** Deno has the library by its import map, as from JSR. */
function denoConfig() {
  const { name, exports } = JSON.parse(readFileSync(new URL("deno.json", root), "utf8"));
  const imports = Object.fromEntries(
    Object.entries(exports).map(([entry, path]) => [
      name + entry.slice(1),
      new URL(path as string, root).href,
    ]),
  );
  return { imports, lock: false, nodeModulesDir: "manual" };
}
