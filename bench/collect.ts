/**
 * Measures everything and writes it to a file, for `report.ts` to print:
 * `collect.ts --json FILE [deno] [bun] [node] [updates] [reads] [contention] [scale] [scrape] [--quick]`.
 *
 * Runtimes and parts that are not named are all of them. Every case of the updates, and every group of the reads, has a process
 * of its own: what a compiler learns from one case must not slow the next.
 *
 * @module
 */

import { arch, availableParallelism, cpus, platform, release } from "node:os";
import { groupNames, groups, type ImplementationName } from "./cases/all.ts";
import type { GroupName } from "./cases/case.ts";
import { installPackages } from "./install.ts";
import { readSettings, type Results, type Row, type RuntimeResults } from "./results.ts";
import { readGroups } from "./read_groups.ts";
import { capture, stream } from "../scripts/_process.ts";
import { findRuntime, type Runtime, type RuntimeName, runtimeNames } from "../scripts/_runtimes.ts";

const { json, quick, rest } = readSettings(Deno.args);
if (json === undefined) throw new TypeError("Cannot collect: --json FILE is required");

/** Processes per update case, of which the best counts: whatever else the machine does only ever adds to the figures. */
const repeats = quick ? 1 : 3;
const together = Math.max(2, availableParallelism());

function commandOf(runtime: Runtime, file: string, args: readonly string[]): string[] {
  const options = runtime.name === "deno" ? ["run", "-A", "--no-check", "--no-lock"] : [];
  return [runtime.path, ...options, file, ...args, ...(quick ? ["--quick"] : [])];
}

async function measureUpdates(runtime: Runtime): Promise<Row[]> {
  const rows: Row[] = [];
  const measure = async (group: GroupName, name: ImplementationName, threads: number) => {
    let least = Infinity;
    for (let i = 0; i < repeats; i++) {
      const args = [group, name, String(threads)];
      const answer = await capture(commandOf(runtime, "bench/measure.ts", args), 120);
      if (answer === undefined) {
        console.error(`${runtime.name}: ${args.join(", ")} failed`);
        break;
      }
      least = Math.min(least, JSON.parse(answer));
    }
    const value = least === Infinity ? null : least;
    rows.push({ group, name, at: { threads }, value, unit: "ns" });
  };
  for (const group of groupNames) {
    console.error(`${runtime.name}: ${group}`);
    for (const name of groups[group].alone) await measure(group, name, 1);
    for (const name of groups[group].together) await measure(group, name, together);
  }
  return rows;
}

async function runFile(runtime: Runtime, file: string, args: readonly string[]): Promise<Row[]> {
  console.error(`${runtime.name}: ${[file, ...args].join(" ")}`);
  const path = await Deno.makeTempFile({ suffix: ".json" });
  const { success, reason } = await stream(commandOf(runtime, file, [...args, "--json", path]));
  const rows: Row[] = success ? JSON.parse(await Deno.readTextFile(path)) : [];
  if (!success) console.error(`${runtime.name}: ${file} ${reason}`);
  await Deno.remove(path);
  return rows;
}

const parts: Record<string, (runtime: Runtime) => Promise<Row[]>> = {
  updates: measureUpdates,
  reads: async (runtime) => {
    const rows: Row[] = [];
    for (const group of readGroups) rows.push(...await runFile(runtime, "bench/reads.ts", [group]));
    return rows;
  },
  contention: (runtime) => runFile(runtime, "bench/contention.ts", []),
  scale: (runtime) => runFile(runtime, "bench/scale.ts", []),
  scrape: (runtime) => runFile(runtime, "bench/scrape.ts", []),
};

/** Those of `all` that were named, or all. */
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
  for (const part of chosen(Object.keys(parts))) rows.push(...await parts[part](runtime));
  runtimes[name] = { version: runtime.version, rows };
  const results: Results = {
    takenAt: new Date().toISOString(),
    processor: cpus()[0]?.model ?? "unknown processor",
    cores: availableParallelism(),
    system: `${platform()} ${release()} ${arch()}`,
    runtimes,
  };
  // After each runtime: what took minutes is there even if the next one fails.
  await Deno.writeTextFile(json, JSON.stringify(results, undefined, 1));
}
