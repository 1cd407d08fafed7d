/**
 * What the answer to a Prometheus server costs when there are 100,000 series: the time until its last byte is there, and by how
 * much the process' memory rises.
 * `exposition.ts [--json FILE] [--quick]`, under any runtime.
 *
 * Each way has a process of its own, since memory that one scrape has used is there for the next. The library is measured with one
 * thread, as its rivals are: they know of one thread alone. And with 8 threads, idle and busy: the rivals would have to ask these, see
 * `scrape.ts`.
 *
 * @module
 */

import { spawnSync } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import type { ExpositionCase, ExpositionResult } from "./exposition_case.ts";
import { finish, readSettings, type Row } from "./results.ts";

const settings = readSettings();
const series = settings.quick ? 2_000 : 100_000;
const threads = 8;

const cases: ExpositionCase[] = [
  { name: "library", series },
  { name: "prom-client", series },
  { name: "@prometheus-io/client", series },
  { name: "library", series, threads, workers: "idle" },
  { name: "library", series, threads, workers: "busy" },
];

function run(action: ExpositionCase): ExpositionResult | undefined {
  const options = "Deno" in globalThis ? ["run", "-A", "--no-check", "--no-lock"] : [];
  const script = fileURLToPath(new URL("./exposition_case.ts", import.meta.url));
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [...options, script, JSON.stringify(action)],
    { encoding: "utf8", timeout: 120_000 },
  );
  if (status === 0) return JSON.parse(stdout);
  console.error(`${action.name}: ${stderr}`);
  return undefined;
}

const rows = cases.flatMap((action): Row[] => {
  const { name, ...at } = action;
  const result = run(action);
  return [
    { group: "exposition, time", name, at, value: result?.ns ?? null, unit: "ns" },
    { group: "exposition, memory", name, at, value: result?.mebibytes ?? null, unit: "MiB" },
  ];
});
finish(rows, settings);
