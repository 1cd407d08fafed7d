/**
 * The private file of a process that makes one: nobody else knows it until it is whole and gets the
 * path. Its name is the path's with an identity behind it, in the same folder.
 *
 * ```text
 * made ──▶ whole ──▶ published: linked to the path, then without its private name; or renamed
 *   │        │
 *   │ killed │ killed: abandoned, for others to remove
 * ```
 *
 * Assumptions: making a file takes less than a minute. A process that is suspended for longer may
 * lose its private file; `publish` then fails, and it begins again.
 *
 * Guarantees: only a whole file gets the path. What a killed process leaves blocks nobody. Whoever
 * opens or makes the file of the path later than a minute afterwards removes it: at once if it is
 * but a second name of the file at the path.
 *
 * @module
 */
import { cannot, got } from "../base/errors.ts";
import { files } from "../base/files.ts";
import type { OpenedFile } from "./opened_file.ts";

/** How old a private file is when its process is taken for killed, in milliseconds. */
const ABANDONED = 60_000;

/** The private path of a file that shall get a path. */
export function privatePath(path: string, identity: bigint): string {
  return `${path}.${identity.toString(36)}.new`;
}

/**
 * Puts a whole file at its path, where there is none ("link") or in the place of another
 * ("rename").
 *
 * @returns False when the path has to be opened again: another process has put a file there, or
 * this one was suspended for so long that others have removed its private file. This file is closed
 * then.
 * @throws {Error} When the system refuses.
 */
export function publish(
  action: string,
  file: OpenedFile,
  { path, how }: { path: string; how: "link" | "rename" },
): boolean {
  const fs = files(action);
  try {
    if (how === "link") fs.linkSync(file.path, path);
    else fs.renameSync(file.path, path);
  } catch (error) {
    discard(action, file);
    const { code, message } = error as { code?: string; message: string };
    if (code === "EEXIST" || code === "ENOENT") return false;
    const required = how === "link"
      ? "the file system must allow a second name for a file (link)"
      : "the system must allow to put another file in its place (rename)";
    throw new Error(cannot(action, required, got(message)), { cause: error });
  }
  if (how === "link") remove(action, file.path);
  file.closeBytes();
  return true;
}

/** Closes a private file, and removes it. */
export function discard(action: string, file: OpenedFile): void {
  file.close();
  remove(action, file.path);
}

/** Removes what processes left that were killed while they made a file for the path. */
export function removeAbandoned(action: string, path: string): void {
  const fs = files(action);
  const cut = path.lastIndexOf("/") + 1;
  const [folder, name] = [path.slice(0, cut), path.slice(cut)];
  let others: string[] = [];
  let inode: bigint | undefined;
  try {
    others = fs.readdirSync(folder).filter((other) =>
      other.startsWith(`${name}.`) &&
      /^[0-9a-z]{1,13}\.new$/.test(other.slice(name.length + 1))
    );
    if (others.length > 0) inode = fs.statSync(path, { bigint: true }).ino;
  } catch {
    // The folder cannot be read, or there is no file at the path.
  }
  for (const other of others) {
    try {
      const { ino, mtimeMs } = fs.lstatSync(folder + other, { bigint: true });
      // Its process was killed after it had linked the file, or is about to remove this name.
      const isSecondName = ino === inode;
      if (isSecondName || Date.now() - Number(mtimeMs) > ABANDONED) {
        remove(action, folder + other);
      }
    } catch {
      // Another process has removed it.
    }
  }
}

/** Removes a name, if that is possible: nothing depends on it. */
function remove(action: string, path: string): void {
  try {
    files(action).unlinkSync(path);
  } catch {
    // Another process has removed it, or it is another user's.
  }
}
