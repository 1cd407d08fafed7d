/**
 * The system's functions on Bun: `bun:ffi`.
 *
 * @module
 */
import { firstOf } from "./libraries.ts";
import type { SystemCalls } from "./system_calls.ts";

/** The part of `bun:ffi` that is used here. */
interface BunFfi {
  dlopen(path: string, symbols: Record<string, unknown>): {
    // deno-lint-ignore no-explicit-any
    symbols: Record<string, (...values: any[]) => any>;
  };
  ptr(bytes: Uint8Array): number;
  toArrayBuffer(pointer: number, offset: number, length: number): ArrayBuffer;
}

/** The functions of the first C library that exists. */
export async function callsOf(
  action: string,
  libraries: readonly string[],
): Promise<SystemCalls> {
  // A variable, so that bundlers for other runtimes do not look for the module.
  const name = "bun:ffi";
  const { dlopen, ptr, toArrayBuffer } = await import(name) as BunFfi;
  const { symbols: { open, close, mmap, fcntl, geteuid } } = firstOf(action, libraries, {
    open: (path) => dlopen(path, SYMBOLS),
    advice: "",
  });
  return {
    address: (bytes) => BigInt(ptr(bytes)),
    open: (path, flags) => open(path, flags),
    close: (descriptor) => close(descriptor),
    mmap: ({ address, length, protection, flags, descriptor, offset }) =>
      BigInt(mmap(address, BigInt(length), protection, flags, descriptor, BigInt(offset))),
    view: (address, length) => toArrayBuffer(Number(address), 0, length),
    fcntl: (descriptor, command, argument) => fcntl(descriptor, command, argument),
    geteuid: () => geteuid(),
  };
}

const SYMBOLS = {
  open: { args: ["ptr", "i32"], returns: "i32" },
  close: { args: ["i32"], returns: "i32" },
  mmap: { args: ["u64", "u64", "i32", "i32", "i32", "i64"], returns: "i64" },
  fcntl: { args: ["i32", "i32", "ptr"], returns: "i32" },
  geteuid: { args: [], returns: "u32" },
};
