/**
 * How threads do, in words: the same ones on the page, in copied text and in JSON.
 *
 * @module
 */
import { clock, duration } from "./format.ts";

/**
 * `moving`: changed something within the last two seconds or intervals. `idle`: silent, but not
 * longer than its longest break before, or its event loop is known to turn. `silent`: longer than
 * that. `stuck`: silent with something in progress. `blocked`: its event loop has not turned. `watched`: looked at for too short a time
 * to tell. The others are states of its slot.
 */
export type Condition =
  | "moving"
  | "idle"
  | "silent"
  | "stuck"
  | "blocked"
  | "watched"
  | "revoked"
  | "retired"
  | "reserved";

/** The sign that stands beside the word. */
export const SIGNS: Readonly<Record<Condition, string>> = {
  moving: "●",
  idle: "○",
  silent: "◐",
  stuck: "▲",
  blocked: "▲",
  watched: "○",
  revoked: "✕",
  retired: "–",
  reserved: "◌",
};

/** A thread in the stream: what a {@linkcode ThreadView} has, in this order. */
export type ThreadRow = readonly [
  slot: number,
  name: string,
  state: string,
  last: number,
  gap: number,
  condition: Condition,
  busy: number,
  since: number,
];

/** A thread as it is shown. All times are milliseconds, those of days since 1970; 0: not known. */
export interface ThreadView {
  readonly slot: number;
  readonly name: string;
  readonly state: string;
  /** When it changed something last. */
  readonly last: number;
  /** Its longest break before the present one; 0 also if it is idle because its event loop turns. */
  readonly gap: number;
  readonly condition: Condition;
  /** What the gauges of work in progress have for it. */
  readonly busy: number;
  /** When it came into its state, or when its silence began to be watched. */
  readonly since: number;
}

/** A row as a view. */
export function toThread(row: ThreadRow): ThreadView {
  const [slot, name, state, last, gap, condition, busy, since] = row;
  return { slot, name: name || `thread-${slot}`, state, last, gap, condition, busy, since };
}

/** Conditions that ask for somebody. */
export function isIll({ condition }: ThreadView): boolean {
  return condition === "stuck" || condition === "blocked" || condition === "silent";
}

/** Worst first. */
const SEVERITY: readonly Condition[] = ["blocked", "stuck", "silent", "revoked", "idle", "watched"];

/** Sorts the ill before the well, and keeps the order of slots otherwise. */
export function worstFirst(threads: readonly ThreadView[]): ThreadView[] {
  const rank = ({ condition }: ThreadView) => {
    const at = SEVERITY.indexOf(condition);
    return at < 0 ? SEVERITY.length : at;
  };
  return [...threads].sort((a, b) => rank(a) - rank(b) || a.slot - b.slot);
}

/**
 * How long a thread has been silent. It counts on between messages for those that were silent
 * already.
 */
export function silenceOf(thread: ThreadView, now: number): number {
  return now - (thread.last || thread.since);
}

/** What is known of a thread, in a few words. */
export function evidenceOf(thread: ThreadView, now: number): string {
  const silence = duration(silenceOf(thread, now));
  switch (thread.condition) {
    case "idle":
      return `idle for ${silence}`;
    case "silent":
    case "stuck":
      return `no update for ${silence}`;
    case "blocked":
      return `blocked for ${duration(now - thread.since)}`;
    case "watched":
      return "no update yet";
    case "revoked":
      return thread.since ? `killed ${duration(now - thread.since)} ago` : "killed";
    default:
      return thread.condition;
  }
}

/** What else there is to say of a thread. */
export function remarkOf(thread: ThreadView): string {
  const longest = thread.gap ? `longest break ${duration(thread.gap)}` : "no break before";
  switch (thread.condition) {
    case "stuck":
      return `${thread.busy} in progress, ${longest}`;
    case "blocked":
      return "its event loop does not turn";
    case "silent":
      return thread.gap ? `${longest}; it may be done, or hang` : "it may be done, or hang";
    case "idle":
      return thread.gap ? "such breaks are usual for it" : "its event loop turns";
    case "watched":
      return "not looked at for long enough";
    case "revoked":
      return "its slot rests before it is used again";
    case "retired":
      return "what it counted stays";
    case "reserved":
      return "a seat, not registered yet";
    default:
      return "";
  }
}

/** What is wrong, or that nothing is. */
export interface Verdict {
  readonly level: "" | "ok" | "warn" | "bad";
  readonly words: string;
  /** What is worth knowing besides. */
  readonly also: string;
}

/** One line for all threads, worst first. `lostAt`: since when nothing is known any more. */
export function verdictOf(
  threads: readonly ThreadView[],
  { killedSince = 0, lostAt = 0 }: { killedSince?: number; lostAt?: number } = {},
): Verdict {
  const are = (...conditions: Condition[]) =>
    threads.filter(({ condition }) => conditions.includes(condition));
  const names = (list: readonly ThreadView[]) =>
    list.length > 3 ? `${list.length} threads` : list.map(({ name }) => name).join(", ");
  const is = (list: readonly ThreadView[]) => list.length > 1 ? "are" : "is";
  const active = threads.filter(({ state }) => state === "active");
  if (lostAt) {
    return {
      level: "",
      words: `Not known since ${clock(lostAt)}`,
      also: `${active.length} ${active.length === 1 ? "thread was" : "threads were"} active then`,
    };
  }
  if (threads.length === 0) return { level: "", words: "No thread has registered yet", also: "" };
  const killed = are("revoked").filter(({ since }) => since > killedSince);
  const also = killed.length === 0
    ? ""
    : `${names(killed)} ${killed.length > 1 ? "were" : "was"} killed`;
  for (const condition of ["blocked", "stuck", "silent"] as const) {
    const ill = are(condition);
    if (ill.length === 0) continue;
    const level = condition === "silent" ? "warn" : "bad";
    return { level, words: `${names(ill)} ${is(ill)} ${condition}`, also };
  }
  if (killed.length > 0) return { level: "warn", words: also, also: `${active.length} active` };
  if (active.length === 0) return { level: "", words: "No thread is active", also };
  const watched = are("watched").length;
  if (watched > 0) {
    const moving = are("moving").length;
    return { level: "", words: `${moving} of ${active.length} threads have moved so far`, also };
  }
  const idle = are("idle").length;
  if (idle > 0) {
    return { level: "ok", words: `${active.length} threads, ${idle} of them idle`, also };
  }
  const all = active.length === 1
    ? "The one thread is moving"
    : `All ${active.length} threads are moving`;
  return { level: "ok", words: all, also };
}
