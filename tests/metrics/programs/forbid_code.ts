/**
 * `exercise_all.ts` in a program that may not make code from text, for runtimes without a flag for
 * it.
 *
 * @module
 */

globalThis.Function = (() => {
  throw new EvalError("not allowed");
}) as unknown as FunctionConstructor;

await import("./exercise_all.ts");
