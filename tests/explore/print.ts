/**
 * Reports for people.
 *
 * @module
 */
import type { Report } from "./explorer.ts";
import type { Outcome } from "./machine.ts";

/** One line a history, and what went wrong. */
export function formatReport(report: Report, seconds: number): string {
  const { history, schedules, random, kills, steps, seed, sharedWords, preemptions, isComplete } =
    report;
  const scope = isComplete
    ? `all with up to ${preemptions} preemptions`
    : `not all with up to ${preemptions} preemptions`;
  const seeds = random === 0 ? "" : ` from seed ${seed}`;
  const line =
    `${history}: ${schedules} schedules (${scope}; ${random} random${seeds}; ${kills} with a kill), ` +
    `${steps} accesses, ${sharedWords} shared words, ${seconds.toFixed(1)} s`;
  const { failure } = report;
  if (failure === undefined) return line;
  return [
    line,
    `  FAILED: ${failure.what}`,
    ...(failure.seed === undefined ? [] : [`  at random, seed ${failure.seed}`]),
    `  replay: deno task explore --replay ${failure.replay}`,
  ].join("\n");
}

/** A schedule, access by access. */
export function formatTrace({ segments, accesses, events, killed, failure }: Outcome): string {
  const lines: string[] = [];
  let step = 0;
  for (const { thread, steps, ending } of segments) {
    lines.push(
      `thread ${thread}, ${steps} accesses, ${["ended", "interrupted", "killed"][ending]}:`,
    );
    for (const { isWrite, isFirst, long } of accesses.slice(step, step + steps)) {
      lines.push(
        `${String(step).padStart(6)}  ${isWrite ? "write" : "read "} byte ${long * 8}${
          isFirst ? "  (an operation begins)" : ""
        }`,
      );
      step++;
    }
  }
  for (const { thread, name, begin, end, value, error } of events) {
    const result = error ?? (end === Infinity ? "killed" : JSON.stringify(value));
    lines.push(`thread ${thread}: ${name}, from ${begin} to ${end}: ${result}`);
  }
  if (killed.length > 0) lines.push(`killed: thread ${killed.join(", ")}`);
  lines.push(failure === undefined ? "nothing is wrong" : `FAILED: ${failure}`);
  return lines.join("\n");
}
