/**
 * Types that must be one and the same.
 *
 * @module
 */

/** `true` if both types are the same to the compiler, `any` and `readonly` told apart. */
export type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2)
  ? true
  : false;

/** Compiles only for `true`. */
export function same<_Check extends true>(): void {}
