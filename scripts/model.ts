/**
 * Checks the models of `tests/model` exhaustively, and that each fault in their table is found:
 * `model.ts [FILE...]`.
 *
 * Needs `spin` and `gcc`.
 *
 * @module
 */

import { type Model, models } from "../tests/model/models.ts";
import { root } from "./shared/process.ts";

/** The options of the compiler and of the verifier for each kind of check. */
const KINDS = {
  safety: { compile: ["-DSAFETY"], run: [] },
  ends: { compile: ["-DNP"], run: ["-l"] },
  fair: { compile: [], run: ["-a", "-f"] },
} as const satisfies Record<Model["check"], { compile: string[]; run: string[] }>;

/**
 * Optimizing costs the compiler more (9 s instead of 1.5 s for `ids`) than it saves the verifier
 * (at most 1 s).
 */
const OPTIMIZE = "-O0";
const MEMORY_MEGABYTES = 1900;
const DEPTH = 1_000_000;
/** `log2` of the initial size of the hash table. It grows, and most runs end before that. */
const HASH_BITS = 20;
const LIMIT_SECONDS = 240;
const AT_ONCE = 2;

interface Run {
  readonly model: Model;
  /** The fault, in a model that must be found broken. */
  readonly fault?: string;
}

interface Outcome {
  readonly run: Run;
  readonly states: number;
  readonly errors: number;
  readonly seconds: number;
  /** Why the run proves nothing, whatever it printed. */
  readonly defect?: string;
}

class CommandError extends Error {}

async function output(
  folder: string,
  command: readonly string[],
  { mayFail = false } = {},
): Promise<string> {
  const [program, ...args] = command;
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args,
    cwd: folder,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    signal: AbortSignal.timeout(LIMIT_SECONDS * 1000),
  }).output();
  const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  if (!success && !mayFail) throw new CommandError(`${program} failed: ${text.slice(0, 500)}`);
  return text;
}

/** Reads a number that the verifier printed. */
function figure(text: string, pattern: RegExp): number | undefined {
  const found = pattern.exec(text);
  return found === null ? undefined : Number(found[1]);
}

async function check(run: Run): Promise<Outcome> {
  const { model, fault } = run;
  const folder = await Deno.makeTempDir({ prefix: "thread-stats-model-" });
  const begin = performance.now();
  try {
    const file = new URL(`tests/model/${model.file}.pml`, root).pathname;
    const flags = [...(model.flags ?? []), ...(fault === undefined ? [] : [fault])];
    const { compile, run: options } = KINDS[model.check];
    await output(folder, ["spin", ...flags.map((flag) => `-D${flag}`), "-a", file]);
    await output(folder, [
      "gcc",
      ...[OPTIMIZE, "-w", ...compile, `-DMEMLIM=${MEMORY_MEGABYTES}`],
      ...["-o", "pan", "pan.c"],
    ]);
    const text = await output(folder, [
      `${folder}/pan`,
      "-n",
      ...options,
      `-m${DEPTH}`,
      `-w${HASH_BITS}`,
    ], {
      mayFail: true,
    });
    const states = figure(text, /([\d.e+]+) states, stored/);
    const errors = figure(text, /errors: (\d+)/);
    // A search that did not finish proves nothing.
    const defect = states === undefined || errors === undefined
      ? `no result: ${text.slice(0, 300)}`
      : /Search not completed/.test(text) && errors === 0
      ? "the search was not complete"
      : /max search depth too small|reached -DMEMLIM|out of memory/.test(text)
      ? "the search did not fit"
      : errors > 0 && !/assertion violated|acceptance cycle|non-progress cycle/.test(text)
      ? "broken by something other than its theorem"
      : undefined;
    const seconds = (performance.now() - begin) / 1000;
    return { run, states: states ?? 0, errors: errors ?? 0, seconds, defect };
  } catch (error) {
    const seconds = (performance.now() - begin) / 1000;
    return { run, states: 0, errors: 0, seconds, defect: (error as Error).message };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Whether a sound model has no errors, or a faulty one has some. */
function isAsExpected({ run, errors, defect }: Outcome): boolean {
  return defect === undefined && (run.fault === undefined ? errors === 0 : errors > 0);
}

function row({ run, states, errors, seconds, defect }: Outcome, verdict: string): string {
  const name = run.fault === undefined ? run.model.name : `  ${run.model.file}: ${run.fault}`;
  const cells = [
    name.padEnd(52),
    states.toLocaleString("en").padStart(11),
    String(errors).padStart(6),
    seconds.toFixed(1).padStart(7),
    `  ${verdict}`,
  ];
  return cells.join(" ") + (defect === undefined ? "" : ` (${defect})`);
}

async function isInstalled(program: string, option: string): Promise<boolean> {
  try {
    const command = new Deno.Command(program, { args: [option], stdout: "null", stderr: "null" });
    await command.output();
    return true;
  } catch {
    return false;
  }
}

async function main(): Promise<number> {
  const missing: string[] = [];
  if (!await isInstalled("spin", "-V")) missing.push("spin");
  if (!await isInstalled("gcc", "--version")) missing.push("gcc");
  if (missing.length > 0) {
    console.error(
      `Cannot check the models: spin and gcc must be installed, got no ${missing.join(", no ")}. ` +
        "On Debian and Ubuntu: apt-get install spin gcc libc6-dev",
    );
    console.log("0 passed, 1 failed");
    return 1;
  }

  const runs: Run[] = [];
  for (const model of models) {
    if (Deno.args.length > 0 && !Deno.args.includes(model.file)) continue;
    runs.push({ model });
    for (const fault of model.faults ?? []) runs.push({ model, fault });
  }
  console.log(
    `${"model".padEnd(52)} ${"states".padStart(11)} ${"errors".padStart(6)} ${
      "seconds".padStart(7)
    }`,
  );
  const outcomes: Outcome[] = [];
  const waiting = runs.values();
  const worker = async () => {
    for (const run of waiting) {
      const outcome = await check(run);
      outcomes.push(outcome);
      const verdict = isAsExpected(outcome)
        ? (run.fault === undefined ? "holds" : "found")
        : "FAILED";
      console.log(row(outcome, verdict));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));

  const passed = outcomes.filter(isAsExpected).length;
  const states = outcomes.filter(({ run }) => run.fault === undefined)
    .reduce((sum, outcome) => sum + outcome.states, 0);
  const faults = runs.filter(({ fault }) => fault !== undefined).length;
  console.log(
    `\n${states.toLocaleString("en")} states in ${runs.length - faults} checks, ${faults} faults`,
  );
  console.log(`${passed} passed, ${runs.length - passed} failed`);
  return passed === runs.length && runs.length > 0 ? 0 : 1;
}

Deno.exit(await main());
