import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { MemberProcess } from "../../../examples/cluster/member_process.ts";
import { isMissing } from "../../support/debian_tools.ts";
import { PrometheusServer, type Series } from "../../support/prometheus_server.ts";
import { startCollector } from "./collector.ts";
import { dashboardExpressions, dashboardJobMetric, textOf } from "./example.ts";

const WORKERS = 2;
/** Of each worker: whole hundreds, of which each has the same outcomes. */
const FIRST_LIFE = 200;
/** Fewer in each series, or Prometheus might not see that counting began again. */
const SECOND_LIFE = 100;

/** The shipped configuration, but for how often: a test cannot wait for 15 s. And a job more, as the page has it. */
async function startPrometheus(
  targets: readonly string[],
  job: string,
): Promise<PrometheusServer> {
  const config = (await textOf("prometheus.yml")).replaceAll("15s", "500ms") + job;
  return await PrometheusServer.start({
    config,
    files: { "rules.yml": await textOf("rules.yml"), "targets.json": targetsFile(targets) },
  });
}

function targetsFile(targets: readonly string[]): string {
  return JSON.stringify([{ targets, labels: { cluster: "test" } }]);
}

/** The requests that a member itself tells, by method and status. */
async function countsOf(member: MemberProcess): Promise<Map<string, number>> {
  const response = await fetch(`http://${member.target}/metrics`);
  const lines = (await response.text()).matchAll(/^http_requests_total\{(.*)\} (\d+)$/gm);
  return new Map(Array.from(lines, ([, labels, value]) => [labels, Number(value)]));
}

function sumOf(maps: readonly Map<string, number>[]): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const map of maps) {
    for (const [labels, value] of map) sum[labels] = (sum[labels] ?? 0) + value;
  }
  return sum;
}

/** What a counter counted in all its lives, as rate() and increase() see it: a fall is a new beginning. */
function countedIn({ values }: Series): number {
  let counted = 0;
  let before = 0;
  for (const [, value] of values) {
    counted += value < before ? value : value - before;
    before = value;
  }
  return counted;
}

const total = 'sum(job_method_status:http_requests_total:sum{job="members"})';
/** What a process does not push, or Prometheus does not make for one that it does not scrape. */
const OF_SCRAPES_ALONE = /^topk\(5, .*process_|^job:up:/;

// One runtime is enough: what differs between them is in other tests.
const ignore = !("Deno" in globalThis) || isMissing("prometheus", "--version");

describe("examples/cluster", { ignore }, () => {
  it("a real Prometheus with the shipped rules has the members' totals, and a restart takes nothing", async () => {
    const began = Date.now() / 1000;
    const options = { workers: WORKERS, requests: FIRST_LIFE };
    const members = await Promise.all(
      [0, 0].map((port) => MemberProcess.start({ port, ...options })),
    );
    try {
      const targets = members.map(({ target }) => target);
      await using collector = await startCollector("pushed");
      await using server = await startPrometheus(targets, await collector.scrapeConfig());
      const ofOne = WORKERS * FIRST_LIFE;
      await server.until(total, ([sum]) => sum?.value === 2 * ofOne);

      // Series by series the recording rule has what the members tell.
      const recorded = await server.query(
        'job_method_status:http_requests_total:sum{job="members"}',
      );
      const byLabels = recorded.map(({ labels: { method, status }, value }) => [
        `method="${method}",status="${status}"`,
        value,
      ]);
      const own = sumOf(await Promise.all(members.map(countsOf)));
      assertEquals(Object.fromEntries(byLabels), own);
      assertEquals(own['method="POST",status="500"'], 2 * ofOne / 100);

      await members[0].kill();
      const down = `up{instance="${targets[0]}"}`;
      await server.until(down, ([up]) => up?.value === 0);
      await server.until('ALERTS{alertname="InstanceDown"}', (alerts) => alerts.length === 1);
      await server.until(total, ([sum]) => sum?.value === ofOne);

      const { port } = members[0];
      members[0] = await MemberProcess.start({ port, workers: WORKERS, requests: SECOND_LIFE });
      const counted = ofOne + WORKERS * SECOND_LIFE;
      await server.until(total, ([sum]) => sum?.value === counted);
      await server.until('job:up:sum{job="members"}', ([up]) => up?.value === 2);

      // Nothing that was scraped is lost: each series fell once where it had to, and adds up to both lives.
      const resets = await server.query('resets(http_requests_total{job="members"}[10m])');
      for (const { labels, value } of resets) {
        assertEquals(value, labels.instance === targets[0] ? 1 : 0, JSON.stringify(labels));
      }
      const range = { start: began, end: Date.now() / 1000, step: 0.1 };
      const raw = await server.queryRange('http_requests_total{job="members"}', range);
      assertEquals(raw.length, 8);
      assertEquals(
        raw.map(countedIn).reduce((sum, value) => sum + value),
        2 * ofOne + WORKERS * SECOND_LIFE,
      );
      const rates = await server.queryRange('job:http_requests:rate1m{job="members"}', range);
      assertEquals(rates.length, 1);
      for (const [seconds, value] of rates[0].values) {
        assert(value >= 0, `the rate was ${value} at ${seconds}`);
      }

      // Every panel of the dashboard shows something, also of what a collector shows in the place of processes.
      const pushed = await dashboardExpressions("pushed");
      for (
        const expression of [
          ...await dashboardExpressions("members"),
          ...pushed.filter((expression) => !OF_SCRAPES_ALONE.test(expression)),
        ]
      ) {
        await server.until(
          expression,
          (samples) => samples.length > 0 && samples.every(({ value }) => value >= 0),
        );
      }
      const jobs = await server.query(`group by (job) (${await dashboardJobMetric()})`);
      assertEquals(jobs.map(({ labels }) => labels.job).sort(), ["members", "pushed"]);
      // LEVEL of a rule's name tells which labels are left.
      const [threads] = await server.query('job_state:thread_stats_threads:sum{job="pushed"}');
      assertEquals(Object.keys(threads.labels).sort(), ["__name__", "job", "state"]);
    } finally {
      await Promise.all(members.map((member) => member.kill()));
    }
  });
});
