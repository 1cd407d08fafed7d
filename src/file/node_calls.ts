/**
 * The system's functions on Node: the package `koffi`.
 *
 * @module
 */
import { cannot, got } from "../base/errors.ts";
import { firstOf } from "./libraries.ts";
import type { SystemCalls } from "./system_calls.ts";

/** The part of koffi that is used here. */
interface Koffi {
  load(path: string): {
    // deno-lint-ignore no-explicit-any
    func(declaration: string): (...values: any[]) => any;
  };
}

/**
 * The functions of the first C library that exists.
 *
 * @throws {Error} When koffi is not installed.
 */
export async function callsOf(
  action: string,
  libraries: readonly string[],
): Promise<SystemCalls> {
  const { load } = await importKoffi(action);
  const library = firstOf(action, libraries, { open: load, advice: "" });
  const memmove = library.func("intptr_t memmove(void *to, const void *from, size_t bytes)");
  const open = library.func("int open(const void *path, int flags)");
  const close = library.func("int close(int fd)");
  const mmap = library.func(
    "intptr_t mmap(intptr_t at, size_t length, int prot, int flags, int fd, int64_t offset)",
  );
  const fcntl = library.func("int fcntl(int fd, int command, _Inout_ void *argument)");
  return {
    // It moves nothing, and returns the address of what it was given.
    address: (bytes) => BigInt(memmove(bytes, bytes, 0)),
    open: (path, flags) => open(path, flags),
    close: (descriptor) => close(descriptor),
    mmap: ({ address, length, protection, flags, descriptor, offset }) =>
      BigInt(mmap(address, length, protection, flags, descriptor, offset)),
    fcntl: (descriptor, command, argument) => fcntl(descriptor, command, argument),
  };
}

async function importKoffi(action: string): Promise<Koffi> {
  // A variable, so that bundlers do not look for the package where it is not installed.
  const name = "koffi";
  try {
    const { default: koffi } = await import(name) as { default: Koffi };
    return koffi;
  } catch (cause) {
    const required = "the package koffi must be installed on Node: npm install koffi";
    throw new Error(cannot(action, required, got("none")), { cause });
  }
}
