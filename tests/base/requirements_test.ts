import { assertStringIncludes, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { assertSupported } from "../../src/base/requirements.ts";

/** A realm without some functions. */
function realm(globals: Readonly<Record<string, unknown>>): typeof globalThis {
  return { Promise, String, ...globals } as unknown as typeof globalThis;
}

describe("assertSupported()", () => {
  it("accepts this runtime", () => assertSupported(globalThis));

  it("names an old runtime, what is missing there, and what is required", () => {
    for (
      const [globals, name] of [
        [{ process: { versions: { node: "20.20.2" } } }, "Node 20.20.2"],
        [{ process: { versions: { node: "22.0.0", bun: "1.0.1" } } }, "Bun 1.0.1"],
        [{ Deno: { version: { deno: "1.30.0" } } }, "Deno 1.30.0"],
        [{}, "a runtime"],
      ] as const
    ) {
      const old = realm({ ...globals, Promise: {} });
      const { message } = assertThrows(() => assertSupported(old), Error);
      assertStringIncludes(message, "Node 22.18");
      assertStringIncludes(message, `got ${name} without Promise.withResolvers`);
    }
  });
});
