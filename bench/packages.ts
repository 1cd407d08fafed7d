/**
 * The packages that the library is compared with, and mitata, which times. They are pinned in
 * `packages/`. Deno fetches them by itself. Bun and Node need them installed there, see
 * `README.md`.
 *
 * @module
 */

import { createRequire } from "node:module";
import manifest from "./packages/package.json" with { type: "json" };

/** A package is neither installed nor can it be fetched. */
export class MissingPackageError extends Error {
  override name = "MissingPackageError";
  /** The name of the package. */
  readonly packageName: string;

  constructor(packageName: string, options: ErrorOptions) {
    super(`Cannot load ${packageName}: ${howToInstall}`, options);
    this.packageName = packageName;
  }
}

/** What the user can do about a missing package. */
export const howToInstall: string = "Deno" in globalThis
  ? "npm must answer"
  : "`npm install --no-package-lock --prefix bench/packages` is required";

/**
 * Loads a package. `Package` is the part of it that the caller uses.
 *
 * @throws {MissingPackageError} When the package is neither installed nor can it be fetched.
 */
export async function loadPackage<Package>(name: string): Promise<Package> {
  const { [name]: version } = manifest.dependencies as Readonly<Record<string, string>>;
  try {
    // Not a literal: Deno would fetch it before anything runs, and fail without a network.
    if ("Deno" in globalThis) return await import(`npm:${name}@${version}`);
    return createRequire(new URL("./packages/package.json", import.meta.url))(name);
  } catch (error) {
    throw new MissingPackageError(name, { cause: error });
  }
}

/**
 * Installs the packages for Bun and Node, in the versions of `packages/deno.lock`. Deno only.
 *
 * @throws {Error} When a package is neither installed nor can it be fetched.
 */
export async function installPackages(): Promise<void> {
  const { success, code } = await new Deno.Command(Deno.execPath(), {
    // The configuration at the root has no lock file.
    args: [
      ...["install", "--no-config", "--lock=deno.lock", "--frozen"],
      ...["--quiet", "--node-modules-dir=auto"],
    ],
    cwd: new URL("./packages/", import.meta.url),
    stdout: "inherit",
    stderr: "inherit",
  }).output();
  if (!success) {
    throw new Error(
      `Cannot install the packages: \`deno install\` must succeed in bench/packages, got status ${code}`,
    );
  }
}
