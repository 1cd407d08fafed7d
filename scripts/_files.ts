import { root } from "./shared/process.ts";

/** Sorted paths, relative to the root, of the files below `folder` that `wanted` accepts. */
export async function filesIn(
  folder: string,
  wanted: (path: string) => boolean,
): Promise<string[]> {
  const found: string[] = [];
  let entries: Deno.DirEntry[];
  try {
    entries = await Array.fromAsync(Deno.readDir(new URL(`${folder}/`, root)));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
  for (const entry of entries) {
    const path = folder === "." ? entry.name : `${folder}/${entry.name}`;
    if (entry.name.startsWith(".") || entry.name === "node_modules") continue;
    if (entry.isDirectory) found.push(...await filesIn(path, wanted));
    else if (wanted(path)) found.push(path);
  }
  return found.sort();
}

/** Folders and files with the TypeScript of this repository. */
const sources = ["mod.ts", "src", "examples", "tests", "bench", "scripts"];

/** Sorted paths, relative to the root, of all TypeScript files. */
export async function sourceFiles(): Promise<string[]> {
  return await filesIn(
    ".",
    (path) =>
      path.endsWith(".ts") &&
      sources.some((source) => path === source || path.startsWith(`${source}/`)),
  );
}
