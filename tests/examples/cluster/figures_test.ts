import { assert, assertEquals, assertMatch } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { boundaries } from "../../../examples/cluster/schema.ts";
import { clusterPage, tableBelow } from "./page.ts";
import { scrapeSize } from "./sizes.ts";

const THREADS = 64;
/** What the rows of the tables are, in their order. */
const PROCESSES = [
  { name: "4 sets of labels", labelSets: 4, perThread: false },
  { name: "100 sets of labels", labelSets: 100, perThread: false },
  { name: "4 sets of labels, `perThread`", labelSets: 4, perThread: true },
  { name: "100 sets of labels, `perThread`", labelSets: 100, perThread: true },
];

const INTERVAL = 15;
/** `up`, `scrape_duration_seconds` and three others that Prometheus makes for each target. */
const SERIES_OF_TARGET = 5;
const BYTES_PER_SERIES = 3_000;
const BYTES_PER_TARGET = 200_000;
const SECONDS_PER_SAMPLE = 12e-6;
const SECONDS_PER_SCRAPE = 0.8e-3;
const BYTES_PER_SAMPLE = 1.5;
const RETENTION = 15 * 86_400;

function numberIn(cell: string): number {
  return Number(cell.replaceAll(",", ""));
}

/** Three digits, and a unit. */
function short(value: number): string {
  const units = ["", " k", " M", " G", " T"];
  let n = 0;
  for (; value >= 999.5; value /= 1000) n++;
  return Number(value.toPrecision(3)) + units[n];
}

// One runtime is enough: the text is the same in all.
const ignore = !("Deno" in globalThis);

describe("docs/cluster.md figures", { ignore }, () => {
  it("the sizes of a scrape are those that are measured", async () => {
    const rows = tableBelow(await clusterPage(), "a process with");
    assertEquals(rows.map(([name]) => name), PROCESSES.map(({ name }) => name));
    for (const [n, { labelSets, perThread }] of PROCESSES.entries()) {
      const size = scrapeSize({ threads: THREADS, labelSets, perThread });
      const [, series, bytes, zipped] = rows[n];
      assertEquals(numberIn(series), size.series, rows[n][0]);
      assertEquals(numberIn(bytes), size.bytes, rows[n][0]);
      // Not every version of a runtime has the same compressor.
      const part = size.zippedBytes / numberIn(zipped);
      assert(part > 0.8 && part < 1.25, `${rows[n][0]}: ${size.zippedBytes} gzipped`);
      assert(size.arenaBytes > 0.4e6 && size.arenaBytes < 0.8e6, `${size.arenaBytes} of memory`);
    }
  });

  it("the cost of a cluster follows from them", async () => {
    const page = await clusterPage();
    const sizes = tableBelow(page, "a process with");
    const expected = [1_000, 10_000].flatMap((processes) =>
      sizes.map(([name, one, , zipped]) => {
        const series = processes * (numberIn(one) + SERIES_OF_TARGET);
        const samples = series / INTERVAL;
        return [
          processes.toLocaleString("en-US"),
          name,
          short(series),
          short(samples),
          `${short(processes * numberIn(zipped) / INTERVAL)}B/s`,
          `${short(series * BYTES_PER_SERIES + processes * BYTES_PER_TARGET)}B`,
          short(samples * SECONDS_PER_SAMPLE + processes / INTERVAL * SECONDS_PER_SCRAPE),
          `${short(samples * RETENTION * BYTES_PER_SAMPLE)}B`,
        ].map((cell) => cell.replace(/(\d)B/, "$1 B"));
      })
    );
    assertEquals(tableBelow(page, "processes"), expected);
  });

  it("the series of a collector follow from them, and its answer has the size that is told", async () => {
    const page = await clusterPage();
    const one = scrapeSize({ threads: THREADS, labelSets: 4, perThread: false });
    const histogram = boundaries.httpRequestDuration.length + 3;
    for (
      const [what, series] of [
        ["with boundaries", one.series],
        ["exponential histograms", one.series - histogram + 1],
      ] as const
    ) {
      const total = (10_000 * (series + 1)).toLocaleString("en-US");
      assertMatch(
        page,
        new RegExp(`^${what} +10,000 × \\(${series} \\+ 1\\) = ${total} series`, "m"),
      );
    }
    // The names of the families are there once; each series has two labels more.
    const [, megabytes] = /^With `boundaries` that is one answer of (\d+) MB/m.exec(page)!;
    const shown = one.sampleBytes + one.series * 'job="members",instance="host-1:12345",'.length;
    const part = Number(megabytes) * 1e6 / (10_000 * shown);
    assert(part > 0.8 && part < 1.25, `${shown} bytes of one process`);
  });
});
