import { assertArrayIncludes, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { spawnSync } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";

/** The methods that each caller of the program must contain. */
const INLINED: Readonly<Record<string, readonly string[]>> = {
  addToCounter: ["add"],
  addToBoundCounter: ["add"],
  setGauge: ["set"],
  addToGauge: ["add"],
  recordInHistogram: ["record"],
  updateById: ["update", "commit"],
  updateBound: ["update", "commit"],
  updateWideById: ["update"],
  updateWideBound: ["update"],
  changeInBurst: ["merge", "mergeBurst"],
};

/** The sizes up to which JavaScriptCore inlines: bytes of bytecode, or nodes of optimized code. */
const MOST_BYTES = 170;
const MOST_NODES = 89;

const isBun = "Bun" in globalThis;

/** The lines that an engine prints of what it optimizes. Nothing is optimized in the background. */
function traceProgram(): string[] {
  const program = fileURLToPath(new URL("programs/use_hot_methods.ts", import.meta.url));
  const flags = ["--trace-turbo-inlining", "--no-concurrent-recompilation"];
  const before = isBun
    ? []
    : "Deno" in globalThis
    ? ["run", "-A", "--no-check", "--no-lock", `--v8-flags=${flags.join(",")}`]
    : flags;
  const { stdout, stderr, status } = spawnSync(process.execPath, [...before, program], {
    encoding: "utf8",
    env: {
      ...process.env,
      BUN_JSC_useConcurrentJIT: "0",
      BUN_JSC_printEachDFGFTLInlineCall: "1",
      BUN_JSC_dumpFTLCodeSize: "1",
    },
    maxBuffer: 2 ** 28,
  });
  assertEquals(status, 0, stderr);
  const lines = `${stdout}\n${stderr}`.split("\n");
  assertArrayIncludes(lines, [JSON.stringify([1, 1, 1, 1, 1, 1, 1])]);
  return lines;
}

/** V8: `Inlining 0x1 {0x2 <SharedFunctionInfo add>} into 0x3 {0x4 <SharedFunctionInfo caller>}`. */
const inV8 = /^Inlining .*<SharedFunctionInfo ([^>]+)>.* into .*<SharedFunctionInfo ([^>]+)>/;
/** JavaScriptCore: `[InlineCall][FTL] Callee: add#AbCdEf -> Caller: caller#AbCdEf`. */
const inJavaScriptCore = /^\[InlineCall\]\[FTL\] Callee: (\w+)#\w+ -> Caller: (\w+)#/;

let lines: string[] | undefined;

describe("the hot methods", () => {
  it("are inlined in their callers", () => {
    lines ??= traceProgram();
    const found = new Map<string, Set<string>>();
    for (const line of lines) {
      const [, callee, caller] = (isBun ? inJavaScriptCore : inV8).exec(line) ?? [];
      if (callee === undefined) continue;
      if (!found.has(caller)) found.set(caller, new Set());
      found.get(caller)!.add(callee);
    }
    const missing = Object.entries(INLINED).flatMap(([caller, callees]) =>
      callees.filter((callee) => !found.get(caller)?.has(callee)).map((callee) =>
        `${callee} in ${caller}`
      )
    );
    assertEquals(missing, []);
  });

  // Other engines have no such limit, or print no sizes.
  (isBun ? it : it.skip)("are short enough for JavaScriptCore to inline them", () => {
    lines ??= traceProgram();
    const isSize = /^FTL: name:\((\w+)#\w+\),.*nodes:\((\d+)\),.*bytecodeCost:\((\d+)\)/;
    const sizes = lines.flatMap((line) => {
      const [, name, nodes, bytes] = isSize.exec(line) ?? [];
      return name === undefined ? [] : [{ name, nodes: Number(nodes), bytes: Number(bytes) }];
    });
    const names = [...new Set(Object.values(INLINED).flat())];
    assertArrayIncludes(sizes.map(({ name }) => name), names);
    // The `commit` of six fields is the one that may be called, see `compiled_changes.ts`.
    const hot = sizes.filter(({ name }) => names.includes(name) && name !== "commit");
    assertEquals(hot.filter(({ nodes, bytes }) => bytes > MOST_BYTES && nodes > MOST_NODES), []);
  });
});
