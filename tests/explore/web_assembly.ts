/**
 * Interprets the library's WebAssembly modules access by access, so that the explorer can schedule
 * what they do in shared memory: it runs the very bytes that engines compile. It knows the
 * instructions that these modules have, and refuses all others.
 *
 * @module
 */

/** A function of a module. */
interface Code {
  readonly parameters: number;
  readonly locals: number;
  readonly body: Uint8Array;
}

/** The memory as an instance sees it. The arrays may be proxies. */
interface Memory {
  readonly i32: Int32Array;
  readonly f64: Float64Array;
  readonly u64: BigUint64Array;
}

/** What stands in for `WebAssembly.Module`: it keeps its bytes. */
export class InterpretedModule {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
}

/** The exports of a module on this memory. */
export function interpret({ bytes }: InterpretedModule, buffer: ArrayBufferLike) {
  const memory: Memory = {
    i32: new Int32Array(buffer),
    f64: new Float64Array(buffer),
    u64: new BigUint64Array(buffer, 0, Math.floor(buffer.byteLength / 8)),
  };
  const { names, functions } = parse(bytes);
  return Object.fromEntries(names.map((name, n) => [
    name,
    (...values: number[]) => run(functions[n], values, memory),
  ]));
}

/** Reads bytes and LEB128 integers. */
class Reader {
  at = 0;
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.at >= this.bytes.length;
  }

  byte(): number {
    return this.bytes[this.at++];
  }

  integer(): number {
    const byte = this.byte();
    return byte < 0x80 ? byte : (byte & 0x7f) + 128 * this.integer();
  }

  part(): Reader {
    const length = this.integer();
    return new Reader(this.bytes.subarray(this.at, this.at += length));
  }

  list<Item>(read: () => Item): Item[] {
    return Array.from({ length: this.integer() }, read);
  }
}

function parse(bytes: Uint8Array): { names: string[]; functions: Code[] } {
  const reader = new Reader(bytes);
  reader.at = 8;
  const sections = new Map<number, Reader>();
  while (!reader.isAtEnd) sections.set(reader.byte(), reader.part());
  const types = sections.get(1)!;
  const parameters = types.list(() => {
    types.byte();
    const count = types.list(() => types.byte()).length;
    types.list(() => types.byte());
    return count;
  });
  const exported = sections.get(7)!;
  const names = exported.list(() => {
    const { bytes } = exported.part();
    exported.at += 2;
    return String.fromCharCode(...bytes);
  });
  const codes = sections.get(10)!;
  const functions = codes.list(() => codes.part()).map((code, n) => {
    const locals = code.list(() => {
      const count = code.integer();
      code.byte();
      return count;
    });
    return {
      parameters: parameters[n],
      locals: locals.reduce((sum, count) => sum + count, 0),
      body: code.bytes.subarray(code.at),
    };
  });
  return { names, functions };
}

function run({ parameters, locals, body }: Code, values: number[], memory: Memory): number {
  if (values.length !== parameters) throw new TypeError(`Cannot call with ${values.length} values`);
  const local: number[] = [...values, ...new Array(locals).fill(0)];
  // Integers of 64 bits are `bigint`s.
  const stack: (number | bigint)[] = [];
  const code = new Reader(body);
  const pop = () => stack.pop() as number;
  /** The address of an access: the alignment, then the offset follow. */
  const address = (base: number) => (code.byte(), (base >>> 0) + code.integer());
  for (;;) {
    const opcode = code.byte();
    switch (opcode) {
      case 0x0b: // end
        return pop();
      case 0x20: // local.get
        stack.push(local[code.integer()]);
        break;
      case 0x21: // local.set
        local[code.integer()] = pop();
        break;
      case 0x22: // local.tee
        local[code.integer()] = stack.at(-1) as number;
        break;
      case 0x41: // i32.const
        stack.push(code.byte());
        break;
      case 0x1b: { // select
        const [condition, other, one] = [pop(), pop(), pop()];
        stack.push(condition !== 0 ? one : other);
        break;
      }
      case 0x74: { // i32.shl
        const bits = pop();
        stack.push(pop() << bits);
        break;
      }
      case 0x72: // i32.or
        stack.push(pop() | pop());
        break;
      case 0xa0: { // f64.add
        const value = pop();
        stack.push(pop() + value);
        break;
      }
      case 0x63: // f64.lt
        stack.push(pop() > pop() ? 1 : 0);
        break;
      case 0x64: // f64.gt
        stack.push(pop() < pop() ? 1 : 0);
        break;
      case 0xb8: // f64.convert_i32_u
        stack.push(pop() >>> 0);
        break;
      case 0xad: // i64.extend_i32_u
        stack.push(BigInt(pop() >>> 0));
        break;
      case 0x7c: { // i64.add
        const value = stack.pop() as bigint;
        stack.push(BigInt.asUintN(64, (stack.pop() as bigint) + value));
        break;
      }
      case 0x29: // i64.load
        stack.push(memory.u64[address(pop()) / 8]);
        break;
      case 0x2b: // f64.load
        stack.push(memory.f64[address(pop()) / 8]);
        break;
      case 0x36: { // i32.store
        const value = pop();
        memory.i32[address(pop()) / 4] = value;
        break;
      }
      case 0x37: { // i64.store
        const value = stack.pop() as bigint;
        memory.u64[address(pop()) / 8] = value;
        break;
      }
      case 0x39: { // f64.store
        const value = pop();
        memory.f64[address(pop()) / 8] = value;
        break;
      }
      case 0xfc: // i32.trunc_sat_f64_u
        if (code.byte() !== 3) throw new TypeError("Cannot interpret this conversion");
        stack.push(Math.min(Math.max(Math.trunc(pop()), 0), 2 ** 32 - 1) | 0);
        break;
      case 0xfe: { // i32.atomic.rmw.add
        if (code.byte() !== 0x1e) throw new TypeError("Cannot interpret this atomic operation");
        const value = pop();
        stack.push(Atomics.add(memory.i32, address(pop()) / 4, value));
        break;
      }
      default:
        throw new TypeError(`Cannot interpret the instruction 0x${opcode.toString(16)}`);
    }
  }
}
