/**
 * A full fence: loads before the call are performed before loads after it.
 *
 * ECMAScript has no fence of its own. This one is a SeqCst store followed by a SeqCst load. Earlier
 * accesses cannot pass the store, later accesses cannot pass the load, and the two keep their
 * order: `xchg` and `mov` on x86-64, `stlr` and `ldar` on AArch64. An atomic addition would be
 * enough on AArch64 with LSE, but not where it compiles to an exclusive load and store.
 *
 * @module
 */

/**
 * Private to this thread: no other thread accesses it. A page without shared memory needs no fence,
 * but must be able to load this module: it gets its error when it creates the memory.
 */
const word = new Int32Array(
  typeof SharedArrayBuffer === "undefined" ? new ArrayBuffer(4) : new SharedArrayBuffer(4),
);

/** Orders earlier loads before later loads. Any thread; takes about 10 ns. */
export function fence(): void {
  Atomics.store(word, 0, 0);
  Atomics.load(word, 0);
}
