/**
 * Measures everything, and writes the figures to a file for `documents/make.ts`:
 * `collect.ts --json FILE [RUNTIME...] [PART...] [--quick]`.
 *
 * The runtimes are `deno`, `bun` and `node`. The parts are `programs`, `updates`, `uses`, `counts`,
 * `contention`, `scale`, `start`, `web`, `scrape` and `exposition`. Without a name, all of them are
 * measured.
 *
 * Every case runs in a process of its own: what a compiler learns from one case must not slow the
 * next. The cases of a group take turns for several rounds, so that other work of the machine
 * disturbs all of them. A figure is the median of the rounds, each of which gives a median.
 *
 * @module
 */

import { arch, availableParallelism, platform, release } from "node:os";
import type { Circumstances, GroupName } from "./cases/case.ts";
import { groups, type ImplementationName, updateNames, useNames } from "./cases/catalogue.ts";
import { describe, median } from "./figures.ts";
import { processorName } from "./machine.ts";
import { installPackages } from "./packages.ts";
import { programCases } from "./programs/catalogue.ts";
import { measureStarts } from "./start.ts";
import { readSettings, type Results, type Row, type RuntimeResults } from "./results.ts";
import { capture, stream } from "../scripts/shared/process.ts";
import {
  findRuntime,
  type Runtime,
  type RuntimeName,
  runtimeNames,
} from "../scripts/shared/runtimes.ts";

const { json, quick, rest } = readSettings(Deno.args);
if (json === undefined) throw new TypeError("Cannot collect: `--json FILE` is required, got none");

/** Rounds, each with one process per case. */
const rounds = quick ? 1 : 3;

/** Cases with more cells are measured in one round only. */
const mostRepeated = 50_000;

function commandOf(runtime: Runtime, file: string, args: readonly string[]): string[] {
  const options = runtime.name === "deno" ? ["run", "-A", "--no-check", "--no-lock"] : [];
  return [runtime.path, ...options, file, ...args, ...(quick ? ["--quick"] : [])];
}

interface Turn {
  readonly name: ImplementationName;
  readonly at: Circumstances;
  readonly figures: number[];
}

async function measureGroup(runtime: Runtime, group: GroupName): Promise<Row[]> {
  console.error(`${runtime.name}: ${group}`);
  let turns = groups[group].comparisons.flatMap(({ at, names }) =>
    names.map((name): Turn => ({ name, at, figures: [] }))
  );
  if (quick) turns = turns.filter(({ at }) => (at.slots ?? 1) * (at.buckets ?? 1) <= 10_000);
  const failed = new Set<Turn>();
  for (let round = 0; round < rounds; round++) {
    for (const turn of turns) {
      const { slots = 1, buckets = 1 } = turn.at;
      // To make so many cells takes most of the time of the whole suite.
      const isOver = round > 0 && slots * buckets > mostRepeated;
      if (isOver || failed.has(turn)) continue;
      const args = [group, turn.name, JSON.stringify(turn.at)];
      const answer = await capture(commandOf(runtime, "bench/measure.ts", args), 120);
      if (answer !== undefined) turn.figures.push(JSON.parse(answer));
      else {
        console.error(
          `${runtime.name}: ${group}, ${turn.name}, ${describe(turn.at)}: failed`,
        );
        failed.add(turn);
      }
    }
  }
  return turns.map((turn): Row => {
    const { name, at, figures } = turn;
    const row = { group, name, at: at as Row["at"], unit: "ns" };
    if (failed.has(turn)) return { ...row, value: null };
    return { ...row, value: median(figures), rounds: figures };
  });
}

const measureGroups = (names: readonly GroupName[]) => async (runtime: Runtime) => {
  const rows: Row[] = [];
  for (const group of names) rows.push(...await measureGroup(runtime, group));
  return rows;
};

const runFile = (file: string) => async (runtime: Runtime): Promise<Row[]> => {
  console.error(`${runtime.name}: ${file}`);
  const path = await Deno.makeTempFile({ suffix: ".json" });
  const { success, reason } = await stream(commandOf(runtime, file, ["--json", path]));
  const rows: Row[] = success ? JSON.parse(await Deno.readTextFile(path)) : [];
  if (!success) console.error(`${runtime.name}: ${file} ${reason}`);
  await Deno.remove(path);
  return rows;
};

/** Rows of `programs.ts` as the medians of several processes. */
async function measurePrograms(runtime: Runtime): Promise<Row[]> {
  const seen = new Map<string, Row[]>();
  const measure = async (args: readonly string[]) => {
    const path = await Deno.makeTempFile({ suffix: ".json" });
    const command = commandOf(runtime, "bench/programs.ts", [...args, "--json", path]);
    const answer = await capture(command, 120);
    const rows: Row[] = answer === undefined ? [] : JSON.parse(await Deno.readTextFile(path));
    await Deno.remove(path);
    if (answer === undefined) console.error(`${runtime.name}: bench/programs.ts ${args} failed`);
    for (const row of rows) {
      const key = JSON.stringify([row.group, row.name, row.at]);
      seen.set(key, [...seen.get(key) ?? [], row]);
    }
  };
  for (let round = 0; round < rounds; round++) {
    console.error(`${runtime.name}: programs, round ${round + 1} of ${rounds}`);
    await measure([]);
    for (const number of programCases.keys()) await measure([String(number)]);
  }
  return [...seen.values()].map((rows) => {
    const figures = rows.map(({ value }) => value!);
    return { ...rows[0], value: median(figures), rounds: figures };
  });
}

const measureStart = (runtime: Runtime): Promise<Row[]> =>
  measureStarts(
    (args) => capture(commandOf(runtime, "bench/start_program.ts", args), 120),
    quick ? 1 : 9,
  );

const parts: Record<string, (runtime: Runtime) => Promise<Row[]>> = {
  programs: measurePrograms,
  updates: measureGroups(updateNames),
  uses: measureGroups(useNames),
  counts: runFile("bench/counts.ts"),
  contention: runFile("bench/contention.ts"),
  scale: runFile("bench/scale.ts"),
  start: measureStart,
  web: runFile("bench/web_server.ts"),
  scrape: runFile("bench/scrape.ts"),
  exposition: runFile("bench/exposition.ts"),
};

/** The names that the command line has, or all of them. */
function chosen<Name extends string>(all: readonly Name[]): readonly Name[] {
  const named = all.filter((name) => rest.includes(name));
  return named.length > 0 ? named : all;
}

for (const name of rest) {
  if (!(name in parts) && !runtimeNames.includes(name as RuntimeName)) {
    throw new TypeError(`Cannot collect: a runtime or a part is required, got "${name}"`);
  }
}
await installPackages();
const runtimes: Record<string, RuntimeResults> = {};
for (const name of chosen(runtimeNames)) {
  const runtime = await findRuntime(name);
  const rows: Row[] = [];
  for (const part of chosen(Object.keys(parts))) {
    const began = performance.now();
    rows.push(...await parts[part](runtime));
    console.error(`${name}: ${part} took ${Math.round((performance.now() - began) / 1000)} s`);
  }
  runtimes[name] = { version: runtime.version, rows };
  const results: Results = {
    takenAt: new Date().toISOString(),
    isQuick: quick,
    processor: processorName(),
    cores: availableParallelism(),
    system: `${platform()} ${release()} ${arch()}`,
    runtimes,
  };
  // After each runtime, so that the figures of one survive a failure of the next.
  await Deno.writeTextFile(json, JSON.stringify(results, undefined, 1));
}
