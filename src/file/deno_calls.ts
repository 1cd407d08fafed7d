/**
 * The system's functions on Deno: `Deno.dlopen`, which needs `--allow-ffi` for the C library alone.
 * A view of memory at an address needs it for all libraries.
 *
 * @module
 */
import { firstOf } from "./libraries.ts";
import type { SystemCalls } from "./system_calls.ts";

/** The part of `Deno` that is used here. */
interface DenoNamespace {
  dlopen(path: string, symbols: Record<string, unknown>): {
    // deno-lint-ignore no-explicit-any
    symbols: Record<string, (...values: any[]) => any>;
  };
  readonly UnsafePointer: { create(address: bigint): object | null };
  readonly UnsafePointerView: { getArrayBuffer(pointer: object, length: number): ArrayBuffer };
}

/**
 * The functions of the first C library that exists.
 *
 * @throws {Error} When Deno refuses.
 */
export function callsOf(action: string, libraries: readonly string[]): SystemCalls {
  const { Deno } = globalThis as unknown as { Deno: DenoNamespace };
  const advice = ` (deno run --allow-ffi=${libraries[0]})`;
  const { symbols } = firstOf(action, libraries, {
    open: (path) => Deno.dlopen(path, SYMBOLS),
    advice,
  });
  const { memmove, open, close, mmap, fcntl, geteuid } = symbols;
  return {
    // It moves nothing, and returns the address of what it was given.
    address: (bytes) => BigInt(memmove(bytes, bytes, 0n)),
    open: (path, flags) => open(path, flags),
    close: (descriptor) => close(descriptor),
    mmap: ({ address, length, protection, flags, descriptor, offset }) =>
      BigInt.asIntN(
        64,
        BigInt(mmap(address, BigInt(length), protection, flags, descriptor, BigInt(offset))),
      ),
    view: (address, length) => {
      try {
        const pointer = Deno.UnsafePointer.create(address)!;
        return Deno.UnsafePointerView.getArrayBuffer(pointer, length);
      } catch (cause) {
        throw new Error("Deno needs --allow-ffi without a path for it", { cause });
      }
    },
    fcntl: (descriptor, command, argument) => fcntl(descriptor, command, argument),
    geteuid: () => geteuid(),
  };
}

/** Addresses are numbers here: pointers would need the permission for all libraries. */
const SYMBOLS = {
  memmove: { parameters: ["buffer", "buffer", "usize"], result: "usize" },
  open: { parameters: ["buffer", "i32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
  mmap: { parameters: ["usize", "usize", "i32", "i32", "i32", "i64"], result: "usize" },
  fcntl: { parameters: ["i32", "i32", "buffer"], result: "i32" },
  geteuid: { parameters: [], result: "u32" },
};
