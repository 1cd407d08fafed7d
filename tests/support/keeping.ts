/**
 * What `await using` does, for tests that also run where no engine knows it (Node 22).
 *
 * @module
 */

/** What can be kept: workers and servers. */
type Kept = AsyncDisposable;

/** Runs a test, and disposes at its end of all that it has kept, in reverse order. */
export async function keeping(
  test: (keep: <Thing extends Kept>(thing: Thing) => Thing) => Promise<void>,
): Promise<void> {
  const kept: Kept[] = [];
  try {
    await test((thing) => {
      kept.push(thing);
      return thing;
    });
  } finally {
    for (const thing of kept.reverse()) await thing[Symbol.asyncDispose]();
  }
}
