import { assert, assertEquals, assertNotStrictEquals, assertStrictEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { bitOr, max, min, type RecordFields, sum } from "../../../mod.ts";
import { ChangeableRecord } from "../../../src/metrics/record/changeable_record.ts";
import { commitBytes } from "../../../src/metrics/record/commit_module.ts";
import type { CommitFunctions } from "../../../src/metrics/record/commit_module.ts";
import { compileKernel, kernelSource } from "../../../src/metrics/record/compiled_kernel.ts";
import { interpretKernel } from "../../../src/metrics/record/interpreted_kernel.ts";
import type {
  AnyBoundRecord,
  AnyBurst,
  AnyRecordWriter,
  KernelLife,
  RecordHost,
  RecordKernel,
} from "../../../src/metrics/record/kernel_types.ts";
import type { AnyFields, Values } from "../../../src/metrics/record/record_loops.ts";
import type { RecordWriterContext } from "../../../src/metrics/record/record_publisher.ts";
import { makeKernel } from "../../../src/metrics/record/record_kernel.ts";
import { layoutOf, type RecordLayout } from "../../../src/metrics/record/record_layout.ts";
import {
  isObject,
  isOfUnknown,
  reject,
  rejectFirst,
  rejectUnknown,
} from "../../../src/metrics/record/field_checks.ts";
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

/** Words of the memory of a {@linkcode Bench}, in front of the slots. */
const EPOCH_WORD = 1;
const CONTROL_WORD = 2;
const VERSION_WORD = 3;
const FIRST_SLOT = 8;
const EPOCH = 5;
const CONTROL = 7;

/** One record in memory of its own, between words that nobody may change, and a kernel. */
class Bench implements RecordHost {
  readonly kernel: RecordKernel;
  readonly layout: RecordLayout;
  readonly metric = "test";
  readonly facts = { isLabelled: false, slot: 0 };
  readonly publishers: ChangeableRecord[];
  readonly record: ChangeableRecord;
  readonly words: Int32Array;
  readonly doubles: Float64Array;
  readonly halves: Uint32Array;
  /** What the records were asked. */
  readonly calls: string[] = [];
  readonly writer: AnyRecordWriter;
  readonly bound: AnyBoundRecord;
  readonly life: KernelLife;

  constructor(kernel: RecordKernel, layout: RecordLayout, isInWebAssembly = false) {
    const { buffer, functions } = makeMemory(isInWebAssembly ? layout : undefined);
    this.kernel = kernel;
    this.layout = layout;
    this.words = new Int32Array(buffer);
    this.doubles = new Float64Array(buffer);
    this.halves = new Uint32Array(buffer);
    this.doubles.fill(42);
    this.words[EPOCH_WORD] = EPOCH;
    this.words[CONTROL_WORD] = CONTROL;
    this.words[VERSION_WORD] = 0;
    const context = {
      layout,
      kernel,
      table: { name: "test" },
      thread: { controlIndex: CONTROL_WORD, tenure: { control: CONTROL } },
    } as unknown as RecordWriterContext;
    this.record = new (kernel.recordClass(ChangeableRecord, functions))(context, {
      id: 1,
      words: this.words,
      doubles: this.doubles,
      halves: this.halves,
      epochIndex: EPOCH_WORD,
      slots: FIRST_SLOT,
      version: VERSION_WORD,
      rescue: 0,
      scratch: new Float64Array(layout.stride),
    });
    this.publishers = [this.record, this.record];
    this.writer = kernel.writer(this);
    const series = {} as KernelLife["series"];
    this.life = { id: 1, epoch: EPOCH, series, records: this, record: this.record };
    this.bound = kernel.boundWriter(this.life);
  }

  updateOddly(id: number, life: KernelLife | undefined, delta: unknown, values: Values): void {
    const { fields } = this.layout;
    if (!isObject(delta)) reject("update test", "", "", delta);
    if (isOfUnknown(fields, delta, values)) rejectUnknown("update test", fields, delta);
    rejectFirst("update test", fields, values);
    this.updateSlowly(id, life, values);
  }

  updateSlowly(_id: number, _life: KernelLife | undefined, values: Values): void {
    this.record.start(this.#prepare());
    this.record.change(values);
    this.record.publish(this.life.epoch);
  }

  open(): ChangeableRecord {
    this.record.openBurst(this.#prepare());
    return this.record;
  }

  #prepare(): number {
    return this.life.epoch = this.words[EPOCH_WORD];
  }

  begin(): AnyBurst & Record<string, unknown> {
    return this.writer.begin(1) as AnyBurst & Record<string, unknown>;
  }

  /** The values of the latest commit. */
  value(): unknown {
    return this.kernel.toObject(this.doubles, this.halves, this.record.idle ^ this.record.flip);
  }

  /** What `call` gives or throws, and the memory afterwards. */
  after(call: (bench: Bench) => unknown): unknown {
    let outcome: unknown;
    try {
      outcome = call(this);
    } catch (error) {
      outcome = `${(error as Error).constructor.name}: ${(error as Error).message}`;
    }
    const end = 2 * (FIRST_SLOT + 2 * this.layout.stride + 4);
    return { outcome, bits: [...this.halves.subarray(0, end)], calls: this.calls.splice(0) };
  }
}

/** Memory, and the functions of a layout's module on it. */
function makeMemory(layout?: RecordLayout) {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  const functions = layout && new WebAssembly.Instance(
    new WebAssembly.Module(commitBytes(layout)),
    { m: { m: memory } },
  ).exports as unknown as CommitFunctions;
  return { buffer: memory.buffer as unknown as SharedArrayBuffer, functions };
}

/** The compiled kernels in all their forms, whichever of them this engine gets. */
function compiledKernels(layout: RecordLayout): RecordKernel[] {
  return [false, true].map((isSplit) => compileKernel(kernelSource(layout, isSplit), layout)!);
}

/** Whether the source of a kernel's updates has a name in it. */
function hasCompiled(kernel: RecordKernel, name: string): boolean {
  return Object.getPrototypeOf(kernel.writer({} as RecordHost)).update.toString().includes(name);
}

describe("makeKernel(), interpretKernel()", () => {
  it("have the same results for random deltas and assignments, valid and invalid", () => {
    withSeeds(60, (random) => {
      const fields = randomFields(random);
      const layout = layoutOf(fields);
      const names = Object.keys(fields);
      const count = names.length;
      const benches = [
        new Bench(interpretKernel(layout), layout),
        ...compiledKernels(layout).flatMap((kernel) => [
          new Bench(kernel, layout),
          new Bench(kernel, layout, true),
        ]),
      ];
      const both = (call: (bench: Bench) => unknown) => {
        const [expected, ...found] = benches.map((bench) => bench.after(call));
        for (const one of found) assertEquals(one, expected);
      };
      const bursts = new Map(benches.map((bench) => [bench, bench.begin()]));
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
            both((b) => [bursts.get(b)![name], b.value()]);
            break;
          case 5:
            both((b) => b.bound.update(delta as AnyFields));
            break;
          case 6:
            both((b) => void bursts.set(b, b.begin()));
            break;
          case 7:
            both((b) => void bursts.set(b, b.bound.begin() as ReturnType<Bench["begin"]>));
            break;
          case 8: {
            const end = random.pick(["commit", "discard", "clear"] as const);
            both((b) => end === "clear" ? b.words[EPOCH_WORD] += 2 : bursts.get(b)![end]());
            break;
          }
          case 4:
            both((b) => {
              const totals = new Float64Array(count);
              const totalBits = new Uint32Array(totals.buffer);
              const from = b.record.idle ^ b.record.flip;
              b.kernel.copy(b.doubles, b.halves, from, totals, totalBits, 0);
              const part = Float64Array.from(totals);
              b.kernel.combine(totals, totalBits, part, new Uint32Array(part.buffer));
              return [...totalBits];
            });
            break;
        }
      }
      for (const { doubles } of benches) {
        const rest = doubles.slice(FIRST_SLOT + 2 * layout.stride);
        assertEquals(rest, rest.map(() => 42), "nothing beside the record was touched");
      }
      for (const wrong of [null, 5, undefined]) {
        both((b) => void bursts.set(b, b.begin()));
        both((b) => bursts.get(b)!.merge(wrong as unknown as AnyFields));
        both((b) => b.writer.update(1, wrong as unknown as AnyFields));
        both((b) => b.bound.update(wrong as unknown as AnyFields));
        both((b) => bursts.get(b)![names[0]]);
        both((b) => bursts.get(b)![names[0]] = 1);
        both((b) => bursts.get(b)!.merge({}));
        both((b) => bursts.get(b)!.id);
      }
    });
  });

  it("read each field of a change once", () => {
    const layout = layoutOf({ a: sum(), b: sum("u64"), c: bitOr() });
    for (const kernel of [...compiledKernels(layout), interpretKernel(layout)]) {
      const bench = new Bench(kernel, layout);
      let reads = 0;
      const delta = new Proxy({}, { get: () => ++reads });
      const burst = bench.begin();
      burst.merge(delta);
      burst.commit();
      assertEquals(bench.value(), { a: 1, b: 2n, c: 3 });
      assertEquals(reads, 3);
      bench.writer.update(1, delta);
      assertEquals(bench.value(), { a: 5, b: 7n, c: 7 });
      assertEquals(reads, 6);
    }
  });

  it("read and check a change before they ask whether it may be made", () => {
    const layout = layoutOf({ a: sum(), b: sum() });
    for (const kernel of [...compiledKernels(layout), interpretKernel(layout)]) {
      const bench = new Bench(kernel, layout);
      const before = [...bench.halves];
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
      assertEquals([...bench.halves], before);
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
