import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { bitOr, max, min, type RecordFields, sum, ThreadStats } from "../../../mod.ts";
import {
  type AnyFields,
  type FieldHolder,
  interpretKernel,
  makeKernel,
  type RecordKernel,
  type UpdateHost,
} from "../../../src/metrics/record/record_kernel.ts";
import { layoutOf } from "../../../src/metrics/record/record_layout.ts";
import { type Random, withSeeds } from "../random.ts";
import { assertRefuses } from "../observe.ts";
import { traffic } from "../traffic.ts";
import { exerciseAll } from "../programs/exercise_all.ts";

/** What may stand in a delta, good and bad. */
const VALUES: unknown[] = [
  ...[undefined, undefined, undefined, 0, -0, 1, 1, 2, 7, -1, 0.5, 1e300, -1e300],
  ...[
    2 ** 31,
    2 ** 32 - 1,
    2 ** 32,
    2 ** 53 - 1,
    2 ** 53,
    -(2 ** 31),
    -(2 ** 31) - 1,
    -(2 ** 53) + 1,
  ],
  ...[0n, 1n, -1n, 2n ** 64n - 1n, -(2n ** 70n)],
  ...[NaN, Infinity, -Infinity, null, "1", true, {}, []],
];
const GOOD_FOR_ALL: unknown[] = [undefined, 0, 1, 2, 5, 1000];
const MAKERS = [() => sum(), () => sum("u64"), min, max, bitOr];

function randomFields(random: Random): RecordFields {
  const count = 1 + random.below(12);
  return Object.fromEntries(
    Array.from({ length: count }, (_, n) => [`f${n}`, random.pick(MAKERS)()]),
  );
}

/** One record's memory and a kernel. */
class Bench {
  readonly values: Float64Array;
  readonly bits: Uint32Array;
  readonly kernel: RecordKernel;
  readonly base: number;
  readonly burst: FieldHolder & Record<string, unknown> & { merge(delta: AnyFields): void };
  /** The record of bucket 1, beside others. */
  readonly records: { update(id: number, delta: AnyFields): void };
  /** What the records were asked. */
  readonly calls: string[] = [];

  constructor(kernel: RecordKernel, fields: number) {
    this.values = new Float64Array(3 * fields).fill(42);
    this.bits = new Uint32Array(this.values.buffer);
    this.kernel = kernel;
    this.base = fields;
    const { values, bits, base, calls } = this;
    const Holder = kernel.withFields(
      class implements FieldHolder {
        $isOpen = true;
        $values = values;
        $bits = bits;
        $base = base;
        $refuse(verb: string): never {
          throw new TypeError(`refused to ${verb}`);
        }
      },
    );
    this.burst = new Holder() as unknown as Bench["burst"];
    const Records = kernel.withUpdates(
      class implements UpdateHost {
        values = values;
        bits = bits;
        isReady = () => false;
        isReadyIn = () => false;
        prepare = (id: number, verb: string) => void calls.push(`${verb} ${id}`);
        publish = (id: number) => void calls.push(`publish ${id}`);
      },
    );
    this.records = new Records() as unknown as Bench["records"];
  }

  /** What `call` gives or throws, and the memory afterwards. */
  after(call: (bench: Bench) => unknown): unknown {
    let outcome: unknown;
    try {
      outcome = call(this);
    } catch (error) {
      outcome = `${(error as Error).constructor.name}: ${(error as Error).message}`;
    }
    return { outcome, bits: [...this.bits], calls: this.calls.splice(0) };
  }
}

/** Whether the source of a kernel's updates has a name in it. */
function hasCompiled(kernel: RecordKernel, name: string): boolean {
  return (new Bench(kernel, 64).records.update.toString()).includes(name);
}

describe("makeKernel(), interpretKernel()", () => {
  it("agree on random deltas and assignments, good and bad", () => {
    withSeeds(60, (random) => {
      const fields = randomFields(random);
      const layout = layoutOf(fields);
      const names = Object.keys(fields);
      const count = names.length;
      const compiled = new Bench(makeKernel("test", layout), count);
      const interpreted = new Bench(interpretKernel("test", layout), count);
      assert(compiled.kernel.copy.toString() !== interpreted.kernel.copy.toString());
      const both = (call: (bench: Bench) => unknown) =>
        assertEquals(compiled.after(call), interpreted.after(call));
      both(({ values, base }) => values.fill(0, base, base + count));
      for (let step = 0; step < 150; step++) {
        const pool = random.below(3) === 0 ? VALUES : GOOD_FOR_ALL;
        const delta = Object.fromEntries(names.map((name) => [name, random.pick(pool)]));
        const name = random.pick(names);
        const value = random.pick(VALUES);
        switch (random.below(5)) {
          case 0:
            both((b) => b.burst.merge(delta as AnyFields));
            break;
          case 1:
            both((b) => b.records.update(1, delta as AnyFields));
            break;
          case 2:
            both((b) => b.burst[name] = value);
            break;
          case 3:
            both((b) => [b.burst[name], b.kernel.toObject(b.values, b.bits, b.base)]);
            break;
          case 4:
            both((b) => {
              const totals = new Float64Array(count);
              const totalBits = new Uint32Array(totals.buffer);
              b.kernel.copy(b.values, b.bits, b.base, totals, totalBits, 0);
              const part = b.values.slice(b.base, b.base + count);
              b.kernel.combine(totals, totalBits, part, new Uint32Array(part.buffer));
              return [...totalBits];
            });
            break;
        }
      }
      assertEquals(
        [...compiled.values.slice(0, count), ...compiled.values.slice(2 * count)],
        new Array(2 * count).fill(42),
        "nothing beside the record was touched",
      );
      both((b) => b.burst.merge(null as unknown as AnyFields));
      both((b) => b.records.update(1, 5 as unknown as AnyFields));
      Object.assign(compiled.burst, { $isOpen: false });
      Object.assign(interpreted.burst, { $isOpen: false });
      both((b) => b.burst[names[0]]);
      both((b) => b.burst[names[0]] = 1);
      both((b) => b.burst.merge({}));
    });
  });

  it("read each field of a change once", () => {
    const layout = layoutOf({ a: sum(), b: sum("u64"), c: bitOr() });
    for (const kernel of [makeKernel("test", layout), interpretKernel("test", layout)]) {
      const bench = new Bench(kernel, 3);
      bench.values.fill(0);
      let reads = 0;
      const delta = new Proxy({}, { get: () => ++reads });
      bench.burst.merge(delta);
      assertEquals(kernel.toObject(bench.values, bench.bits, bench.base), { a: 1, b: 2n, c: 3 });
      assertEquals(reads, 3);
      bench.records.update(1, delta);
      assertEquals(kernel.toObject(bench.values, bench.bits, bench.base), { a: 5, b: 7n, c: 7 });
      assertEquals(reads, 6);
      assertEquals(bench.calls, ["update 1", "publish 1"]);
    }
  });

  it("read a change before they ask whether it may be made", () => {
    const layout = layoutOf({ a: sum(), b: sum() });
    for (const kernel of [makeKernel("test", layout), interpretKernel("test", layout)]) {
      const bench = new Bench(kernel, 2);
      const before = [...bench.bits];
      const delta = {
        a: 1,
        get b() {
          bench.calls.push("getter");
          return NaN;
        },
      };
      assertRefuses(
        () => bench.records.update(1, delta),
        RangeError,
        "Cannot update test: b must be a finite number, got NaN",
      );
      assertEquals(bench.calls, ["getter", "update 1"]);
      assertEquals([...bench.bits], before);
    }
  });

  it("are both in use: compiled where that is allowed, interpreted where it is not", () => {
    const layout = layoutOf(traffic.metrics.cell.fields);
    const { Function } = globalThis;
    assert(hasCompiled(makeKernel("test", layout), "v0"));
    globalThis.Function = (() => {
      throw new EvalError("not allowed");
    }) as unknown as FunctionConstructor;
    try {
      assert(!hasCompiled(makeKernel("test", layout), "v0"));
    } finally {
      globalThis.Function = Function;
    }
  });

  it("compiles for the longest record, and for names that are words of the language", () => {
    const names = ["class", "get", "set", "static", "async", "await", "yield", "let", "delete"];
    const many = Array.from({ length: 55 }, (_, n) => `field${n}`);
    const layout = layoutOf(
      Object.fromEntries([...names, ...many].map((name, n) => [name, MAKERS[n % 5]()])),
    );
    assert(hasCompiled(makeKernel("test", layout), "v63"));
  });
});

describe("the library without code generation", () => {
  it("does all it does, interpreted", () => {
    const { Function } = globalThis;
    globalThis.Function = (() => {
      throw new EvalError("not allowed");
    }) as unknown as FunctionConstructor;
    try {
      assertEquals(exerciseAll(ThreadStats), exerciseAll(ThreadStats));
    } finally {
      globalThis.Function = Function;
    }
    assertEquals(exerciseAll(ThreadStats).packets, 3);
  });

  const isNode = !("Deno" in globalThis) && !("Bun" in globalThis);
  it("runs under node --disallow-code-generation-from-strings", { ignore: !isNode }, async () => {
    const { spawnSync } = await import("node:child_process");
    const { default: process } = await import("node:process");
    const { fileURLToPath } = await import("node:url");
    const program = fileURLToPath(new URL("../programs/exercise_all.ts", import.meta.url));
    const { stdout, stderr, status } = spawnSync(
      process.execPath,
      ["--disallow-code-generation-from-strings", program, "run"],
      { encoding: "utf8" },
    );
    assertEquals([stdout, status], ["no code generation, all counted\n", 0], stderr);
  });
});
