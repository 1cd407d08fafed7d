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
  view(address: bigint, length: number): ArrayBuffer;
}

/** The part of `process` that is used here. */
interface Program {
  readonly argv: readonly string[];
  cwd(): string;
  getBuiltinModule(name: string): unknown;
}

/** The part of `node:module` that is used here. */
interface Modules {
  createRequire(from: string): (name: string) => Koffi;
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
  const { load, view } = await importKoffi(action);
  const library = firstOf(action, libraries, { open: load, advice: "" });
  const memmove = library.func("intptr_t memmove(void *to, const void *from, size_t bytes)");
  const open = library.func("int open(const void *path, int flags)");
  const close = library.func("int close(int fd)");
  const mmap = library.func(
    "intptr_t mmap(intptr_t at, size_t length, int prot, int flags, int fd, int64_t offset)",
  );
  const fcntl = library.func("int fcntl(int fd, int command, _Inout_ void *argument)");
  const geteuid = library.func("uint32_t geteuid()");
  return {
    // It moves nothing, and returns the address of what it was given.
    address: (bytes) => BigInt(memmove(bytes, bytes, 0)),
    open: (path, flags) => open(path, flags),
    close: (descriptor) => close(descriptor),
    mmap: ({ address, length, protection, flags, descriptor, offset }) =>
      BigInt(mmap(address, length, protection, flags, descriptor, offset)),
    view: (address, length) => view(address, length),
    fcntl: (descriptor, command, argument) => fcntl(descriptor, command, argument),
    geteuid: () => geteuid(),
  };
}

/**
 * Looks from this file, and then from the program's: a package manager may let a package see only
 * what that package names.
 */
async function importKoffi(action: string): Promise<Koffi> {
  // A variable, so that bundlers do not look for the package where it is not installed.
  const name = "koffi";
  const failures: unknown[] = [];
  try {
    const { default: koffi } = await import(name) as { default: Koffi };
    return koffi;
  } catch (cause) {
    failures.push(cause);
  }
  const { process } = globalThis as unknown as { process: Program };
  const { createRequire } = process.getBuiltinModule("node:module") as Modules;
  for (const from of [process.argv[1], `${process.cwd()}/`]) {
    try {
      return createRequire(from)(name);
    } catch (cause) {
      failures.push(cause);
    }
  }
  const required = "the package koffi must be installed on Node: npm install koffi";
  throw new Error(cannot(action, required, got("none")), { cause: failures[0] });
}
