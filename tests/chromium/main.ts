/**
 * Runs test files in a page of Chromium that is cross-origin isolated, and writes a report as the
 * other runtimes' runners do:
 *
 * ```sh
 * deno run -A --no-check --no-lock tests/chromium/main.ts --report=FILE tests/buckets/free_ids_test.ts ...
 * ```
 *
 * The files are bundled with the stand-ins of `tests/std/`. What they take from `node:` modules is
 * in `missing.ts`: a test that uses it is skipped.
 *
 * @module
 */
import { Browser } from "../dashboard/browser.ts";
import type { TestReport } from "./runner.ts";

/** A test that takes longer hangs, even on a machine with much other work. */
const LIMIT_MS = 180_000;
const root = new URL("../../", import.meta.url);

/** The files, and what runs them, as one module. */
async function bundle(files: readonly string[]): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "thread-stats-chromium-" });
  try {
    const urlOf = (path: string) => JSON.stringify(new URL(path, root).href);
    const loads = files.map((file) => `${JSON.stringify(file)}: () => import(${urlOf(file)})`);
    await Deno.writeTextFile(
      `${folder}/entry.js`,
      `import { runFiles } from ${urlOf("tests/chromium/runner.ts")};\n` +
        `globalThis.start = () => runFiles({\n${loads.join(",\n")}\n}, globalThis.report);\n`,
    );
    const command = new Deno.Command(Deno.execPath(), {
      args: [
        ...["bundle", "--quiet", "--no-lock", "--platform=browser"],
        ...["--import-map=tests/chromium/import_map.json", `--output=${folder}/bundle.js`],
        `${folder}/entry.js`,
      ],
      cwd: root,
      stdout: "inherit",
      stderr: "inherit",
    });
    if (!(await command.output()).success) throw new Error("Cannot bundle the tests: see above");
    return await Deno.readTextFile(`${folder}/bundle.js`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Runs a bundle in a page, and returns what came of the tests. */
async function run(script: string): Promise<TestReport[]> {
  const headers = {
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
  };
  const html =
    `<!doctype html><link rel="icon" href="data:,"><script type="module" src="/tests.js"></script>`;
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, ({ url }) => {
    const [body, type] = url.endsWith(".js") ? [script, "javascript"] : [html, "html"];
    return new Response(body, { headers: { ...headers, "content-type": `text/${type}` } });
  });
  await using browser = await Browser.start();
  await using opened = await browser.open(`http://127.0.0.1:${server.addr.port}/`);
  const reports: TestReport[] = [];
  const { promise: hung, reject } = Promise.withResolvers<never>();
  const hang = () => {
    const last = reports.at(-1)?.names.join(" > ") ?? "none";
    reject(new Error(`No test has ended for ${LIMIT_MS / 1000} s; the last one was ${last}`));
  };
  let timer = setTimeout(hang, LIMIT_MS);
  await opened.page.exposeFunction("report", (report: TestReport) => {
    clearTimeout(timer);
    timer = setTimeout(hang, LIMIT_MS);
    reports.push(report);
    print(report);
  });
  try {
    await opened.page.waitForFunction("globalThis.start !== undefined");
    await Promise.race([opened.page.evaluate("globalThis.start()"), hung]);
  } catch (error) {
    const reason = `${(error as Error).message}\n${opened.complaints.join("\n")}`;
    reports.push({ names: ["the page"], outcome: "failed", reason });
    print(reports.at(-1)!);
  } finally {
    clearTimeout(timer);
  }
  return reports;
}

function print({ names, outcome, reason }: TestReport): void {
  if (outcome === "passed") return;
  console.log(`${names.join(" > ")} ... ${outcome}${reason === undefined ? "" : `: ${reason}`}`);
}

function junit(reports: readonly TestReport[]): string {
  const signs: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  const escape = (text: string) => text.replace(/[&<>"]/g, (sign) => signs[sign]);
  const cases = reports.map(({ names, outcome, reason = "" }) => {
    const element = { passed: "", failed: "<failure/>", skipped: "<skipped/>" }[outcome];
    const body = element.replace("/>", ` message="${escape(reason)}"/>`);
    return `<testcase name="${escape(names.join(" > "))}">${body}</testcase>`;
  });
  return `<testsuites>\n${cases.join("\n")}\n</testsuites>\n`;
}

const report = Deno.args.find((arg) => arg.startsWith("--report="))?.slice("--report=".length);
const reports = await run(await bundle(Deno.args.filter((arg) => !arg.startsWith("--"))));
if (report !== undefined) await Deno.writeTextFile(report, junit(reports));
Deno.exit(reports.some(({ outcome }) => outcome === "failed") ? 1 : 0);
