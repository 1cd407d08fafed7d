/**
 * Loads a module that joins twice, and once more with a copy of the library. Prints the number of
 * slots.
 *
 * @module
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "thread-stats-"));
let modules;
try {
  cpSync(join(root, "src"), join(folder, "src"), { recursive: true });
  cpSync(join(root, "mod.ts"), join(folder, "mod.ts"));
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  const own = new URL("./stats.ts", import.meta.url);
  for (const name of ["stats.ts", "schema.ts"]) {
    const text = readFileSync(new URL(name, own), "utf8");
    writeFileSync(join(folder, name), text.replace("../../../mod.ts", "./mod.ts"));
  }
  const copy = pathToFileURL(join(folder, "stats.ts"));
  modules = [await import(own.href), await import(`${own.href}?again`), await import(copy.href)];
} finally {
  rmSync(folder, { recursive: true });
}
for (const [n, { metrics }] of modules.entries()) metrics.jobs.add(n + 1);
const [{ stats, thread }] = modules;
console.log(JSON.stringify({
  slots: stats.threads().length,
  total: stats.metrics.jobs.read(),
  sameThread: modules.every((module) => module.thread === thread),
}));
process.exit();
