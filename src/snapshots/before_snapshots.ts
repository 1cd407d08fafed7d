/**
 * What this thread does before it reads the statistics: meters ask their callbacks for the present
 * values. Each thread runs its own callbacks only.
 *
 * @module
 */

/** Brings some values up to date. Never throws. The promise is for what needs waiting. */
export type Update = () => Promise<unknown> | undefined;

const updates = new Set<Update>();
let isSuspended = false;

/**
 * Runs a function before each snapshot that this thread takes, of whichever memory.
 *
 * @returns Ends that.
 */
export function beforeSnapshots(update: Update): () => void {
  updates.add(update);
  return () => void updates.delete(update);
}

/** Runs all updates. The promise, if any needs waiting, never rejects. */
export function update(): Promise<unknown> | undefined {
  if (isSuspended || updates.size === 0) return undefined;
  const pending: Promise<unknown>[] = [];
  // A callback may take a snapshot itself.
  isSuspended = true;
  try {
    for (const run of [...updates]) {
      const waiting = run();
      if (waiting !== undefined) pending.push(waiting);
    }
  } finally {
    isSuspended = false;
  }
  return pending.length === 0 ? undefined : Promise.allSettled(pending);
}

/** Calls a function that takes a snapshot of values that are up to date already. */
export function withoutUpdate<Result>(take: () => Result): Result {
  const before = isSuspended;
  isSuspended = true;
  try {
    return take();
  } finally {
    isSuspended = before;
  }
}
