/**
 * The system's functions that no runtime offers by itself: `mmap`, over a shared buffer or for a
 * plain one, and locks that end with their process.
 *
 * They are called through the foreign functions of the runtime: `Deno.dlopen`, `bun:ffi`, or the
 * package `koffi` on Node. Nothing of it is loaded before {@linkcode loadSystem} is called. No
 * function here runs on a hot path.
 *
 * The constants are those of 64-bit Linux and macOS, where `off_t` and pointers have 8 bytes.
 *
 * @module
 */
import { cannot, got } from "../base/errors.ts";
import { host } from "../host/host.ts";
import type { SystemCalls } from "./system_calls.ts";

/** The constants in which Linux and macOS differ. */
interface Constants {
  /** `MAP_PRIVATE`, `MAP_FIXED` and `MAP_ANONYMOUS`. */
  readonly anonymous: number;
  readonly closeOnExec: number;
  readonly ofdGetLock: number;
  readonly ofdSetLock: number;
  readonly readLock: number;
  readonly unlock: number;
  readonly writeLock: number;
  /** Offsets in `struct flock`. */
  readonly start: number;
  readonly length: number;
  readonly type: number;
  readonly whence: number;
}

const LINUX: Constants = {
  ...{ anonymous: 0x32, closeOnExec: 0o2000000, ofdGetLock: 36, ofdSetLock: 37 },
  ...{ readLock: 0, writeLock: 1, unlock: 2, type: 0, whence: 2, start: 8, length: 16 },
};
const MACOS: Constants = {
  ...{ anonymous: 0x1012, closeOnExec: 0x1000000, ofdGetLock: 92, ofdSetLock: 90 },
  ...{ readLock: 1, unlock: 2, writeLock: 3, start: 0, length: 8, type: 20, whence: 22 },
};

const READ_WRITE = 2;
const PROTECTION_READ_WRITE = 3;
const SHARED = 1;
const SHARED_FIXED = 0x11;
const NO_FILE = { descriptor: -1, offset: 0 };
/** Size of `struct flock`, or more. */
const FLOCK_BYTES = 32;

/** The system, as one thread calls it. */
export class System {
  readonly #calls: SystemCalls;
  readonly #constants: Constants;

  constructor(calls: SystemCalls, constants: Constants) {
    this.#calls = calls;
    this.#constants = constants;
  }

  /**
   * Opens a file for reading and writing; -1 if that fails. The descriptor belongs to the process,
   * not to the thread, stays open, and is not inherited by programs that the process starts.
   */
  open(path: string): number {
    const bytes = new TextEncoder().encode(`${path}\0`);
    return this.#calls.open(bytes, READ_WRITE | this.#constants.closeOnExec);
  }

  /** The user that new files belong to. Not from `process`, which needs a permission on Deno. */
  get user(): number {
    return this.#calls.geteuid();
  }

  /** Closes a descriptor, and gives up the locks that were taken through it. */
  close(descriptor: number): void {
    this.#calls.close(descriptor);
  }

  /**
   * Lays a file over a buffer: from now on the buffer's bytes are those of the file from `offset`
   * on. False if the system refuses.
   */
  overlay(buffer: SharedArrayBuffer, descriptor: number, offset: number): boolean {
    return this.#map(buffer, { flags: SHARED_FIXED, descriptor, offset });
  }

  /**
   * Maps a file from `offset` on where the system likes, and returns a plain buffer that shows it.
   * The mapping stays when the buffer is collected. `undefined` if the system refuses.
   *
   * @throws {Error} When the runtime shows no memory that is not its own; the error says what to do.
   */
  map(length: number, descriptor: number, offset: number): ArrayBuffer | undefined {
    const request = { address: 0n, length, protection: PROTECTION_READ_WRITE };
    const address = this.#calls.mmap({ ...request, flags: SHARED, descriptor, offset });
    if (address === -1n) return undefined;
    try {
      return this.#calls.view(address, length);
    } catch (error) {
      // Else the mapping would keep the file, also when it has no name any more.
      this.#calls.mmap({ ...request, address, flags: this.#constants.anonymous, ...NO_FILE });
      throw error;
    }
  }

  /**
   * Gives a buffer memory of its own again, full of zeros, in the place of a file. False if the
   * system refuses.
   */
  restore(buffer: ArrayBufferLike): boolean {
    return this.#map(buffer, { flags: this.#constants.anonymous, ...NO_FILE });
  }

  #map(
    buffer: ArrayBufferLike,
    mapped: { flags: number; descriptor: number; offset: number },
  ): boolean {
    const address = this.#calls.address(new Uint8Array(buffer));
    const length = buffer.byteLength;
    const protection = PROTECTION_READ_WRITE;
    return this.#calls.mmap({ address, length, protection, ...mapped }) === address;
  }

  /**
   * Takes the lock on one byte of the file for the open descriptor, until it is closed or the
   * process ends. Several descriptors can have it as a shared one. A descriptor that has it already
   * changes its kind. False if another descriptor has it. Never waits.
   */
  lock(descriptor: number, byte: number, kind: "shared" | "exclusive"): boolean {
    const { ofdSetLock, writeLock, readLock } = this.#constants;
    const flock = this.#flock(kind === "shared" ? readLock : writeLock, byte, 1);
    return this.#calls.fcntl(descriptor, ofdSetLock, flock) !== -1;
  }

  /** Gives up a lock. */
  unlock(descriptor: number, byte: number): void {
    const { ofdSetLock, unlock } = this.#constants;
    this.#calls.fcntl(descriptor, ofdSetLock, this.#flock(unlock, byte, 1));
  }

  /**
   * Whether another descriptor, of this or another process, has a lock on one of the bytes. True
   * also when the system cannot tell.
   */
  isLocked(descriptor: number, byte: number, length = 1): boolean {
    const { ofdGetLock, writeLock, unlock, type } = this.#constants;
    const flock = this.#flock(writeLock, byte, length);
    if (this.#calls.fcntl(descriptor, ofdGetLock, flock) === -1) return true;
    return new DataView(flock.buffer).getInt16(type, true) !== unlock;
  }

  /** A `struct flock`. */
  #flock(type: number, start: number, length: number): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(FLOCK_BYTES);
    const view = new DataView(bytes.buffer);
    const at = this.#constants;
    view.setInt16(at.type, type, true);
    view.setInt16(at.whence, 0, true);
    view.setBigInt64(at.start, BigInt(start), true);
    view.setBigInt64(at.length, BigInt(length), true);
    return bytes;
  }
}

let loaded: Promise<System> | undefined;

/**
 * Loads the system's functions. Once for each thread.
 *
 * @throws {Error} When this system has none, or the runtime refuses; the error says what to do.
 */
export function loadSystem(action: string): Promise<System> {
  loaded ??= load(action).catch((error) => {
    loaded = undefined;
    throw error;
  });
  return loaded;
}

async function load(action: string): Promise<System> {
  const { runtime, process } = host();
  const { platform, arch } = process ?? {};
  if (platform === undefined || LIBRARIES[`${platform} ${arch}`] === undefined) {
    const required = "the system must be Linux on x64 or arm64, or macOS on x64";
    const found = platform === undefined ? "a browser" : `${platform} on ${arch}`;
    throw new Error(cannot(action, required, got(found)));
  }
  const constants = platform === "linux" ? LINUX : MACOS;
  const libraries = LIBRARIES[`${platform} ${arch}`] ?? [];
  const { callsOf } = runtime === "deno"
    ? await import("./deno_calls.ts")
    : runtime === "bun"
    ? await import("./bun_calls.ts")
    : await import("./node_calls.ts");
  return new System(await callsOf(action, libraries), constants);
}

/** Where the C library is: of Debian and its relatives, of other systems, and of Alpine. */
const LIBRARIES: Readonly<Record<string, readonly string[]>> = {
  "linux x64": [
    "/lib/x86_64-linux-gnu/libc.so.6",
    "/lib64/libc.so.6",
    "/usr/lib/libc.so.6",
    "/lib/ld-musl-x86_64.so.1",
  ],
  "linux arm64": [
    "/lib/aarch64-linux-gnu/libc.so.6",
    "/lib64/libc.so.6",
    "/usr/lib/libc.so.6",
    "/lib/ld-musl-aarch64.so.1",
  ],
  // Not arm64: its calling convention for `fcntl` and `open` differs.
  "darwin x64": ["/usr/lib/libSystem.B.dylib"],
};
