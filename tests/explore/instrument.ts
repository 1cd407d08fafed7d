/**
 * Makes each access of this thread to shared memory wait for its turn. It replaces typed arrays
 * over shared memory by proxies, and `Atomics` by an object that unwraps them. Code that is loaded
 * afterwards runs unmodified.
 *
 * Assumptions: one thread runs at a time, so what is explored is sequentially consistent:
 * interleavings of whole accesses. The
 * models and the litmus tests cover what weaker processors and compilers add.
 *
 * @module
 */

/** What is called before each access. `long` is the byte offset divided by 8. */
export type BeforeAccess = (isWrite: boolean, long: number) => void;

/** The real array behind a proxy. */
const REAL = Symbol("real");

/** The address of the memory's length: growing writes it, looking at it reads it. */
export const LENGTH_LONG = (1 << 26) - 1;

/** Methods of typed arrays that the library calls on shared memory: one counts as one access. */
const WHOLE = new Set<PropertyKey>(["slice"]);

const READS = new Set(["load"]);

type Shared = {
  readonly buffer: ArrayBufferLike;
  readonly byteOffset: number;
  readonly BYTES_PER_ELEMENT: number;
  [index: number]: number | bigint;
};

/** Replaces the globals of this thread, for good. */
export function instrument(before: BeforeAccess): void {
  const scope = globalThis as unknown as Record<string, unknown>;
  // Proxies cannot follow WebAssembly into the memory. The library runs without it, or its modules
  // are interpreted (`web_assembly.ts`).
  delete scope.WebAssembly;
  for (const name of ARRAYS) scope[name] = wrapConstructor(scope[name] as Constructor, before);
  scope.DataView = refuseShared(scope.DataView as Constructor);
  scope.Atomics = wrapAtomics(before);
  wrapLength(before);
}

type Constructor = new (...args: unknown[]) => Shared;

const ARRAYS = [
  ...["Int8Array", "Uint8Array", "Uint8ClampedArray", "Int16Array", "Uint16Array", "Int32Array"],
  ...["Uint32Array", "Float32Array", "Float64Array", "BigInt64Array", "BigUint64Array"],
];

function isShared(value: unknown): boolean {
  return value instanceof SharedArrayBuffer;
}

function wrapConstructor(Real: Constructor, before: BeforeAccess): Constructor {
  const handler = handlerOf(before);
  return new Proxy(Real, {
    construct(target, args, newTarget) {
      const real: Shared = Reflect.construct(target, args, newTarget);
      return isShared(real.buffer) ? new Proxy(real, handler) : real;
    },
  });
}

function refuseShared(Real: Constructor): Constructor {
  return new Proxy(Real, {
    construct(target, args, newTarget) {
      if (!isShared(args[0])) return Reflect.construct(target, args, newTarget);
      throw new TypeError("Cannot explore a DataView of shared memory: typed arrays are required");
    },
  });
}

function handlerOf(before: BeforeAccess): ProxyHandler<Shared> {
  return {
    get(target, key) {
      if (key === REAL) return target;
      if (typeof key === "string" && isIndex(key)) {
        const index = Number(key);
        before(false, longOf(target, index));
        return target[index];
      }
      const value = Reflect.get(target, key, target);
      if (typeof value !== "function" || key === "constructor") return value;
      if (key === "set") return setter(target, before);
      if (!WHOLE.has(key)) {
        throw new TypeError(
          `Cannot explore ${String(key)}() of shared memory: single accesses are required`,
        );
      }
      before(false, longOf(target, 0));
      return value.bind(target);
    },
    set(target, key, value) {
      if (typeof key === "string" && isIndex(key)) {
        const index = Number(key);
        before(true, longOf(target, index));
        target[index] = value;
        return true;
      }
      throw new TypeError(`Cannot explore ${String(key)} of shared memory: an index is required`);
    },
  };
}

/** In place of `set`: copies element by element, as another thread may see it half done. */
function setter(target: Shared, before: BeforeAccess) {
  return (from: ArrayLike<number | bigint>, offset = 0): void => {
    let long = -1;
    for (let n = 0; n < from.length; n++) {
      // One access for all elements in the same 8 bytes.
      const next = longOf(target, offset + n);
      if (next !== long) before(true, next);
      long = next;
      target[offset + n] = from[n];
    }
  };
}

function isIndex(key: string): boolean {
  const unit = key.charCodeAt(0);
  return unit >= 48 && unit <= 57;
}

function longOf(array: Shared, index: number): number {
  return (array.byteOffset + index * array.BYTES_PER_ELEMENT) >>> 3;
}

function wrapAtomics(before: BeforeAccess): Record<string, unknown> {
  const wrapped: Record<string, unknown> = {};
  for (const name of Object.getOwnPropertyNames(Atomics)) {
    // deno-lint-ignore no-explicit-any
    const real = (Atomics as any)[name];
    wrapped[name] = (array: Shared & { [REAL]?: Shared }, index: number, ...rest: unknown[]) => {
      const target = array[REAL];
      if (target === undefined) return real(array, index, ...rest);
      before(!READS.has(name), longOf(target, index));
      return real(target, index, ...rest);
    };
  }
  return wrapped;
}

function wrapLength(before: BeforeAccess): void {
  const { prototype } = SharedArrayBuffer;
  const { grow } = prototype;
  const length = Object.getOwnPropertyDescriptor(prototype, "byteLength")!;
  Object.defineProperty(prototype, "byteLength", {
    ...length,
    get() {
      before(false, LENGTH_LONG);
      return length.get!.call(this);
    },
  });
  Object.defineProperty(prototype, "grow", {
    value(bytes: number) {
      before(true, LENGTH_LONG);
      return grow.call(this, bytes);
    },
  });
}
