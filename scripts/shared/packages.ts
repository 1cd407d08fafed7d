/**
 * The packages of folders that have a `package.json` of their own.
 *
 * @module
 */
import { stream } from "./process.ts";

/** Installs the packages that a folder needs, as its `deno.lock` pins them. */
export async function installPackages(folder: string): Promise<void> {
  const command = [
    ...[Deno.execPath(), "install", "--no-config", "--node-modules-dir=auto"],
    ...["--lock=deno.lock", "--frozen", "--quiet"],
  ];
  const { success, reason } = await stream(command, { folder, limitMinutes: 3 });
  if (!success) console.log(`The packages of ${folder} could not be installed: it ${reason}`);
}
