/**
 * Which run of the operating system this is.
 *
 * @module
 */
import { files } from "../base/files.ts";

/**
 * The identifier of the boot: Linux has one, which all containers of a machine share. Empty where
 * there is none, or where the runtime does not allow to read it.
 */
export function bootIdentifier(action: string): string {
  try {
    return files(action).readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return "";
  }
}
