import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

/** The example's folder. */
const EXAMPLE = new URL("../../../examples/cluster/", import.meta.url);

/** Where one of the example's files is. */
export function urlOf(name: string): URL {
  return new URL(name, EXAMPLE);
}

/** The path of one of the example's files. */
export function pathOf(name: string): string {
  return fileURLToPath(urlOf(name));
}

/** The text of one of the example's files. */
export function textOf(name: string): Promise<string> {
  return readFile(urlOf(name), "utf8");
}

/** All expressions of the dashboard, as Grafana would send them for one job. */
export async function dashboardExpressions(job: string): Promise<string[]> {
  const { panels } = JSON.parse(await textOf("dashboard.json"));
  const expressions: string[] = panels.flatMap(({ targets }: { targets: { expr: string }[] }) =>
    targets.map(({ expr }) => expr)
  );
  return expressions.map((text) =>
    text.replaceAll("$__rate_interval", "1m").replaceAll("$job", job)
  );
}

/** The metric of whose series the dashboard takes the jobs that can be chosen. */
export async function dashboardJobMetric(): Promise<string> {
  const { templating } = JSON.parse(await textOf("dashboard.json"));
  const { query } = templating.list.find(({ name }: { name: string }) => name === "job");
  return /^label_values\((.*), job\)$/.exec(query.query)![1];
}

/** How long a condition may take to come true: a machine under load is slow. */
const LIMIT_MS = 60_000;

/**
 * Asks again and again until the answer is the one that is wanted.
 *
 * @throws {Error} When it was not within a minute.
 */
export async function eventually(what: string, isSo: () => Promise<boolean>): Promise<void> {
  for (const limit = Date.now() + LIMIT_MS; !(await isSo());) {
    if (Date.now() > limit) throw new Error(`Waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
