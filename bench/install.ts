const folder = new URL("./packages/", import.meta.url);

/**
 * Installs the packages that the library is compared with, exactly as `packages/deno.lock` has them, where Bun and Node
 * find them and no other task looks. Deno only.
 *
 * @throws When they are neither there nor to be had.
 */
export async function installPackages(): Promise<void> {
  const { success } = await new Deno.Command(Deno.execPath(), {
    // The root's configuration has no lock file.
    args: [
      ...["install", "--no-config", "--lock=deno.lock", "--frozen"],
      ...["--quiet", "--node-modules-dir=auto"],
    ],
    cwd: folder,
    stdout: "inherit",
    stderr: "inherit",
  }).output();
  if (!success) {
    throw new Error(`Cannot install the packages: deno install must succeed in ${folder.pathname}`);
  }
}
