/**
 * The mutation check: puts each fault of `mutants.ts` into a copy of the library, and has the
 * explorer find it.
 *
 * ```sh
 * deno task mutate                    # all faults
 * deno task mutate --mutant block-tag # one of them
 * deno task mutate --table            # the table of docs/testing.md
 * ```
 *
 * Ends with `N passed, N failed`: a fault that is found has passed. A fault whose place in the
 * library is gone has failed.
 *
 * @module
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { applyMutant, type Mutant, mutants } from "./mutants.ts";
import { forEachAtOnce, runModule } from "./processes.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** What the explorer needs of the project. */
const PARTS = [
  "mod.ts",
  "src",
  "tests/explore",
  "tests/stress",
  "tests/support",
  "deno.json",
  "package.json",
];

/** An exploration that takes longer counts as hanging. */
const LIMIT_SECONDS = 120;

/** The result for one fault. */
interface Verdict {
  readonly mutant: Mutant;
  /**
   * The history that has found it, after how many schedules, and what it said; `undefined` when
   * none has.
   */
  readonly caught?: { readonly history: string; readonly schedules: number; readonly what: string };
  /** Why it could not be tried. */
  readonly problem?: string;
}

/** A copy of the project for one lane. */
function copyProject(): string {
  const folder = mkdtempSync(join(tmpdir(), "thread-stats-mutate-"));
  for (const part of PARTS) cpSync(join(root, part), join(folder, part), { recursive: true });
  return folder;
}

async function judge(mutant: Mutant, folder: string): Promise<Verdict> {
  const originals = new Map<string, string>();
  try {
    const texts = applyMutant(mutant, (file) => readFileSync(join(folder, "src", file), "utf8"));
    for (const [file, text] of texts) {
      const path = join(folder, "src", file);
      originals.set(path, readFileSync(path, "utf8"));
      writeFileSync(path, text);
    }
    let schedules = 0;
    for (const history of mutant.histories) {
      const main = pathToFileURL(join(folder, "tests/explore/main.ts"));
      const { output } = await runModule(main, ["--history", history], LIMIT_SECONDS);
      const count = Number(/^\S+: (\d+) schedules/m.exec(output)?.[1] ?? NaN);
      if (Number.isNaN(count)) return { mutant, problem: output };
      schedules += count;
      const what = /^ +FAILED: (.*)/m.exec(output)?.[1];
      if (what !== undefined) return { mutant, caught: { history, schedules, what } };
    }
    return { mutant };
  } catch (error) {
    return { mutant, problem: (error as Error).message };
  } finally {
    for (const [path, text] of originals) writeFileSync(path, text);
  }
}

function format({ mutant, caught, problem }: Verdict): string {
  if (problem !== undefined) return `${mutant.name}: NOT TRIED: ${problem}`;
  if (caught === undefined) return `${mutant.name}: NOT FOUND by ${mutant.histories.join(", ")}`;
  const { history, schedules, what } = caught;
  return `${mutant.name}: found by ${history} after ${schedules} schedules: ${what}`;
}

function formatTable(verdicts: readonly Verdict[]): string {
  const rows = verdicts.map(({ mutant, caught }) =>
    `| ${mutant.fault} | \`${mutant.file}\` | ${
      caught === undefined ? "**nothing** |" : `\`${caught.history}\` | ${caught.schedules}`
    } |`
  );
  return [
    "| fault | file in `src/` | found by | after schedules |",
    "| --- | --- | --- | --: |",
    ...rows,
  ]
    .join("\n");
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { mutant: { type: "string" }, table: { type: "boolean", default: false } },
  });
  const chosen = mutants.filter(({ name }) => (values.mutant ?? name) === name);
  if (chosen.length === 0) {
    const names = mutants.map(({ name }) => name).join(", ");
    throw new RangeError(`Cannot try ${values.mutant}: a fault is required, one of ${names}`);
  }
  const folders: string[] = [];
  const verdicts: Verdict[] = [];
  try {
    await forEachAtOnce(chosen, async (mutant, lane) => {
      const verdict = await judge(mutant, folders[lane] ??= copyProject());
      verdicts.push(verdict);
      console.log(format(verdict));
    });
  } finally {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  }
  verdicts.sort((one, other) => mutants.indexOf(one.mutant) - mutants.indexOf(other.mutant));
  if (values.table) console.log(`\n${formatTable(verdicts)}\n`);
  const passed = verdicts.filter(({ caught }) => caught !== undefined).length;
  console.log(`${passed} passed, ${verdicts.length - passed} failed`);
  return passed === verdicts.length ? 0 : 1;
}

process.exitCode = await main();
