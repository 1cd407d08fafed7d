/**
 * A project outside of the repository that has installed the packed library, as a user's has.
 *
 * @module
 */
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

/** A command that has not ended by then hangs, in milliseconds. */
const LIMIT = 240_000;
const here = fileURLToPath(new URL("./", import.meta.url));
export const root: string = fileURLToPath(new URL("../../", import.meta.url));
/** The packages that `deno install` has put beside this file, as the lock file pins them. */
export const tools: string = join(here, "node_modules");

/** How a command ended. */
export interface Ending {
  /** `null` when it had to be killed. */
  readonly code: number | null;
  readonly output: string;
}

/** Runs a command to its end, with some variables of the environment besides. */
export function run(
  [program, ...args]: readonly string[],
  cwd: string,
  variables: Readonly<Record<string, string>> = {},
): Promise<Ending> {
  const env = { ...process.env, NO_COLOR: "1", ...variables };
  return new Promise((resolve) => {
    const child = execFile(
      program,
      args,
      { cwd, env, timeout: LIMIT, killSignal: "SIGKILL", maxBuffer: 1e8 },
      (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : child.exitCode ?? null, output: stdout + stderr }),
    );
    child.stdin?.end();
  });
}

/** Runs a command that must succeed. */
async function must(command: readonly string[], cwd: string): Promise<void> {
  const { code, output } = await run(command, cwd);
  if (code !== 0) throw new Error(`${command.join(" ")} ended with ${code}\n${output}`);
}

/** The project, until it is removed. */
export interface Consumer {
  readonly folder: string;
  /** The packed library: a folder with `package` and the tarball. */
  readonly packed: string;
  remove(): Promise<void>;
}

/**
 * Packs, and installs the tarball by npm, without a network: all that it depends on is linked to
 * what the lock file of this folder has brought.
 */
export async function makeConsumer(): Promise<Consumer> {
  const base = await realpath(await mkdtemp(join(tmpdir(), "thread-stats-consumer-")));
  const [folder, packed, uplot] = ["project", "packed", "uplot"].map((name) => join(base, name));
  const remove = () => rm(base, { recursive: true, force: true });
  try {
    await must([process.execPath, "task", "--quiet", "pack", "--out", packed], root);
    await cp(join(here, "project"), folder, { recursive: true });
    await cp(join(tools, "uplot"), uplot, { recursive: true, dereference: true });
    const tarball = (await readdir(packed)).find((name) => name.endsWith(".tgz"))!;
    const manifest = {
      private: true,
      type: "module",
      dependencies: { "@x/thread-stats": `file:${join(packed, tarball)}`, uplot: `file:${uplot}` },
    };
    await writeFile(join(folder, "package.json"), JSON.stringify(manifest));
    const quiet = ["--offline", "--install-links", "--no-audit", "--no-fund", "--silent"];
    await must(["npm", "install", ...quiet], folder);
    await mkdir(join(folder, "node_modules/@types"));
    await symlink(
      await realpath(join(tools, "@types/node")),
      join(folder, "node_modules/@types/node"),
      "junction",
    );
    return { folder, packed, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}
