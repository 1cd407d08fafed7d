/**
 * A temporary project outside of the repository, whose manifest takes the packed face for
 * prom-client, as a user's would.
 *
 * @module
 */
import { execFile } from "node:child_process";
import { cp, mkdtemp, readdir, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { startRegistry } from "./registry.ts";

/** A build, an installation or a program that has not ended by then hangs, in milliseconds. */
const LIMIT = 240_000;
const source = fileURLToPath(new URL("./project", import.meta.url));
const root = fileURLToPath(new URL("../../../", import.meta.url));

/** How a command ended. */
export interface Ending {
  /** `null` when it had to be killed. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end. */
export function run([program, ...args]: readonly string[], cwd: string): Promise<Ending> {
  const env = { ...process.env, NO_COLOR: "1" };
  return new Promise((resolve) => {
    const child = execFile(
      program,
      args,
      { cwd, env, timeout: LIMIT, killSignal: "SIGKILL", maxBuffer: 1e8 },
      (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : child.exitCode ?? null, stdout, stderr }),
    );
    child.stdin?.end();
  });
}

/** The project, until it is removed. */
export interface Project {
  readonly folder: string;
  /** The packed face: a folder with `package` and the tarball. */
  readonly packed: string;
  remove(): Promise<void>;
}

async function packFace(out: string): Promise<void> {
  const task = ["task", "--quiet", "pack-prom-client", "--out", out];
  const { code, stdout, stderr } = await run([process.execPath, ...task], root);
  if (code !== 0) throw new Error(`The face could not be packed: ${code}\n${stdout}${stderr}`);
}

/**
 * Makes the project by one command of npm. Its lock file pins all packages but the face.
 *
 * @returns The project, or what npm said when it did not reach its registry.
 * @throws {Error} When the face cannot be packed, or the project not be installed for another reason.
 */
export async function makeProject(
  command: "ci" | "install" = "ci",
): Promise<Project | { readonly unreachable: string }> {
  // Bun and Deno want the real path of what they are to resolve modules from.
  const base = await realpath(await mkdtemp(join(tmpdir(), "thread-stats-dependents-")));
  const remove = () => rm(base, { recursive: true, force: true });
  const [folder, packed] = [join(base, "project"), join(base, "packed")];
  try {
    await Promise.all([packFace(packed), cp(source, folder, { recursive: true })]);
    const manifest = JSON.parse(await readFile(join(packed, "package/package.json"), "utf8"));
    const tarball = (await readdir(packed)).find((name) => name.endsWith(".tgz"))!;
    const registry = await startRegistry(manifest, join(packed, tarball));
    const scope = manifest.name.split("/")[0];
    await writeFile(join(folder, ".npmrc"), `${scope}:registry=${registry.url}\n`);
    // With the addresses of packages in the lock file npm asks for their archives only.
    const options = [
      ...["--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"],
      ...["--omit-lockfile-registry-resolved=false", "--fetch-retries=1"],
    ];
    const ending = await run(["npm", command, ...options], folder);
    registry.close();
    if (ending.code === 0) return { folder, packed, remove };
    await remove();
    const said = ending.stdout + ending.stderr;
    if (!/ENOTFOUND|EAI_AGAIN|ECONN|ETIMEDOUT|ENETUNREACH/.test(said)) {
      throw new Error(`The project could not be installed: ${ending.code}\n${said}`);
    }
    return { unreachable: /^npm error .*request.*$/m.exec(said)?.[0] ?? said };
  } catch (error) {
    await remove();
    throw error;
  }
}
