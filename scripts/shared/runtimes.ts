import { capture } from "./process.ts";

/** A runtime that the suite runs under. */
export type RuntimeName = "deno" | "bun" | "node" | "node22";

/** The runtimes in which everything runs, in the order of the reports. */
export const runtimeNames: readonly RuntimeName[] = ["deno", "bun", "node"];

/** The runtimes of the test suite: in the last one, only its core runs. */
export const suiteRuntimes: readonly RuntimeName[] = [...runtimeNames, "node22"];

/** A runtime that can be started. */
export interface Runtime {
  readonly name: RuntimeName;
  readonly version: string;
  readonly path: string;
}

interface Source {
  /** The name of the program. */
  readonly program: string;
  /** The oldest version that is taken from PATH, as [major, minor]. */
  readonly atLeast: readonly [number, number];
  /** Versions from this major one on are not taken. */
  readonly below?: number;
  /** The arguments of npx when PATH has no such version. */
  readonly npx: readonly string[];
}

const sources: Record<Exclude<RuntimeName, "deno">, Source> = {
  bun: { program: "bun", atLeast: [1, 4], npx: ["-p", "bun@1.4.5", "bun"] },
  // The first major version that knows `using`.
  node: { program: "node", atLeast: [24, 0], npx: ["-p", "node@24.21.0", "node"] },
  // The first version that runs TypeScript without a flag.
  node22: {
    program: "node",
    atLeast: [22, 18],
    below: 23,
    npx: ["-p", "node@22.23.3", "node"],
  },
};

const describeSelf = "console.log(JSON.stringify([process.execPath, " +
  "process.versions.bun ?? process.versions.node]))";

/**
 * Finds a runtime on PATH, or else through npx.
 *
 * @throws {Error} When neither has it.
 */
export async function findRuntime(name: RuntimeName): Promise<Runtime> {
  if (name === "deno") return { name, version: Deno.version.deno, path: Deno.execPath() };
  const { program, atLeast: [major, minor], below = Infinity, npx } = sources[name];
  const local = await ask([program], 30);
  if (local !== undefined) {
    const [hasMajor, hasMinor] = local.version.split(".").map(Number);
    const isOldEnough = hasMajor < below;
    const isNewEnough = hasMajor > major || (hasMajor === major && hasMinor >= minor);
    if (isOldEnough && isNewEnough) return { name, ...local };
  }
  console.log(`${name}: none of version ${major}.${minor} or later on PATH, asking npx`);
  const fetched = await ask(["npx", "-y", ...npx], 300);
  if (fetched === undefined) {
    throw new Error(
      `Cannot find ${name}: version ${major}.${minor} or later is required on PATH or through npx, got none`,
    );
  }
  return { name, ...fetched };
}

// Returns the path of the program itself, so that later starts do not need npx.
async function ask(
  command: readonly string[],
  limitSeconds: number,
): Promise<{ path: string; version: string } | undefined> {
  const answer = await capture([...command, "-e", describeSelf], limitSeconds);
  if (answer === undefined) return undefined;
  try {
    const [path, version] = JSON.parse(answer.split("\n").at(-1) ?? "");
    return { path, version };
  } catch {
    return undefined;
  }
}
