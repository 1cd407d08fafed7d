/**
 * The packages that the library is compared with, and mitata, which measures. They are pinned in `packages/`, which is all that knows them.
 * Deno fetches them by itself; Bun and Node find what was installed there (`bench/README.md`).
 *
 * @module
 */

import { createRequire } from "node:module";
import manifest from "./packages/package.json" with { type: "json" };

/** A package that is neither there nor to be had. */
export class MissingPackageError extends Error {
  override name = "MissingPackageError";
  /** Its name. */
  readonly packageName: string;

  constructor(packageName: string, options: ErrorOptions) {
    super(`Cannot load ${packageName}: ${howToInstall}`, options);
    this.packageName = packageName;
  }
}

/** What is to be done where a package is missing. */
export const howToInstall: string = "Deno" in globalThis
  ? "npm must answer"
  : "`npm install --no-package-lock --prefix bench/packages` is required";

/**
 * Loads one. The caller says what of it is used.
 *
 * @throws {MissingPackageError} When it cannot be had.
 */
export async function loadPackage<Package>(name: string): Promise<Package> {
  const { [name]: version } = manifest.dependencies as Readonly<Record<string, string>>;
  try {
    // Not a literal: Deno would fetch it before anything runs, and fail where it cannot.
    if ("Deno" in globalThis) return await import(`npm:${name}@${version}`);
    return createRequire(new URL("./packages/package.json", import.meta.url))(name);
  } catch (error) {
    throw new MissingPackageError(name, { cause: error });
  }
}
