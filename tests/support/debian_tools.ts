/**
 * Programs that only some tests need, from Debian's packages. Where one is missing these tests are
 * left out with a line in the log; but not where the suite runs on its own: there somebody would
 * have to read that line.
 *
 * @module
 */
import { spawnSync } from "node:child_process";
import process from "node:process";

/** Whether the tests that need a program are to be left out. */
export function isMissing(command: string, ...args: string[]): boolean {
  const { status } = spawnSync(command, args, { stdio: "ignore", timeout: 60_000 });
  if (status === 0) return false;
  console.log(`${command} ${args.join(" ")} does not run: the tests that need it are left out`);
  return process.env.CI === undefined;
}
