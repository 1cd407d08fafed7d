/** Runs something as in a program that has no WebAssembly: memory that is made then is a growable buffer. */
export function withoutWebAssembly<Result>(run: () => Result): Result {
  const given = Object.getOwnPropertyDescriptor(globalThis, "WebAssembly")!;
  Reflect.deleteProperty(globalThis, "WebAssembly");
  try {
    return run();
  } finally {
    Object.defineProperty(globalThis, "WebAssembly", given);
  }
}
