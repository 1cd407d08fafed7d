/**
 * The operations of one registered thread, as a function of a seed. The number of operations that a
 * killed thread has made therefore determines what it has counted.
 *
 * @module
 */
import { Random } from "../support/random.ts";
import { moveBy, type Moves } from "../stress/schema.ts";
import { FLOWS, KEYS, MOVES, VALUES } from "./schema.ts";

/** A kind of operation. Each makes at most one commit. */
export type Kind =
  | "hit"
  | "call"
  | "few"
  | "move"
  | "burst"
  | "flow"
  | "wide"
  | "latency"
  | "size"
  | "gauge"
  | "churn";

/** How many of 64 operations are of each kind. */
const WEIGHTS: Record<Kind, number> = {
  hit: 14,
  call: 6,
  few: 2,
  move: 11,
  burst: 5,
  flow: 5,
  wide: 5,
  latency: 4,
  size: 4,
  gauge: 4,
  churn: 4,
};
const MIXED = Object.entries(WEIGHTS).flatMap(([kind, weight]) => Array(weight).fill(kind as Kind));

/** Commits in a row to few records: so that readers are overtaken. */
const RECORDS: readonly Kind[] = [...Array(15).fill("move" as const), "wide"];

/** The operations of one tenure, one after the other. */
export class Script {
  /** What to do. */
  kind: Kind = "hit";
  /** The number of a bucket or key, or another choice. */
  which = 0;
  /** The amount. */
  amount = 0;
  readonly #random: Random;
  readonly #deck: readonly Kind[];

  constructor(seed: number) {
    this.#random = new Random(seed);
    this.#deck = seed % 3 === 0 ? RECORDS : MIXED;
  }

  /** Goes to the next operation. */
  next(): void {
    this.kind = this.#deck[this.#random.below(this.#deck.length)];
    this.which = this.#random.below(1 << 16);
    this.amount = 1 + this.#random.below(4);
  }
}

/** The accounts: metrics whose sums the oracle knows exactly. */
export const ACCOUNTS: readonly string[] = [
  "hits",
  "few",
  ...KEYS.map((key) => `calls ${key}`),
  ...KEYS.map((key) => `wide ${key}`),
  ...FLOWS.map((_, n) => `flow ${n}`),
  ...Array.from({ length: MOVES }, (_, n) => [`moves ${n}`, `way ${n}`, `squares ${n}`]).flat(),
  "latency",
  "latency sum",
  "size",
  "size sum",
];
const AT = new Map(ACCOUNTS.map((account, n) => [account, n]));

/** Exact sums by account. */
export type Sums = number[];

/** Nothing counted yet. */
export function noSums(): Sums {
  return Array(ACCOUNTS.length).fill(0);
}

/** Sets one account. */
export function setAccount(sums: Sums, account: string, value: number): void {
  sums[AT.get(account)!] = value;
}

const [HITS, FEW, CALLS, WIDE, FLOW, MOVED, LATENCY, SIZE] = [
  "hits",
  "few",
  `calls ${KEYS[0]}`,
  `wide ${KEYS[0]}`,
  "flow 0",
  "moves 0",
  "latency",
  "size",
].map((account) => AT.get(account)!);
const delta: { -readonly [Name in keyof Moves]: number } = {
  count: 0,
  way: 0,
  twice: 0,
  squares: 0,
  low: 0,
  high: 0,
};

/** Adds to the sums what the script's present operation counts. */
export function account(sums: Sums, { kind, which, amount }: Script): void {
  switch (kind) {
    case "hit":
      sums[HITS] += amount;
      return;
    case "call":
      sums[CALLS + which % KEYS.length] += amount;
      return;
    case "few":
      sums[FEW] += amount;
      return;
    case "move":
    case "burst": {
      const at = MOVED + 3 * (which % MOVES);
      const times = kind === "move" ? 1 : amount;
      for (let n = 0; n < times; n++) {
        moveBy(which + n, delta);
        sums[at]++;
        sums[at + 1] += delta.way;
        sums[at + 2] += delta.squares;
      }
      return;
    }
    case "flow":
      sums[FLOW + which % FLOWS.length]++;
      return;
    case "wide":
      sums[WIDE + which % KEYS.length]++;
      return;
    case "latency":
    case "size": {
      const at = kind === "latency" ? LATENCY : SIZE;
      sums[at] += amount;
      sums[at + 1] += amount * VALUES[which % VALUES.length];
      return;
    }
  }
}

/** What the first `count` operations of a seed's script count. */
export function replay(seed: number, count: number): { sums: Sums; last: Sums } {
  const script = new Script(seed);
  const sums = noSums();
  let last = sums;
  for (let n = 1; n <= count; n++) {
    script.next();
    if (n === count) last = [...sums];
    account(sums, script);
  }
  return { sums, last };
}

/** Whether any of a seed's operations from `first` to `last` counts something. */
export function countsBetween(seed: number, first: number, last: number): boolean {
  const script = new Script(seed);
  for (let n = 1; n <= last && last >= first; n++) {
    script.next();
    if (n >= first && script.kind !== "churn") return true;
  }
  return false;
}
