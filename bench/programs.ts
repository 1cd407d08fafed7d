/**
 * What updates cost as a program writes them; `programs/loop.ts` defines that.
 * `programs.ts [NUMBER] [--json FILE] [--quick]`, under any runtime.
 *
 * Without a number all cases run in this one process, in turns: what the compilers learn from one
 * kind of metric then meets the others, as in a program that has them all. With the number of a
 * case, it runs alone. `collect.ts` does both, several times.
 *
 * @module
 */

import process from "node:process";
import { median } from "./figures.ts";
import { MissingPackageError } from "./packages.ts";
import { programCases } from "./programs/catalogue.ts";
import { type Loop, type ProgramCase, round } from "./programs/loop.ts";
import { finish, readSettings, type Row } from "./results.ts";
import { expectFigure } from "./timer.ts";

const settings = readSettings();
const [sampleMs, warmUps, samples] = settings.quick ? [0.2, 5, 3] : [1, 80, 31];

/** A case while it is measured. */
interface Turn {
  readonly made: ProgramCase;
  readonly loop: Loop;
  /** Rounds in one sample. */
  rounds: number;
  /** Rounds in all. */
  done: number;
  readonly figures: number[];
}

async function prepare(made: ProgramCase): Promise<Turn[]> {
  try {
    return [{ made, loop: await made.prepare(), rounds: 1, done: 0, figures: [] }];
  } catch (error) {
    if (!(error instanceof MissingPackageError)) throw error;
    console.error(`Left out: ${made.group}, ${made.name} (${error.message})`);
    return [];
  }
}

/** Runs one sample, and returns the milliseconds that it took. */
function sample(turn: Turn): number {
  const start = performance.now();
  turn.loop.run(turn.rounds * round);
  const lasted = performance.now() - start;
  turn.done += turn.rounds;
  return lasted;
}

const [number] = settings.rest;
const chosen = number === undefined ? programCases : [programCases[Number(number)]];
const turns: Turn[] = [];
for (const made of chosen) turns.push(...await prepare(made));
for (let n = 0; n < warmUps; n++) {
  for (const turn of turns) {
    const lasted = sample(turn);
    if (lasted < sampleMs / 2) turn.rounds *= 2;
    // Code gets faster as it warms up, and the first samples may have been slow.
    else if (lasted > sampleMs * 2 && turn.rounds > 1) turn.rounds /= 2;
  }
}
for (let n = 0; n < samples; n++) {
  for (const turn of turns) turn.figures.push(sample(turn) * 1e6 / (turn.rounds * round));
}
const rows: Row[] = [];
for (const { made: { group, name, at }, loop, done, figures } of turns) {
  expectFigure(`${group}, ${name}`, await loop.total(), done * loop.perRound);
  const beside = number === undefined ? "all kinds" : "nothing";
  rows.push({ group, name, at: { ...at, beside }, value: median(figures), unit: "ns" });
}
finish(rows, settings);
process.exit(0);
