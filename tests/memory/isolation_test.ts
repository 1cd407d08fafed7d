import { assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { counter, defineSchema, ThreadStats } from "../../mod.ts";
import { assertIsolated } from "../../src/memory/isolation.ts";

const HEADERS =
  "Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp";

/** Runs something as in a thread with these globals; one that is undefined is not there. */
function withGlobals(globals: Readonly<Record<string, unknown>>, run: () => void): void {
  const given = Object.keys(globals).map((name) =>
    [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const
  );
  try {
    for (const [name, value] of Object.entries(globals)) {
      if (value === undefined) Reflect.deleteProperty(globalThis, name);
      else Object.defineProperty(globalThis, name, { value, configurable: true });
    }
    run();
  } finally {
    for (const [name, descriptor] of given) {
      Reflect.deleteProperty(globalThis, name);
      if (descriptor !== undefined) Object.defineProperty(globalThis, name, descriptor);
    }
  }
}

describe("assertIsolated()", () => {
  it("lets threads pass that can share memory", () => {
    assertIsolated("do it");
    withGlobals({ crossOriginIsolated: true }, () => assertIsolated("do it"));
  });

  it("names both headers in a page without isolation", () => {
    const words =
      `Cannot do it: browsers share memory only in pages that are served with ${HEADERS}, ` +
      "got crossOriginIsolated = false";
    withGlobals({ crossOriginIsolated: false }, () => {
      assertThrows(() => assertIsolated("do it"), Error, words);
    });
    withGlobals({ crossOriginIsolated: false, SharedArrayBuffer: undefined }, () => {
      assertThrows(() => assertIsolated("do it"), Error, words);
    });
  });

  it("says that a page from elsewhere than https or localhost needs more than headers", () => {
    withGlobals({ crossOriginIsolated: false, isSecureContext: false }, () => {
      assertThrows(() => assertIsolated("do it"), Error, "only in pages from https or localhost");
    });
  });

  it("says it where there is nothing but no SharedArrayBuffer", () => {
    withGlobals({ crossOriginIsolated: undefined, SharedArrayBuffer: undefined }, () => {
      assertThrows(() => assertIsolated("do it"), Error, "got no SharedArrayBuffer");
    });
  });

  it("says it where Atomics was removed", () => {
    // Not of this realm's: JavaScriptCore's compiled code does not notice that they were deleted.
    const globals = { SharedArrayBuffer };
    const words = "Cannot do it: threads share memory by the global object Atomics";
    assertThrows(() => assertIsolated("do it", globals), Error, words);
    assertIsolated("do it", { ...globals, Atomics });
  });

  it("is what ThreadStats.create() and attach() say", () => {
    const schema = defineSchema({ jobs: counter() });
    const { handle } = ThreadStats.create(schema, { maxThreads: 2 });
    withGlobals({ crossOriginIsolated: false }, () => {
      assertThrows(() => ThreadStats.create(schema), Error, HEADERS);
      assertThrows(() => ThreadStats.attach(schema, handle), Error, HEADERS);
      assertThrows(() => ThreadStats.inspect(handle), Error, HEADERS);
    });
  });
});
