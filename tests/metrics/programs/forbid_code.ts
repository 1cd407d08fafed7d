/**
 * Runs `exercise_all.ts` in a program that may not compile text, for runtimes without a flag that
 * forbids it.
 *
 * @module
 */

const { prototype } = Function;
const refuse = () => {
  throw new EvalError("not allowed");
};
// The runtime itself needs the prototype: Bun loads its modules with it.
globalThis.Function = Object.assign(refuse, { prototype }) as unknown as FunctionConstructor;

await import("./exercise_all.ts");
