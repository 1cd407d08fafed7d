import { setTimeout as delay } from "node:timers/promises";

/** What is kept running: a process, or whatever else ends. */
export interface Running {
  /** Settles when it has ended, with the reason. */
  readonly ended: Promise<string>;
}

/** How {@linkcode keepRunning} starts what has ended, and whom it tells. */
export interface KeepOptions<Member extends Running> {
  /** Starts another in its place. */
  readonly start: (ended: Member) => Promise<Member>;
  readonly onEnd: (member: Member, reason: string) => void;
  readonly onStart: (member: Member) => void;
  readonly onFailure: (error: unknown) => void;
  /**
   * Before each start: what ends at once would else take a processor for itself.
   *
   * @default {1000}
   */
  readonly pauseMs?: number;
}

/** Starts again, for ever, what has ended; a start that fails is tried again, as what was in its way may go. */
export async function keepRunning<Member extends Running>(
  member: Member,
  { start, onEnd, onStart, onFailure, pauseMs = 1000 }: KeepOptions<Member>,
): Promise<never> {
  while (true) {
    onEnd(member, await member.ended);
    member = await startAgain(member);
    onStart(member);
  }

  async function startAgain(ended: Member): Promise<Member> {
    while (true) {
      await delay(pauseMs);
      try {
        return await start(ended);
      } catch (error) {
        onFailure(error);
      }
    }
  }
}
