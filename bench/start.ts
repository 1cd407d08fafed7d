/**
 * What the library adds to the start of a program: the import of it as one file of JavaScript, the
 * first `create`, `attach` and `registerThread`, and the size of that file. `collect.ts` runs it;
 * Deno makes the file.
 *
 * @module
 */

import { gzipSync } from "node:zlib";
import { median } from "./figures.ts";
import type { Row } from "./results.ts";
import { capture } from "../scripts/shared/process.ts";

/** Starts a program with these arguments, and returns what it prints. */
type Start = (args: readonly string[]) => Promise<string | undefined>;

/** The rows of one runtime: medians of so many starts. */
export async function measureStarts(start: Start, starts: number): Promise<Row[]> {
  const folder = await Deno.makeTempDir();
  try {
    const file = `${folder}/core.mjs`;
    await bundle(file);
    const rows: Row[] = [{
      ...{ group: "size, gzipped", name: "core", at: {}, unit: "bytes" },
      value: gzipSync(await Deno.readFile(file), { level: 9 }).length,
    }];
    const seen = new Map<string, number[]>();
    for (let n = 0; n < starts; n++) {
      for (const args of [["library", file], ["prom-client"]]) {
        const answer = await start(args);
        if (answer === undefined) throw new Error(`Cannot measure the start of ${args[0]}`);
        for (const [step, value] of Object.entries(JSON.parse(answer) as Record<string, number>)) {
          const key = `${step}|${args[0]}`;
          seen.set(key, [...seen.get(key) ?? [], value]);
        }
      }
    }
    for (const [key, figures] of seen) {
      const [step, name] = key.split("|");
      const row = { group: `start, ${step}`, name, at: {}, unit: "ns" };
      rows.push({ ...row, value: median(figures), rounds: figures });
    }
    return rows;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Makes one minified file of the core. */
async function bundle(file: string): Promise<void> {
  const args = ["bundle", "--quiet", "--no-lock", "--minify", `--output=${file}`, "mod.ts"];
  if (await capture([Deno.execPath(), ...args], 120) === undefined) {
    throw new Error("Cannot measure the start: `deno bundle` must make a file of mod.ts");
  }
}
