/**
 * Makes the kernel of a list of fields: compiled if the program may compile (`new Function`),
 * interpreted if it may not (a content security policy).
 *
 * Why compile: in a loop over field names every property access is megamorphic. In one run on a
 * busy x86-64 machine, `update()` of four doubles took, compiled and interpreted: Deno 2.9 41 and
 * 230 ns, Node 24 50 and 233 ns.
 *
 * @module
 */
import { compileKernel, kernelSource } from "./compiled_kernel.ts";
import { interpretKernel } from "./interpreted_kernel.ts";
import type { RecordKernel } from "./kernel_types.ts";
import type { RecordLayout } from "./record_layout.ts";

/**
 * Makes the texts of this copy of the library differ from those of a second copy. V8 shares the
 * type feedback of equal texts, but each evaluation has private names of its own, which are
 * different keys: a field of a burst then takes 25 ns in place of 3 (Deno 2.9, Node 24).
 */
const COPY = `// ${Math.random()}`;

/** The kernels by their texts: one for all records with the same fields, for the same reason. */
const made = new Map<string, RecordKernel>();

/** How many kernels are kept. A program that inspects others may meet any number of schemas. */
const MOST_KEPT = 256;

/** The kernel for a list of fields. */
export function makeKernel(layout: RecordLayout): RecordKernel {
  const text = `${COPY}\n${kernelSource(layout)}`;
  const known = made.get(text);
  if (known !== undefined) return known;
  if (made.size === MOST_KEPT) made.clear();
  const kernel = compileKernel(text, layout) ?? interpretKernel(layout);
  made.set(text, kernel);
  return kernel;
}
