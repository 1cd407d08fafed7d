/**
 * `thread-stats top` without a terminal, and with `--once`.
 *
 * @module
 */
import process from "node:process";
import { isIll } from "../dashboard/shared/conditions.ts";
import type { Model } from "../dashboard/shared/model.ts";
import { plainBlock, plainFull } from "./plain.ts";
import type { Task } from "./task.ts";
import { looksOf } from "./terminal.ts";
import { Watch } from "./watch.ts";

/** So long a check waits for threads to be known, in milliseconds of the program's intervals. */
const CHECK_MS = 10_000;

/** How it ended. */
export interface Outcome {
  /** Why there was nothing. */
  readonly failure?: string;
  /** Whether a thread asks for somebody. */
  readonly isIll: boolean;
}

/** Prints a block for each interval, or only the first. */
export function printLines(command: Task): Promise<Outcome> {
  const { promise, resolve } = Promise.withResolvers<Outcome>();
  const looks = { ...looksOf(process.env), hasColors: false };
  const query = new URLSearchParams({ w: String(command.window) });
  let first: number | undefined;
  let printed = 0;
  let watch: Watch | undefined = undefined as Watch | undefined;
  const end = (outcome: Outcome) => {
    process.stdout.off("error", stop);
    watch?.close();
    resolve(outcome);
  };
  // Who reads has heard enough, as `head` does.
  const stop = () => end({ isIll: false });
  process.stdout.on("error", stop);
  const isReady = (model: Model) => {
    // Of the first message nothing is known that takes two samples.
    if (!Number.isFinite(model.seconds)) return false;
    first ??= model.n;
    if (!command.check) return true;
    const waited = (model.n - first) * model.full.every;
    return waited >= CHECK_MS || !model.threads.some(({ condition }) => condition === "watched");
  };
  const changed = () => {
    const { failure, model, now } = watch!;
    if (failure !== undefined) return end({ failure, isIll: false });
    if (model === undefined || model.n === printed) return;
    if (command.once && !isReady(model)) return;
    if (!Number.isFinite(model.seconds)) return;
    printed = model.n;
    if (command.format !== "json") process.stdout.write(plainBlock(model, now, looks));
    if (command.once) end({ isIll: model.threads.some(isIll) });
  };
  watch = new Watch(command, changed);
  watch.open(query.toString());
  return promise;
}

/** Prints the message `full` as JSON: when it has rates. */
export async function printFull(command: Task): Promise<Outcome> {
  const outcome = await printLines(command);
  if (outcome.failure !== undefined) return outcome;
  const { promise, resolve } = Promise.withResolvers<Outcome>();
  const watch = new Watch(command, () => {
    const { failure, model } = watch;
    if (failure !== undefined) return resolve({ failure, isIll: false });
    if (model === undefined) return;
    process.stdout.write(`${JSON.stringify(plainFull(model.full))}\n`);
    resolve({ isIll: model.threads.some(isIll) });
  });
  const query = new URLSearchParams({ w: String(command.window) });
  if (command.metric) query.set("m", command.metric);
  watch.open(query.toString());
  return await promise.finally(() => watch.close());
}
