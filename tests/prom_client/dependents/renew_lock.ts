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
// The face differs from build to build, and its registry has another address each time.
const face = lock.packages["node_modules/prom-client"];
delete face.resolved;
delete face.integrity;
const target = new URL("./project/package-lock.json", import.meta.url);
await writeFile(target, JSON.stringify(lock, undefined, 2) + "\n");
await project.remove();
