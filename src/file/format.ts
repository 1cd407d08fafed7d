/**
 * The format of a file with statistics.
 *
 * ```text
 * byte 0      header         written before the file gets its name, and never changed
 *      4096   process table  64 bytes each: the number of the latest process with this lock
 *                            | its id | when it opened the file | a word for trials
 *      65536  memory         as `memory/layout.ts` describes it, up to the end of the file
 * ```
 *
 * Each entry of the process table has a byte that its process locks until it ends: the byte at
 * `lockBase` plus the entry's number, far behind the end of any file. The system gives the lock up
 * when the process ends, however it ends. Only the process that has the lock writes the entry.
 *
 * All numbers are little-endian, as every processor has them on which the engines run.
 *
 * @module
 */
import { cannot, got } from "../base/errors.ts";
import { LAYOUT_VERSION } from "../memory/layout.ts";
import { FILE_HEADER_BYTES } from "../memory/memory_file.ts";

/** The first word of the file: "TSTF". */
const MAGIC = 0x46545354;
/** Raised by every change of the header that makes older files unreadable. */
const FILE_VERSION = 1;

// The header: indices of 32-bit words, unless stated otherwise.
const F_MAGIC = 0;
const F_VERSION = 1;
const F_LAYOUT = 2;
const F_MAX_PROCESSES = 3;
/** Index in 8-byte words; a double. */
const F_MAX_BYTES = 2;
/** Index in 8-byte words; a double, in milliseconds since 1970. */
const F_CREATED = 3;
/** Index in 8-byte words; the memory has the same one in its own header. */
const F_IDENTITY = 4;
/** Index in 8-byte words; a double. */
const F_LOCK_BASE = 5;
/** Where the 36 characters of the boot's identifier are, in bytes. */
const F_BOOT = 64;
const BOOT_CHARACTERS = 36;
/** Where the SHA-256 of the schema's text is, in bytes. */
const F_SCHEMA = 128;
const HASH_BYTES = 32;
const HEADER_BYTES = F_SCHEMA + HASH_BYTES;

// The process table.
const TABLE_OFFSET = 4096;
const ENTRY_BYTES = 64;
/** The number of the process; 0 while the entry was never used. */
const P_NUMBER = 0;
const P_ID = 1;
/** Index in 8-byte words; a double, in milliseconds since 1970. */
const P_SINCE = 1;
/** In bytes. */
const P_TRIAL = 16;

/** The most processes that can use a file at a time. */
export const MAX_PROCESSES = 512;
/** Numbers of processes are generations of an entry times this, plus the entry's number. */
const NUMBERS = 1024;
/** So that numbers have 31 bits. */
const GENERATIONS = 2 ** 21;
/** The lock bytes of all files are from here on, behind the end of every file. */
const FIRST_LOCK = 2 ** 40;
/** How many bytes each file has for its locks. */
const LOCKS = 1024;
/** The most bytes of a `WebAssembly.Memory`. */
const MOST_BYTES = 2 ** 32;

/** The header of a file. */
export interface FileHeader {
  readonly maxProcesses: number;
  /** How long the memory can become, in bytes. */
  readonly maxByteLength: number;
  /** In milliseconds since 1970. */
  readonly created: number;
  /** Distinguishes the file from all others. */
  readonly identity: bigint;
  /** The first byte that is locked. */
  readonly lockBase: number;
  /** Distinguishes this run of the operating system from others; empty where it is not known. */
  readonly boot: string;
  /** SHA-256 of the text of the schema with which the file was made, in hexadecimal. */
  readonly schemaHash: string;
}

/** An entry of the process table. */
export interface ProcessEntry {
  /** The number of the process, see {@linkcode nextNumber}; 0 when the entry was never used. */
  readonly number: number;
  /** The identifier of the process in its own namespace. */
  readonly pid: number;
  /** When it opened the file, in milliseconds since 1970. */
  readonly since: number;
}

/** A lock base that hardly any other file has: a list of locks tells which file each is of. */
export function lockBaseOf(identity: bigint): number {
  return FIRST_LOCK + Number(BigInt.asUintN(20, identity >> 8n)) * LOCKS;
}

/** The byte that is locked while a file is opened or replaced. */
export function setupLock({ lockBase }: FileHeader): number {
  return lockBase + MAX_PROCESSES;
}

/** The byte that is locked by who waits to replace a file: until then nobody begins to open it. */
export function replaceLock({ lockBase }: FileHeader): number {
  return lockBase + MAX_PROCESSES + 1;
}

/** The header as bytes. */
export function encodeHeader(header: FileHeader): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES);
  const i32 = new Int32Array(bytes.buffer);
  const f64 = new Float64Array(bytes.buffer);
  i32[F_MAGIC] = MAGIC;
  i32[F_VERSION] = FILE_VERSION;
  i32[F_LAYOUT] = LAYOUT_VERSION;
  i32[F_MAX_PROCESSES] = header.maxProcesses;
  f64[F_MAX_BYTES] = header.maxByteLength;
  f64[F_CREATED] = header.created;
  new BigUint64Array(bytes.buffer)[F_IDENTITY] = header.identity;
  f64[F_LOCK_BASE] = header.lockBase;
  new TextEncoder().encodeInto(
    header.boot,
    bytes.subarray(F_BOOT, F_BOOT + BOOT_CHARACTERS),
  );
  for (let n = 0; n < HASH_BYTES; n++) {
    bytes[F_SCHEMA + n] = parseInt(header.schemaHash.slice(2 * n, 2 * n + 2), 16);
  }
  return bytes;
}

/**
 * Reads a header, and checks everything in it that later reads rely on.
 *
 * @param read Reads bytes of the file; fewer when the file ends before.
 * @param size The length of the file in bytes.
 * @throws {TypeError} When it is no such file, or is truncated, damaged or of another version.
 */
export function decodeHeader(
  action: string,
  read: (position: number, length: number) => Uint8Array,
  size: number,
): FileHeader {
  const bytes = new Uint8Array(HEADER_BYTES);
  bytes.set(read(0, HEADER_BYTES));
  const i32 = new Int32Array(bytes.buffer);
  const f64 = new Float64Array(bytes.buffer);
  if (i32[F_MAGIC] !== MAGIC) {
    const found = size === 0 ? "an empty file" : "another file";
    throw new TypeError(cannot(action, "it must be a file with statistics", got(found)));
  }
  if (i32[F_VERSION] !== FILE_VERSION) {
    throw new TypeError(cannot(action, `its format must be ${FILE_VERSION}`, i32[F_VERSION]));
  }
  if (i32[F_LAYOUT] !== LAYOUT_VERSION) {
    throw new TypeError(cannot(action, `its layout must be ${LAYOUT_VERSION}`, i32[F_LAYOUT]));
  }
  const header = {
    maxProcesses: i32[F_MAX_PROCESSES],
    maxByteLength: f64[F_MAX_BYTES],
    created: f64[F_CREATED],
    identity: new BigUint64Array(bytes.buffer)[F_IDENTITY],
    lockBase: f64[F_LOCK_BASE],
    boot: new TextDecoder().decode(bytes.subarray(F_BOOT, F_BOOT + BOOT_CHARACTERS))
      .replace(/\0+$/, ""),
    schemaHash: [...bytes.subarray(F_SCHEMA)].map((one) => one.toString(16).padStart(2, "0"))
      .join(""),
  };
  const { maxProcesses, maxByteLength, identity, lockBase } = header;
  const isIntact = maxProcesses >= 1 && maxProcesses <= MAX_PROCESSES &&
    Number.isInteger(maxByteLength) && maxByteLength >= 1 && maxByteLength <= MOST_BYTES &&
    identity !== 0n && lockBase === lockBaseOf(identity);
  if (!isIntact) {
    throw new TypeError(cannot(action, "its header must be intact", got("a damaged one")));
  }
  if (size <= FILE_HEADER_BYTES) {
    const found = got(`${size} bytes`);
    throw new TypeError(cannot(action, "it must be whole", found));
  }
  return header;
}

/** Reads an entry of the process table. */
export function readEntry(
  read: (position: number, length: number) => Uint8Array,
  index: number,
): ProcessEntry {
  const bytes = new Uint8Array(ENTRY_BYTES);
  bytes.set(read(TABLE_OFFSET + index * ENTRY_BYTES, ENTRY_BYTES));
  const u32 = new Uint32Array(bytes.buffer);
  return {
    number: u32[P_NUMBER],
    pid: u32[P_ID],
    since: new Float64Array(bytes.buffer)[P_SINCE],
  };
}

/** Writes an entry. Only by the process that has the entry's lock. */
export function writeEntry(
  write: (position: number, bytes: Uint8Array) => void,
  index: number,
  { number, pid, since }: ProcessEntry,
): void {
  const bytes = new Uint8Array(ENTRY_BYTES);
  const u32 = new Uint32Array(bytes.buffer);
  u32[P_ID] = pid;
  new Float64Array(bytes.buffer)[P_SINCE] = since;
  const start = TABLE_OFFSET + index * ENTRY_BYTES;
  write(start + 4, bytes.subarray(4));
  u32[P_NUMBER] = number;
  // Last, so that whoever reads the number reads the rest of this process or of a later one.
  write(start, bytes.subarray(0, 4));
}

/**
 * The number of the next process with an entry whose latest process had `number`. It is never 0,
 * and comes back after 2^21 - 1 processes of this entry.
 */
export function nextNumber(index: number, number: number): number {
  return (Math.floor(number / NUMBERS) % (GENERATIONS - 1) + 1) * NUMBERS + index;
}

/**
 * Where a word is, in bytes from the beginning of the file, by which a process tries whether memory
 * shows the file. Only the process that has the entry's lock writes it, and no other reads it.
 */
export function trialOffset(index: number): number {
  return TABLE_OFFSET + index * ENTRY_BYTES + P_TRIAL;
}

/** The entry of the process with a number. */
export function indexOf(number: number): number {
  return number % NUMBERS;
}
