/**
 * Runs `exercise_all.ts` in a program that may not compile text, for runtimes without a flag that
 * forbids it.
 *
 * @module
 */

globalThis.Function = (() => {
  throw new EvalError("not allowed");
}) as unknown as FunctionConstructor;

await import("./exercise_all.ts");
