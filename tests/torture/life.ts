/**
 * One tenure of a thread: it registers, does what its script says, and ends in the way that its
 * plan says.
 *
 * @module
 */
import process from "node:process";
import { StaleThreadError, type Thread } from "../../mod.ts";
import { markerOf, moveBy } from "../stress/schema.ts";
import { Churn } from "./churn.ts";
import { type Ledger, Phase } from "./ledger.ts";
import {
  EXTREME,
  FLOWS,
  KEYS,
  LEVEL,
  type Metrics,
  type Stats,
  VALUES,
  WIDE_DELTA,
} from "./schema.ts";
import { account, noSums, Script, type Sums } from "./script.ts";

/**
 * How a life ends:
 *
 * - `leave`: by itself; it reports its sums
 * - `terminate`: killed from outside, wherever it is
 * - `throw`: by an uncaught exception, in the middle of a burst
 * - `exit`: by `process.exit`, in the middle of a burst
 * - `loop`: in a loop that never ends, in the middle of a burst, and then killed
 * - `revoke`: its seat is revoked while it counts; on Deno it is terminated before, which does not
 *   stop a web worker
 */
export type Ending = "leave" | "terminate" | "throw" | "exit" | "loop" | "revoke";

/** The plan of a life. */
export interface Plan {
  readonly seed: number;
  readonly ending: Ending;
  /** The number of operations before the end. A kill from outside may come later. */
  readonly operations: number;
}

/** The text of an intended uncaught exception. */
export const ON_PURPOSE = "This worker ends here on purpose";

const move = { count: 0, way: 0, twice: 0, squares: 0, low: 0, high: 0 };

/** Where a life writes its progress. */
export interface Place {
  readonly ledger: Ledger;
  readonly row: number;
  /** The buckets of `moves`. */
  readonly moves: readonly number[];
}

/** Runs a life to the end in `plan`; returns the sums of a life that ends by itself. */
export function live(
  stats: Stats,
  plan: Plan,
  place: Place,
): { sums: Sums; operations: number } {
  const { ledger, row } = place;
  const thread = stats.registerThread();
  const script = new Script(plan.seed);
  const churn = new Churn(stats, thread, { seed: plan.seed, ledger, row });
  const sums = noSums();
  const isEndless = plan.ending === "terminate" || plan.ending === "revoke";
  const isSafe = plan.ending === "leave";
  ledger.setPhase(row, Phase.busy);
  try {
    for (let n = 1; isEndless || n <= plan.operations; n++) {
      script.next();
      // A life that is not killed needs no ledger, and without it commits faster: harder for
      // readers.
      if (!isSafe) ledger.start(row, n);
      if (script.kind === "churn") churn.step();
      else operate(thread.metrics, script, place.moves);
      if (isSafe) account(sums, script);
      else ledger.finish(row, n);
    }
    if (isSafe) ledger.start(row, plan.operations);
    if (isSafe) ledger.finish(row, plan.operations);
  } catch (error) {
    if (!(error instanceof StaleThreadError) || plan.ending !== "revoke") throw error;
    ledger.setPhase(row, Phase.refused);
    return { sums, operations: ledger.finished(row) };
  }
  if (!isSafe) die(thread, plan.ending, place);
  churn.end();
  thread.unregister();
  return { sums, operations: plan.operations };
}

function operate(
  metrics: Thread<Metrics>["metrics"],
  { kind, which, amount }: Script,
  moves: readonly number[],
): void {
  switch (kind) {
    case "hit":
      return metrics.hits.add(amount);
    case "call":
      return metrics.calls.labels({ key: KEYS[which % KEYS.length] }).add(amount);
    case "few":
      return metrics.few.labels({ key: `few ${which % 24}` }).add(amount);
    case "move":
      moveBy(which, move);
      return metrics.moves.update(moves[which % moves.length], move);
    case "burst": {
      const burst = metrics.moves.begin(moves[which % moves.length]);
      for (let n = 0; n < amount; n++) {
        moveBy(which + n, move);
        burst.merge(move);
      }
      return burst.commit();
    }
    case "flow": {
      const labels = FLOWS[which % FLOWS.length];
      return metrics.flow.labels(labels).update({ mark: markerOf(labels.x, labels.y), count: 1 });
    }
    case "wide":
      return metrics.wide.labels({ key: KEYS[which % KEYS.length] }).update(WIDE_DELTA);
    case "latency":
      return metrics.latency.record(VALUES[which % VALUES.length], amount);
    case "size":
      return metrics.size.record(VALUES[which % VALUES.length], amount);
    case "gauge":
      metrics.level.set(LEVEL);
      metrics.lowest.set(1 + which % EXTREME);
      metrics.highest.set(1 + which % EXTREME);
      return metrics.latest.set(1 + which % EXTREME);
  }
}

/** Begins a burst, which no reader may ever see, and dies. */
function die(thread: Thread<Metrics>, ending: Ending, { ledger, row, moves }: Place): never {
  const burst = thread.metrics.moves.begin(moves[0]);
  burst.merge({ count: 1000, way: 7 });
  if (ending === "exit") process.exit(3);
  if (ending === "throw") throw ON_PURPOSE;
  ledger.setPhase(row, Phase.looping);
  for (let n = 0;; n++) burst.way += n;
}
