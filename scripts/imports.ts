/**
 * Fails when files import each other in a circle, when a file of `src/` imports from a room that
 * the table in `docs/architecture.md` does not allow, or when a file imports another folder's
 * `_name.ts`.
 *
 * @module
 */

import { sourceFiles } from "./_files.ts";
import {
  allowedImports,
  forbiddenImports,
  importCircles,
  importsIn,
  privateImports,
} from "./_imports.ts";
import { root } from "./shared/process.ts";

const read = (path: string) => Deno.readTextFile(new URL(path, root));
const files = await sourceFiles();
const graph = new Map(
  await Promise.all(
    files.map(async (path) => [path, importsIn(path, await read(path))] as const),
  ),
);
const allowed = allowedImports(await read("docs/architecture.md"));
const faults = [
  ...forbiddenImports(graph, allowed),
  ...privateImports(graph),
  ...importCircles(graph),
];
for (const fault of faults) console.error(fault);
console.log(`${files.length} files, ${faults.length} imports that are not allowed`);
Deno.exit(faults.length === 0 ? 0 : 1);
