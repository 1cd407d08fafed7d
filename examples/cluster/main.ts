/**
 * A cluster on one machine: processes that count, each with threads, and the file by which Prometheus finds them. A member that ends is
 * started again on its port, as often as it takes.
 *
 * @module
 */
import { rename, writeFile } from "node:fs/promises";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { MemberProcess } from "./member_process.ts";
import { parseNumbers, UsageError } from "./options.ts";
import { keepRunning } from "./supervisor.ts";

const USAGE = `Usage: deno task cluster [--processes N] [--workers N]

Starts processes that count requests in several threads each, and serve /metrics for Prometheus and /live/ for people.

  --processes N    how many (default: 3)
  --workers N      threads of each (default: 2)
`;

/** Where `prometheus.yml` looks for the members. */
const TARGETS = new URL("./targets.json", import.meta.url);

/** As a whole, since Prometheus may read it at any time. */
async function writeTargets(targets: readonly string[]): Promise<void> {
  const next = new URL("./targets.json.new", import.meta.url);
  await writeFile(
    next,
    `${JSON.stringify([{ targets, labels: { cluster: "local" } }], null, 2)}\n`,
  );
  await rename(next, TARGETS);
}

function report(member: MemberProcess): void {
  console.log(`process ${member.pid} serves http://${member.target}/metrics`);
}

function keepAlive(member: MemberProcess, workers: number): Promise<never> {
  return keepRunning(member, {
    start: ({ port }) => MemberProcess.start({ port, workers }),
    onEnd: ({ pid }, reason) =>
      console.log(`process ${pid} has ended (${reason}): another takes its place`),
    onStart: report,
    onFailure: (error) => console.error(`cluster: ${error}: it is tried again`),
  });
}

async function run({ processes, workers }: { processes: number; workers: number }): Promise<void> {
  const starts = Array.from({ length: processes }, () => MemberProcess.start({ port: 0, workers }));
  const members = await Promise.all(starts);
  members.forEach(report);
  await writeTargets(members.map(({ target }) => target));
  const config = fileURLToPath(new URL("./prometheus.yml", import.meta.url));
  console.log(`
Start Prometheus on them (its packages are called prometheus, and may have started one of their own on port 9090):

  prometheus --config.file=${config} --storage.tsdb.path=/tmp/thread-stats-prometheus --web.listen-address=127.0.0.1:9099

and look at http://127.0.0.1:9099/graph?g0.expr=job:http_requests:rate1m&g0.tab=0 after a minute. Then end one of them,

  kill -9 ${members[0].pid}

and the rate does not fall below what the others count. One of them alone, as it works: http://${
    members[0].target
  }/live/. Ctrl-C ends all of them.
`);
  await Promise.all(members.map((member) => keepAlive(member, workers)));
}

for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(0));
try {
  await run(parseNumbers(process.argv.slice(2), {
    processes: { least: 1, most: 64, otherwise: 3 },
    workers: { least: 1, most: 200, otherwise: 2 },
  }));
} catch (error) {
  const isUsage = error instanceof UsageError;
  console.error(isUsage ? `cluster: ${error.message}\n\n${USAGE.trimEnd()}` : `cluster: ${error}`);
  // With it end the members that could start.
  process.exit(isUsage ? 2 : 1);
}
