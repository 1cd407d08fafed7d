/**
 * Runs the suite under Deno, Bun and Node: the part of it that takes minutes, or all of it, with its
 * core under Node 22 and in a page of Chromium.
 *
 * ```sh
 * deno task test                 # what is quick
 * deno task test:all             # everything
 * deno task test:all chromium    # only this runtime
 * deno task test deno -- arena   # only test files whose path contains "arena"
 * ```
 *
 * @module
 */

import { filesIn } from "./_files.ts";
import { addCounts, countJunit, type Counts, zero } from "./_junit.ts";
import { findModules, type ModuleSource } from "./_modules.ts";
import { installPackages } from "./shared/packages.ts";
import { capture, print, root, stream } from "./shared/process.ts";
import { findRuntime, type Runtime, type RuntimeName, suiteRuntimes } from "./shared/runtimes.ts";
import {
  browserFolder,
  isCore,
  isForBrowser,
  isLong,
  longPlaces,
  meteredFirst,
  needsPackages,
  notInBrowser,
  packageFolders,
  programFolders,
  testTimeoutMs,
} from "./shared/suite.ts";

/** What the suite runs in: `chromium` is no runtime of programs. */
type Place = RuntimeName | "chromium";
const places: readonly Place[] = [...suiteRuntimes, "chromium"];

interface Section {
  readonly title: string;
  readonly counts: Counts;
  /** What a runner beside another one has printed. */
  readonly output?: string;
}

/** The number of processes among which Bun's files are shared out, two at a time. */
const BUN_PARTS = 4;

interface Choice {
  readonly names: readonly Place[];
  readonly filters: readonly string[];
  /** Whether the long part is left out. */
  readonly isShort: boolean;
}

function parseArguments(args: readonly string[]): Choice {
  const names: Place[] = [];
  let isAll = false;
  const filters: string[] = [];
  let rest = false;
  for (const arg of args) {
    if (rest) filters.push(arg);
    else if (arg === "--") rest = true;
    else if (arg === "--all") isAll = true;
    else if ((places as readonly string[]).includes(arg)) names.push(arg as Place);
    else filters.push(arg);
  }
  // Who names files, or a place of the long part, means these.
  const isShort = !isAll && filters.length === 0 &&
    !names.some((name) => longPlaces.includes(name));
  if (names.length > 0) return { names, filters, isShort };
  return {
    names: places.filter((name) => !isShort || !longPlaces.includes(name)),
    filters,
    isShort,
  };
}

function testCommand(
  runtime: Runtime,
  report: string,
  files: readonly string[],
  modules: ModuleSource,
): string[] {
  switch (runtime.name) {
    case "deno":
      return [
        runtime.path,
        ...["test", "-A", "--no-check", "--parallel", ...modules.args, `--junit-path=${report}`],
        ...files,
      ];
    case "bun":
      return [
        runtime.path,
        ...["test", `--timeout=${testTimeoutMs}`],
        ...["--reporter=junit", `--reporter-outfile=${report}`],
        ...meteredFirst(files).map((file) => `./${file}`),
      ];
    case "node":
    case "node22":
      return [
        runtime.path,
        ...["--import=./tests/std/node_hooks.mjs", "--test", "--test-concurrency=2"],
        ...["--test-reporter=spec", "--test-reporter-destination=stdout"],
        ...["--test-reporter=junit", `--test-reporter-destination=${report}`],
        ...files,
      ];
  }
}

/** Runs one test runner. A crash or a run without tests counts as one failure. */
async function runTests(
  title: string,
  files: readonly string[],
  command: (report: string) => string[],
  { isBeside = false } = {},
): Promise<Section> {
  console.log(`\n=== ${title}${isBeside ? ", whose output comes at its end" : ""}`);
  const report = await Deno.makeTempFile({ prefix: "thread-stats-", suffix: ".xml" });
  // A machine with other work needs twice the time that a free one needs.
  const ending = await stream(command(report), { limitMinutes: 20, isBeside });
  const xml = await Deno.readTextFile(report).catch(() => "");
  const counts = countJunit(xml, files);
  await Deno.remove(report).catch(() => {});
  if (!ending.success && counts.failed === 0) {
    console.log(`${title}: the runner ${ending.reason} though it reported no failed test`);
    counts.failed++;
  } else if (counts.passed + counts.failed + counts.skipped === 0) {
    console.log(`${title}: the runner ran no test`);
    counts.failed++;
  }
  return { title, counts, output: ending.output };
}

/** Runs the part of the core that needs no runtime of programs in a page. */
async function runInBrowser(files: readonly string[]): Promise<Section | undefined> {
  const chosen = files.filter(isForBrowser);
  for (const file of chosen.filter((file) => Object.hasOwn(notInBrowser, file))) {
    console.log(`chromium: ${file} is left out: ${notInBrowser[file]}`);
  }
  const runnable = chosen.filter((file) => !Object.hasOwn(notInBrowser, file));
  if (runnable.length === 0) {
    console.log("\nchromium: none of these test files runs in a page");
    return undefined;
  }
  const version = await capture(["chromium", "--version"], 60);
  if (version === undefined) {
    console.log("\nchromium does not run: the tests in a page are left out");
    // Where nobody reads that line, they have failed.
    const isUnattended = Deno.env.has("CI");
    return isUnattended ? { title: "chromium", counts: { ...zero(), failed: 1 } } : undefined;
  }
  const title = `chromium ${/[\d.]+/.exec(version)?.[0] ?? ""}, in a page`;
  return await runTests(title, runnable, (report) => [
    ...[Deno.execPath(), "run", "-A", "--no-check", "--no-lock", "tests/chromium/main.ts"],
    ...[`--report=${report}`, ...runnable],
  ]);
}

async function runTypes(modules: ModuleSource): Promise<Section | undefined> {
  const files = await filesIn("tests/types", (path) => path.endsWith(".ts"));
  if (files.length === 0) return undefined;
  const title = "types";
  console.log(`\n=== ${title}`);
  const { success } = await stream([Deno.execPath(), "check", ...modules.args, ...files]);
  return { title, counts: { ...zero(), [success ? "passed" : "failed"]: 1 } };
}

async function runDocs(modules: ModuleSource): Promise<Section | undefined> {
  const files = await filesIn(
    ".",
    (path) =>
      path === "README.md" || path === "mod.ts" || /^docs\/.*\.md$/.test(path) ||
      (path.startsWith("src/") && path.endsWith(".ts") && !path.endsWith("_test.ts")),
  );
  const withExamples: string[] = [];
  for (const file of files) {
    const text = await Deno.readTextFile(new URL(file, root));
    if (/```(?:ts|typescript|js|javascript)\b(?!.*\bignore\b)/.test(text)) withExamples.push(file);
  }
  if (withExamples.length === 0) return undefined;
  return await runTests("deno, examples in the documentation", [], (report) => [
    Deno.execPath(),
    ...["test", "--doc", "-A", "--no-check", ...modules.args, `--junit-path=${report}`],
    ...withExamples,
  ]);
}

function summary({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped === 0 ? "" : `, ${skipped} skipped`}`;
}

async function main(): Promise<number> {
  const { names, filters, isShort } = parseArguments(Deno.args);
  const files = (await filesIn(".", (path) => path.endsWith("_test.ts")))
    .filter((path) => !isShort || !isLong(path))
    .filter((path) => filters.length === 0 || filters.some((filter) => path.includes(filter)));
  if (files.length === 0) {
    console.error(`No test file's path contains ${filters.join(" or ")}`);
    return 1;
  }
  const isBrowserUsed = names.includes("chromium") && files.some(isForBrowser);
  const isTested = (folder: string) => files.some((path) => needsPackages(path, folder));
  const folders = packageFolders.filter((folder) =>
    isTested(folder) || (folder === browserFolder && isBrowserUsed)
  );
  const modules = await findModules(folders);
  if (modules.notice !== undefined) console.log(modules.notice);
  for (const folder of [...folders, ...programFolders.filter(isTested)]) {
    await installPackages(folder);
  }

  const sections: Section[] = [];
  for (const name of names) {
    if (name === "chromium") {
      const section = await runInBrowser(files);
      if (section !== undefined) sections.push(section);
      continue;
    }
    const chosen = name === "node22" ? files.filter(isCore) : files;
    if (chosen.length === 0) {
      console.log(`\n${name}: none of these test files belongs to the core`);
      continue;
    }
    let runtime: Runtime;
    try {
      runtime = await findRuntime(name);
    } catch (error) {
      console.error((error as Error).message);
      sections.push({ title: name, counts: { ...zero(), failed: 1 } });
      continue;
    }
    const run = (title: string, files: readonly string[], isBeside = false) =>
      runTests(title, files, (report) => testCommand(runtime, report, files, modules), {
        isBeside,
      });
    const title = `${name} ${runtime.version}`;
    if (name === "bun" && chosen.length >= BUN_PARTS) {
      // Bun runs all files that it is given in one process, which computes on one core, and whose
      // memories it collects ever more slowly.
      const runPart = (part: number, isBeside: boolean) => {
        const files = chosen.filter((_, n) => n % BUN_PARTS === part);
        return run(`${title}, part ${part + 1} of ${BUN_PARTS}`, files, isBeside);
      };
      for (let part = 0; part < BUN_PARTS; part += 2) {
        const beside = runPart(part + 1, true);
        sections.push(await runPart(part, false), await beside);
        await print(`\n=== the output of part ${part + 2}\n${sections.at(-1)!.output}\n`);
      }
    } else {
      sections.push(await run(title, chosen));
    }
    if (name === "deno" && filters.length === 0) {
      for (const run of [runDocs, runTypes]) {
        const section = await run(modules);
        if (section !== undefined) sections.push(section);
      }
    }
  }

  const total = zero();
  console.log("");
  for (const { title, counts } of sections) {
    addCounts(total, counts);
    console.log(`${title}: ${summary(counts)}`);
  }
  if (isShort) {
    console.log(
      "This was the quick part. `deno task test:all` also runs stress, kills, pools, browsers and judges.",
    );
  }
  console.log(summary(total));
  return total.failed === 0 ? 0 : 1;
}

Deno.exit(await main());
