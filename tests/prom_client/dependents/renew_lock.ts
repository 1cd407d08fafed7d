/**
 * Makes the lock file of the dependents' project anew, after a change of its manifest:
 *
 * ```sh
 * deno run -A --no-check --no-lock tests/prom_client/dependents/renew_lock.ts
 * ```
 *
 * @module
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { makeProject } from "./project.ts";

const project = await makeProject("install");
if ("unreachable" in project) throw new Error(project.unreachable);
const lock = JSON.parse(await readFile(join(project.folder, "package-lock.json"), "utf8"));
// Which registry has a package is for the user's npm to say. The face differs from build to build.
for (const entry of Object.values<{ resolved?: string }>(lock.packages)) delete entry.resolved;
delete lock.packages["node_modules/prom-client"].integrity;
const target = new URL("./project/package-lock.json", import.meta.url);
await writeFile(target, JSON.stringify(lock, undefined, 2) + "\n");
await project.remove();
