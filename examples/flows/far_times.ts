import type { FlowStats, FlowThread } from "./schema.ts";

const LOW_BITS = 53n;
const LOW_MASK = (1n << LOW_BITS) - 1n;

/** The first and the last time of a flow. */
export interface FarTimes {
  first: bigint;
  last: bigint;
}

/**
 * Counts a time of a flow that no number holds exactly. The two halves of a time belong together, which
 * no merge of single fields knows: so this compares them in a burst, and {@linkcode readFarTimes} the
 * threads' halves in a callback.
 */
export function addFarTime(
  stats: FlowStats,
  metrics: FlowThread["metrics"],
  flow: number,
  time: bigint,
): void {
  const high = Number(time >> LOW_BITS);
  const low = Number(time & LOW_MASK);
  const burst = metrics.farTimes.begin(stats.metrics.farTimes.id({ flow: String(flow) }));
  // A flow's first time is earlier than infinity.
  if (high < burst.firstHigh || (high === burst.firstHigh && low < burst.firstLow)) {
    burst.firstHigh = high;
    burst.firstLow = low;
  }
  if (high > burst.lastHigh || (high === burst.lastHigh && low > burst.lastLow)) {
    burst.lastHigh = high;
    burst.lastLow = low;
  }
  burst.commit();
}

/** The times that {@linkcode addFarTime} counted, by the numbers of the flows. */
export function readFarTimes(stats: FlowStats): Map<number, FarTimes> {
  const { farTimes } = stats.metrics;
  const all = new Map<number, FarTimes>();
  for (const { id, labels } of farTimes.series()) {
    const times = farTimes.aggregate(id, undefined as FarTimes | undefined, (merged, part) => {
      const first = join(part.firstHigh, part.firstLow);
      const last = join(part.lastHigh, part.lastLow);
      if (!merged) return { first, last };
      return {
        first: first < merged.first ? first : merged.first,
        last: last > merged.last ? last : merged.last,
      };
    });
    if (times) all.set(Number(labels.flow), times);
  }
  return all;
}

function join(high: number, low: number): bigint {
  return (BigInt(high) << LOW_BITS) + BigInt(low);
}
