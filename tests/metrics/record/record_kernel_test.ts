import { assert, assertEquals, assertNotStrictEquals, assertStrictEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { bitOr, max, min, type RecordFields, sum } from "../../../mod.ts";
import { interpretKernel } from "../../../src/metrics/record/interpreted_kernel.ts";
import type {
  AnyBurst,
  AnyFields,
  AnyRecordWriter,
  KernelLife,
  RecordChanges,
  RecordHost,
  RecordKernel,
} from "../../../src/metrics/record/kernel_types.ts";
import { makeKernel } from "../../../src/metrics/record/record_kernel.ts";
import { layoutOf } from "../../../src/metrics/record/record_layout.ts";
import { type Random, withSeeds } from "../../support/random.ts";
import { assertRefuses } from "../observe.ts";

/** Values of a delta, valid and invalid. */
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

/**
 * The records of three buckets, of which only the one in the middle is ever changed, and a kernel.
 */
class Bench {
  readonly values: Float64Array;
  readonly bits: Uint32Array;
  readonly kernel: RecordKernel;
  readonly base: number;
  /** Whether buckets are ready. */
  isReady = false;
  /** What the records were asked. */
  readonly calls: string[] = [];
  readonly writer: AnyRecordWriter;
  readonly records: RecordHost & RecordChanges;

  constructor(kernel: RecordKernel, fields: number) {
    this.values = new Float64Array(3 * (fields + 1)).fill(42);
    this.bits = new Uint32Array(this.values.buffer);
    this.kernel = kernel;
    this.base = fields + 1;
    const isReady = () => this.isReady;
    const { values, bits, calls } = this;
    const open = (id: number) => (id + 1) * (fields + 1) - 1;
    class Host implements RecordHost {
      readonly facts = { isLabelled: false, slot: 0 };
      metric = "test";
      values = values;
      bits = bits;
      isReady = isReady;
      isReadyIn = isReady;
      prepare(id: number, verb: string, life?: KernelLife): void {
        calls.push(`${verb} ${id}${life === undefined ? "" : " in a life"}`);
      }
      publish(id: number): void {
        calls.push(`publish ${id}`);
      }
      openBurst(id: number): number {
        return values[open(id)] = calls.push(`open ${id}`);
      }
      commitBurst(id: number, number: number): void {
        if (values[open(id)] !== number) this.refuseBurst("commit");
        values[open(id)] = 0;
        calls.push(`commit ${id}`);
      }
      discardBurst(id: number, number: number): void {
        if (values[open(id)] === number) values[open(id)] = 0;
        calls.push(`discard ${id}`);
      }
      refuseBurst(verb: string): never {
        throw new TypeError(`refused to ${verb}`);
      }
    }
    this.records = new (kernel.withChanges(Host))();
    this.writer = kernel.writer(this.records);
  }

  begin(): AnyBurst & Record<string, unknown> {
    return this.writer.begin(1) as AnyBurst & Record<string, unknown>;
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
  return kernel.copy.toString() !== interpretKernel(layoutOf({ a: sum() })).copy.toString() &&
    new Bench(kernel, 64).records.updateLife.toString().includes(name);
}

describe("makeKernel(), interpretKernel()", () => {
  it("have the same results for random deltas and assignments, valid and invalid", () => {
    withSeeds(60, (random) => {
      const fields = randomFields(random);
      const layout = layoutOf(fields);
      const names = Object.keys(fields);
      const count = names.length;
      const compiled = new Bench(makeKernel(layout), count);
      const interpreted = new Bench(interpretKernel(layout), count);
      assert(compiled.kernel.copy.toString() !== interpreted.kernel.copy.toString());
      const both = (call: (bench: Bench) => unknown) =>
        assertEquals(compiled.after(call), interpreted.after(call));
      both(({ values, base }) => values.fill(0, base, base + count + 1));
      const bursts = new Map([compiled, interpreted].map((bench) => [bench, bench.begin()]));
      const life = { id: 1 };
      for (let step = 0; step < 150; step++) {
        const pool = random.below(3) === 0 ? VALUES : GOOD_FOR_ALL;
        const delta = Object.fromEntries(names.map((name) => [name, random.pick(pool)]));
        const name = random.pick(names);
        const value = random.pick(VALUES);
        switch (random.below(9)) {
          case 0:
            both((b) => bursts.get(b)!.merge(delta as AnyFields));
            break;
          case 1:
            both((b) => b.writer.update(1, delta as AnyFields));
            break;
          case 2:
            both((b) => bursts.get(b)![name] = value);
            break;
          case 3:
            both((b) => [bursts.get(b)![name], b.kernel.toObject(b.values, b.bits, b.base)]);
            break;
          case 5:
            both((b) => b.records.updateLife(life, delta as AnyFields));
            break;
          case 6:
            both((b) => void bursts.set(b, b.begin()));
            break;
          case 7:
            both((b) =>
              void bursts.set(
                b,
                b.records.beginLife(life) as typeof bursts extends Map<unknown, infer B> ? B
                  : never,
              )
            );
            break;
          case 8: {
            const end = random.pick(["commit", "discard", "isReady"] as const);
            both((b) => end === "isReady" ? b.isReady = !b.isReady : bursts.get(b)![end]());
            break;
          }
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
        [...compiled.values.slice(0, count + 1), ...compiled.values.slice(2 * count + 2)],
        new Array(2 * count + 2).fill(42),
        "nothing beside the record was touched",
      );
      for (const wrong of [null, 5, undefined]) {
        both((b) => void bursts.set(b, b.begin()));
        both((b) => bursts.get(b)!.merge(wrong as unknown as AnyFields));
        both((b) => b.writer.update(1, wrong as unknown as AnyFields));
        both((b) => b.records.updateLife(life, wrong as unknown as AnyFields));
        both((b) => bursts.get(b)![names[0]]);
        both((b) => bursts.get(b)![names[0]] = 1);
        both((b) => bursts.get(b)!.merge({}));
        both((b) => bursts.get(b)!.id);
      }
    });
  });

  it("read each field of a change once", () => {
    const layout = layoutOf({ a: sum(), b: sum("u64"), c: bitOr() });
    for (const kernel of [makeKernel(layout), interpretKernel(layout)]) {
      const bench = new Bench(kernel, 3);
      bench.values.fill(0);
      bench.isReady = true;
      let reads = 0;
      const delta = new Proxy({}, { get: () => ++reads });
      bench.begin().merge(delta);
      bench.calls.length = 0;
      assertEquals(kernel.toObject(bench.values, bench.bits, bench.base), { a: 1, b: 2n, c: 3 });
      assertEquals(reads, 3);
      bench.writer.update(1, delta);
      assertEquals(kernel.toObject(bench.values, bench.bits, bench.base), { a: 5, b: 7n, c: 7 });
      assertEquals(reads, 6);
      assertEquals(bench.calls, ["publish 1"]);
    }
  });

  it("read and check a change before they ask whether it may be made", () => {
    const layout = layoutOf({ a: sum(), b: sum() });
    for (const kernel of [makeKernel(layout), interpretKernel(layout)]) {
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
        () => bench.writer.update(1, delta),
        RangeError,
        "Cannot update test: b must be a finite number, got NaN",
      );
      assertEquals(bench.calls, ["getter"]);
      assertEquals([...bench.bits], before);
    }
  });

  it("are both used: compiled if that is allowed, interpreted if it is not", () => {
    const { Function } = globalThis;
    assert(hasCompiled(makeKernel(layoutOf({ allowed: sum() })), "v0"));
    globalThis.Function = (() => {
      throw new EvalError("not allowed");
    }) as unknown as FunctionConstructor;
    try {
      assert(!hasCompiled(makeKernel(layoutOf({ forbidden: sum() })), "v0"));
    } finally {
      globalThis.Function = Function;
    }
  });

  it("are shared by records with the same fields, and do not accumulate", () => {
    const make = (name: string) => makeKernel(layoutOf({ [name]: sum() }));
    const first = make("first");
    assertStrictEquals(make("first"), first);
    assertNotStrictEquals(makeKernel(layoutOf({ first: max() })), first);
    for (let n = 0; n < 300; n++) make(`other${n}`);
    assertNotStrictEquals(make("first"), first);
  });

  it("compiles for the longest record, and for names that are words of the language", () => {
    const names = ["class", "get", "set", "static", "async", "await", "yield", "let", "delete"];
    const many = Array.from({ length: 55 }, (_, n) => `field${n}`);
    const layout = layoutOf(
      Object.fromEntries([...names, ...many].map((name, n) => [name, MAKERS[n % 5]()])),
    );
    assert(hasCompiled(makeKernel(layout), "v63"));
  });
});

describe("the library without code generation", () => {
  it("has all its functions, interpreted", async () => {
    const { spawnSync } = await import("node:child_process");
    const { default: process } = await import("node:process");
    const { fileURLToPath } = await import("node:url");
    const program = fileURLToPath(new URL("../programs/exercise_all.ts", import.meta.url));
    const forbidding = fileURLToPath(new URL("../programs/forbid_code.ts", import.meta.url));
    const ways = "Deno" in globalThis
      ? [["run", "-A", "--no-check", "--no-lock", forbidding, "run"]]
      : "Bun" in globalThis
      ? [[forbidding, "run"]]
      : [
        [forbidding, "run"],
        ["--disallow-code-generation-from-strings", program, "run"],
      ];
    for (const way of ways) {
      const { stdout, stderr, status } = spawnSync(process.execPath, way, { encoding: "utf8" });
      assertEquals([stdout, status], ["no code generation, all counted\n", 0], stderr);
    }
  });
});
