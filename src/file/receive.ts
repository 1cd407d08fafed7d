/**
 * Files that another thread of this process has opened, and that each thread shows in a plain
 * buffer of its own.
 *
 * Such a thread does not use the file as a process of its own: it has the process's number and its
 * lock, which the process's first descriptor holds. So what is known of the ends of threads and
 * processes is true here too.
 *
 * @module
 */
import { cannot, got } from "../base/errors.ts";
import type { MemoryFile } from "../memory/memory_file.ts";
import { plainBufferOf, vouchFor } from "../memory/plain_buffers.ts";
import type { MemoryHandle } from "../memory/shared_memory.ts";
import { decodeHeader } from "./format.ts";
import { inPlainBuffer, showMemory } from "./mapping.ts";
import { type OpenedFile, openFile } from "./opened_file.ts";
import type { System } from "./system.ts";

/** What {@linkcode receiveHandle} needs to know. */
export interface ReceiveRequest {
  readonly action: string;
  readonly system: System;
  readonly path: string;
}

/**
 * Shows the file of a handle in this thread, if the handle has no buffer and this thread does not
 * show it yet. The handle may come from a thread with fewer permissions than this one, so no address
 * in it is trusted: this thread maps the file itself. The mapping stays until the process ends.
 *
 * @throws {Error} When the file is gone, or the runtime refuses.
 */
export function receiveHandle(request: ReceiveRequest, { buffer, file }: MemoryHandle): void {
  if (buffer !== undefined || file?.isPlain !== true || plainBufferOf(file) !== undefined) return;
  const { action } = request;
  const opened = openAgain(request, file);
  let mapped: ArrayBufferLike;
  try {
    const header = decodeHeader(action, opened.read, opened.size);
    ({ buffer: mapped } = showMemory(inPlainBuffer, opened, header));
  } catch (error) {
    if (error instanceof TypeError) throw error;
    const required = "this thread too must be able to show the file in a plain buffer";
    throw new Error(cannot(action, required, got((error as Error).message)), { cause: error });
  } finally {
    opened.closeDescriptors();
  }
  vouchFor(file, mapped as ArrayBuffer);
}

/** Opens the file, even if another one is under its path by now. */
function openAgain(
  { action, system, path }: ReceiveRequest,
  { descriptor, device, inode }: MemoryFile,
): OpenedFile {
  let failure: unknown;
  for (const each of [path, `/proc/self/fd/${Math.trunc(descriptor)}`]) {
    try {
      // Any mode: the process has decided to trust this file.
      const opened = openFile(action, system, each, { mode: 0o777 });
      if (opened === undefined) continue;
      const { dev, ino } = opened.status;
      if (dev === device && ino === inode) return opened;
      opened.close();
    } catch (error) {
      failure ??= error;
    }
  }
  const found = got((failure as Error | undefined)?.message ?? "another one, or none");
  throw new Error(cannot(action, `the file must still be at ${path}`, found), { cause: failure });
}
