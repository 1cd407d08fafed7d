import { open } from "node:fs/promises";
import process from "node:process";
import type { ByteSource, FileSource } from "./byte_source.ts";
import { GzipSource } from "./gzip_source.ts";
import { PipeSource, RegularFileSource, StandardInputSource } from "./file_sources.ts";

/** Stands for standard input in place of a path. */
export const STANDARD_INPUT = "-";

/** Opens a file, a pipe, or standard input; what starts with gzip's magic number is decompressed. */
export async function openByteSource(path: string): Promise<ByteSource> {
  const file = await openFile(path);
  try {
    const start = new Uint8Array(2);
    let length = 0;
    while (length < start.length) {
      // A pipe may give one byte at a time.
      const count = await file.read(start.subarray(length));
      if (count === 0) break;
      length += count;
    }
    file.unread(start.subarray(0, length));
    const gzipped = length === 2 && start[0] === 0x1f && start[1] === 0x8b;
    return gzipped ? new GzipSource(file) : file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function openFile(path: string): Promise<FileSource> {
  if (path === STANDARD_INPUT) return new StandardInputSource(process.stdin);
  const file = await open(path, "r");
  try {
    const status = await file.stat();
    return status.isFile() ? new RegularFileSource(file, status.size) : new PipeSource(file);
  } catch (error) {
    await file.close();
    throw error;
  }
}
