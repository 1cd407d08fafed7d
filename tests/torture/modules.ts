/**
 * The two ways to publish a record: by a module in WebAssembly, or by `Atomics`. A thread chooses
 * before it makes its first writer of records.
 *
 * @module
 */
import { commitBytes } from "../../src/metrics/record/commit_module.ts";
import { makeKernel } from "../../src/metrics/record/record_kernel.ts";
import { layoutOf } from "../../src/metrics/record/record_layout.ts";
import { schema } from "./schema.ts";

/**
 * Makes the library publish records by modules, in engines too where it gains nothing by them: on
 * JavaScriptCore it compiles none. All records with the same fields share a kernel.
 */
export function forceModules(): void {
  for (const metric of Object.values(schema.metrics)) {
    if (metric.kind !== "record") continue;
    const layout = layoutOf(metric.fields);
    const compiled = new WebAssembly.Module(commitBytes(layout));
    makeKernel(layout).module = () => compiled;
  }
}

/** Makes the library publish records by `Atomics`, as where a program may not compile modules. */
export function forbidModules(): void {
  WebAssembly.Module = class {
    constructor() {
      throw new WebAssembly.CompileError("not allowed");
    }
  } as unknown as typeof WebAssembly.Module;
}
