/** TypeScript as JavaScript, by what the runtime has of its own for that. @module */
import process from "node:process";

interface Stripper {
  stripTypeScriptTypes?(code: string): string;
}
interface BunGlobal {
  readonly Transpiler: new (options: object) => { transformSync(code: string): string };
}

/** The module's text without its types. */
export function toJavaScript(code: string): string {
  const { Bun } = globalThis as { Bun?: BunGlobal };
  if (Bun !== undefined) return new Bun.Transpiler({ loader: "ts" }).transformSync(code);
  const { stripTypeScriptTypes } = process.getBuiltinModule("node:module") as unknown as Stripper;
  if (stripTypeScriptTypes === undefined) {
    throw new Error("Cannot serve TypeScript: Deno, Bun or Node from 22.13 is required");
  }
  return stripTypeScriptTypes(code);
}
