/**
 * A full fence: what is loaded before it is loaded before what is loaded behind it.
 *
 * ECMAScript has none of its own. A SeqCst store keeps what is before it, a SeqCst load what is behind it, and the two keep their order: `xchg` and `mov` on
 * x86-64, `stlr` and `ldar` on AArch64. An atomic addition would do with AArch64's LSE, but not with a pair of exclusive load and store.
 *
 * @module
 */

/** A thread's own: nobody else looks at it. */
const word = new Int32Array(new SharedArrayBuffer(4));

/** Orders the loads before it before those behind it. Any thread; some 10 ns. */
export function fence(): void {
  Atomics.store(word, 0, 0);
  Atomics.load(word, 0);
}
