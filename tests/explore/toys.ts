/**
 * Tiny programs with known faults: what the explorer must find, and what it must not.
 *
 * @module
 */
import { defineHistory, must } from "./history.ts";

/** Adds 1 to a shared word, in several steps if `isAtomic` is false. */
function counting(name: string, isAtomic: boolean, threads: number) {
  const body = (buffer: SharedArrayBuffer) => {
    const words = new Int32Array(buffer, 0, 4);
    return () => {
      if (isAtomic) Atomics.add(words, 1, 1);
      else words[1] = words[1] + 1;
    };
  };
  return defineHistory<SharedArrayBuffer, Int32Array>({
    name,
    about: "Threads add 1 to a word",
    preemptions: 2,
    kills: false,
    prepare: () => {
      const sent = new SharedArrayBuffer(16);
      return { sent, kept: new Int32Array(sent) };
    },
    threads: Array.from({ length: threads }, () => body),
    check: (words) => must(words[1] === threads, `${words[1]} of ${threads} additions are left`),
  });
}

/** A lock that a killed thread leaves locked, so that the other one never ends. */
const spinning = defineHistory<SharedArrayBuffer, undefined>({
  name: "lock",
  about: "Threads wait for a lock in a loop",
  preemptions: 1,
  kills: true,
  prepare: () => ({ sent: new SharedArrayBuffer(16), kept: undefined }),
  threads: Array.from({ length: 2 }, () => (buffer: SharedArrayBuffer) => {
    const words = new Int32Array(buffer, 0, 4);
    return () => {
      while (Atomics.compareExchange(words, 0, 0, 1) !== 0);
      words[1]++;
      Atomics.store(words, 0, 0);
    };
  }),
  check: () => {},
});

/** Says that something is ready before it is. */
const publishing = defineHistory<SharedArrayBuffer, SharedArrayBuffer>({
  name: "publish",
  about: "A flag is set before the value that it announces",
  preemptions: 1,
  kills: false,
  prepare: () => {
    const sent = new SharedArrayBuffer(64);
    return { sent, kept: sent };
  },
  threads: [
    (buffer) => {
      const doubles = new Float64Array(buffer, 0, 4);
      const words = new Int32Array(buffer, 32, 4);
      return () => {
        Atomics.store(words, 0, 1);
        doubles[0] = 42;
      };
    },
    (buffer, journal) => {
      const doubles = new Float64Array(buffer, 0, 4);
      const words = new Int32Array(buffer, 32, 4);
      return () => {
        journal.do("look", () => Atomics.load(words, 0) === 1 ? doubles[0] : -1);
      };
    },
  ],
  check: (_, { events: [{ value }] }) => must(value === -1 || value === 42, `saw ${value}`),
});

/** Waits in private memory for something that shared memory said once. */
const hanging = defineHistory<SharedArrayBuffer, undefined>({
  name: "hang",
  about: "A thread loops without an access to shared memory",
  preemptions: 1,
  kills: false,
  prepare: () => ({ sent: new SharedArrayBuffer(16), kept: undefined }),
  threads: Array.from({ length: 2 }, (_, thread) => (buffer: SharedArrayBuffer) => {
    const words = new Int32Array(buffer, 0, 4);
    return () => {
      if (thread === 0) Atomics.store(words, 0, 1);
      else for (const seen = Atomics.load(words, 0); seen === 0;);
    };
  }),
  check: () => {},
});

/** What a worker finds by name. */
export const histories = [
  counting("lost-update", false, 2),
  counting("atomic", true, 3),
  spinning,
  publishing,
  hanging,
];
