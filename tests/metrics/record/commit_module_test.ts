import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { bitOr, defineSchema, max, min, record, sum, ThreadStats } from "../../../mod.ts";
import { SharedMemory } from "../../../src/memory/shared_memory.ts";
import { commitBytes, compileCommit } from "../../../src/metrics/record/commit_module.ts";
import { layoutOf } from "../../../src/metrics/record/record_layout.ts";
import { withoutWebAssembly } from "../../memory/without_web_assembly.ts";

const fields = { a: sum(), n: sum("u64"), first: min(), last: max(), flags: bitOr() };
const isV8 = !("Bun" in globalThis);

/** Runs something in a program that may not compile modules. */
function withoutModules<Result>(run: () => Result): Result {
  const { Module } = WebAssembly;
  WebAssembly.Module = class {
    constructor() {
      throw new WebAssembly.CompileError("not allowed");
    }
  } as unknown as typeof Module;
  try {
    return run();
  } finally {
    WebAssembly.Module = Module;
  }
}

/** How many modules the library instantiates. */
function countInstances(run: () => void): number {
  const { instantiate } = SharedMemory.prototype;
  let count = 0;
  SharedMemory.prototype.instantiate = function (compile) {
    const found = instantiate.call(this, compile);
    if (found !== undefined) count++;
    return found;
  };
  try {
    run();
  } finally {
    SharedMemory.prototype.instantiate = instantiate;
  }
  return count;
}

/** Updates, bursts and reads a record. `other` makes the list of fields one of its own. */
function exercise(other: string): void {
  const schema = defineSchema({ r: record({ ...fields, [other]: sum() }) });
  const stats = ThreadStats.create(schema);
  const { r } = stats.registerThread().metrics;
  const id = stats.metrics.r.create();
  for (let n = 1; n <= 3; n++) {
    r.update(id, { a: 0.5, n: 4294967295, first: n, last: n, flags: 2 ** 31 });
  }
  const burst = r.begin(id);
  burst.merge({ a: 1, flags: 1 });
  burst.commit();
  const expected = {
    a: 2.5,
    n: 3n * 4294967295n,
    first: 1,
    last: 3,
    flags: 2 ** 31 + 1,
    [other]: 0,
  };
  assertEquals<unknown>(stats.metrics.r.read(id), expected);
  stats.metrics.r.clear(id);
  r.update(id, { a: 1 });
  assertEquals<unknown>(stats.metrics.r.read(id), {
    a: 1,
    n: 0n,
    first: Infinity,
    last: -Infinity,
    flags: 0,
    [other]: 0,
  });
}

describe("compileCommit()", () => {
  it("gives a module on V8, and none on other engines", () => {
    assertEquals(compileCommit(layoutOf(fields)) !== undefined, isV8);
    assertEquals(countInstances(() => exercise("used")), isV8 ? 1 : 0);
  });

  it("gives none where there is no WebAssembly or it is forbidden, and records work all the same", () => {
    assertEquals(withoutModules(() => compileCommit(layoutOf(fields))), undefined);
    assertEquals(withoutWebAssembly(() => compileCommit(layoutOf(fields))), undefined);
    assertEquals(countInstances(() => withoutModules(() => exercise("forbidden"))), 0);
    assertEquals(countInstances(() => withoutWebAssembly(() => exercise("missing"))), 0);
  });

  it("is used for memory of WebAssembly only", () => {
    exercise("plain"); // compiles
    assertEquals(countInstances(() => withoutWebAssembly(() => exercise("plain"))), 0);
  });
});

describe("commitBytes()", () => {
  it("is a valid module for records of 1 to 64 fields of all kinds", () => {
    const makers = [() => sum(), () => sum("u64"), min, max, bitOr];
    for (const count of [1, 2, 5, 15, 16, 17, 63, 64]) {
      const many = Array.from({ length: count }, (_, n) => [`f${n}`, makers[n % 5]()]);
      assert(WebAssembly.validate(commitBytes(layoutOf(Object.fromEntries(many)))), `${count}`);
    }
  });
});
