/** The words that the processes of `plain_atomics.ts` change together, by their indices. */

/** Of 32 bits. */
export const ADDED = 0;
/** Of 32 bits. */
export const EXCHANGED = 64;
/** Of 32 bits: how many have ended. */
export const BOTH = 128;
/** Of 64 bits. */
export const ADDED_64 = 96;
/** How often they store and load. */
export const ROUNDS = 20_000;
