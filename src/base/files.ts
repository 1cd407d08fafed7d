/**
 * The runtime's file functions: those of `node:fs` that this library uses, without an import.
 *
 * @module
 */
import { cannot, got } from "./errors.ts";

/** What is known of a file. */
export interface FileStatus {
  readonly dev: bigint;
  readonly ino: bigint;
  readonly size: bigint;
  readonly mode: bigint;
  readonly uid: bigint;
  readonly mtimeMs: bigint;
  isFile(): boolean;
  isSymbolicLink(): boolean;
}

/** The part of `node:fs` that is used here. */
export interface Files {
  readonly constants: {
    readonly O_RDONLY: number;
    readonly O_WRONLY: number;
    readonly O_RDWR: number;
    readonly O_APPEND: number;
  };
  openSync(path: string, flags: string | number, mode?: number): number;
  closeSync(descriptor: number): void;
  readSync(
    descriptor: number,
    bytes: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): number;
  writeSync(
    descriptor: number,
    bytes: Uint8Array,
    offset?: number,
    length?: number,
    position?: number | null,
  ): number;
  fstatSync(descriptor: number, options: { bigint: true }): FileStatus;
  statSync(path: string, options: { bigint: true }): FileStatus;
  lstatSync(path: string, options: { bigint: true }): FileStatus;
  linkSync(from: string, to: string): void;
  renameSync(from: string, to: string): void;
  unlinkSync(path: string): void;
  readFileSync(path: string, encoding: "utf8"): string;
  realpathSync(path: string): string;
  readdirSync(path: string): string[];
}

/** The part of `process` that is used here. */
interface Process {
  getBuiltinModule?(name: string): unknown;
}

/**
 * The file functions.
 *
 * @throws {Error} When the runtime has none, as a browser.
 */
export function files(action: string): Files {
  const { process } = globalThis as { process?: Process };
  const fs = process?.getBuiltinModule?.("node:fs") as Files | undefined;
  if (fs === undefined) {
    throw new Error(cannot(action, "the runtime must have files (node:fs)", got("none")));
  }
  return fs;
}
