/**
 * Which JavaScript engine runs the program. Only texts that win much on one engine ask.
 *
 * @module
 */

/**
 * Whether the engine is V8. Browsers' JavaScriptCore and SpiderMonkey print a native function in
 * three lines; V8 and Bun print it in one.
 */
export const isV8 = !String(Math.max).includes("\n") &&
  (globalThis as { Bun?: unknown }).Bun === undefined;
