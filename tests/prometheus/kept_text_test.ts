import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { counter, defineSchema, gauge, record, Snapshot, sum, ThreadStats } from "../../mod.ts";
import {
  prometheusHandler,
  PrometheusStartTimes,
  prometheusText,
  type SnapshotSource,
} from "../../src/prometheus/mod.ts";
import { familiesIn } from "../../src/export/families.ts";
import { StartTimes } from "../../src/export/start_times.ts";
import { KeptText } from "../../src/prometheus/kept_text.ts";
import { render, type TextFormat } from "../../src/prometheus/render.ts";
import type { EscapingScheme } from "../../src/schema/escaping.ts";
import { Random } from "../support/random.ts";

const OPEN_METRICS = { accept: "application/openmetrics-text;version=1.0.0" };

const get = (headers: Record<string, string> = {}, query = "") =>
  new Request(`http://localhost/metrics${query}`, { headers });

const schema = defineSchema({
  jobs: counter({ unit: "seconds", labels: ["queue", "state"], maxSeries: 300 }),
  depth: gauge({ labels: ["queue"], maxSeries: 300 }),
  flow: record({ bytes: sum("u64"), packets: sum() }, { labels: ["source"], maxSeries: 300 }),
  cell: record({ hits: sum() }),
  alone: counter(),
});

const queues = ["plain", 'C:\\a "b"\n', "ünï/😀", ""].flatMap((text) =>
  Array.from({ length: 30 }, (_, n) => `${text}${n}`)
);

/** The text of a snapshot from data of which nothing can have been kept. */
function textOf(snapshot: Snapshot, format: TextFormat, startTimes: PrometheusStartTimes): string {
  const data = structuredClone({ ...snapshot });
  return prometheusText(data, { format, startTimes, selfMetrics: false });
}

/** Statistics with a labelled counter of so many series, from 0 to 9 in turn. */
function filled(series: number, options: { name?: string } = {}) {
  const stats = ThreadStats.create(
    defineSchema({ jobs: counter({ labels: ["queue"], maxSeries: 20_000, ...options }) }),
  );
  const { jobs } = stats.registerThread().metrics;
  for (let n = 0; n < series; n++) jobs.labels({ queue: `queue number ${n}` }).add(n % 10);
  return { stats, jobs };
}

/** Renders with the text of earlier calls, as a handler does. */
function renderer(stats: SnapshotSource, kept: KeptText) {
  const starts = new StartTimes();
  return (format: TextFormat = "text", escaping: EscapingScheme = "underscores") => {
    const snapshot = stats.snapshot();
    starts.observe(snapshot);
    const options = {
      ...{ created: true, perThread: false, runtimeMetrics: false, starts, kept },
      ...{ format, escaping, isWanted: () => true, boundariesOf: () => undefined },
      startsIn: starts.inMetric.bind(starts),
    };
    return render(familiesIn(snapshot, { selfMetrics: false }), options);
  };
}

const decode = (chunks: Iterable<Uint8Array>) =>
  [...chunks].map((chunk) => new TextDecoder().decode(chunk)).join("");

describe("a handler's texts, one after the other", () => {
  it("prometheusHandler() writes what a first text would have, after any changes", async () => {
    for (let seed = 1; seed <= 3; seed++) {
      const random = new Random(seed);
      const stats = ThreadStats.create(schema);
      const { jobs, depth, flow, cell, alone } = stats.registerThread().metrics;
      let last: Snapshot | undefined;
      const source: SnapshotSource = {
        snapshot: (options) => last = stats.snapshot(options) as unknown as Snapshot,
      };
      const [ours, theirs] = [new PrometheusStartTimes(), new PrometheusStartTimes()];
      const handler = prometheusHandler(source, { startTimes: ours, selfMetrics: false });
      prometheusText(structuredClone({ ...last! }), { startTimes: theirs });
      const anonymous: number[] = [];
      const changes: ((queue: string, state: string) => void)[] = [
        (queue, state) => jobs.labels({ queue, state }).add(random.below(1e6)),
        (queue, state) => jobs.labels({ queue, state }).add(random.below(1e6) / 7),
        (queue, state) => jobs.labels({ queue, state }).add(2 ** 53),
        (queue, state) => stats.metrics.jobs.clear(stats.metrics.jobs.id({ queue, state })),
        (queue, state) => stats.metrics.jobs.destroy(stats.metrics.jobs.id({ queue, state })),
        (queue) => depth.labels({ queue }).set(random.pick([0, 7, 10, -3.5, 1e300, 1e-7, 2 ** 31])),
        (queue) => depth.labels({ queue }).set(random.below(1e9) / 3),
        (queue) => stats.metrics.depth.destroy(stats.metrics.depth.id({ queue })),
        (source) => flow.labels({ source }).update({ bytes: 2n ** BigInt(random.below(60)) }),
        (source) => flow.labels({ source }).update({ packets: random.below(20) }),
        () => anonymous.push(stats.metrics.cell.create()),
        () => anonymous.length > 0 && cell.update(random.pick(anonymous), { hits: 1 }),
        () => {
          const [id] = anonymous.splice(random.below(anonymous.length), 1);
          if (id !== undefined) stats.metrics.cell.destroy(id);
        },
        () => alone.add(),
      ];
      for (let text = 0; text < 60; text++) {
        for (let n = random.below(100); n > 0; n--) {
          random.pick(changes)(random.pick(queues), `${random.below(3)}`);
        }
        if (text % 10 === 9) {
          const labels = { queue: random.pick(queues), state: "0" };
          jobs.labels(labels).add(1, { exemplar: { trace: `${text}` } });
        }
        const isOpen = random.below(2) === 1;
        const got = await handler(get(isOpen ? OPEN_METRICS : {})).text();
        // Text without `_created` is not observed by a handler; here both know the same snapshots.
        if (!isOpen) prometheusText(last!, { startTimes: ours });
        assertEquals(got, textOf(last!, isOpen ? "openmetrics" : "text", theirs), `seed ${seed}`);
      }
    }
  });

  it("has the values of its own snapshot, when several clients read at once", async () => {
    const { stats, jobs } = filled(5000);
    const handler = prometheusHandler(stats, { selfMetrics: false });
    const expected: string[] = [];
    const readers = Array.from({ length: 4 }, (_, text) => {
      for (let n = 0; n < 5000; n += 1 + text) {
        jobs.labels({ queue: `queue number ${n}` }).add(10 ** text);
      }
      if (text === 2) stats.metrics.jobs.destroy({ queue: "queue number 70" });
      expected.push(prometheusText(stats.snapshot(), { selfMetrics: false }));
      return handler(get()).body!.pipeThrough(new TextDecoderStream()).getReader();
    });
    const texts = readers.map(() => "");
    const random = new Random(1);
    const open = new Set(readers.keys());
    while (open.size > 0) {
      const n = random.pick([...open]);
      const { done, value } = await readers[n].read();
      if (done) open.delete(n);
      else texts[n] += value;
    }
    assertEquals(texts, expected);
  });

  it("of two handlers for the same statistics each writes what it would alone", async () => {
    const { stats, jobs } = filled(200);
    const [one, two] = [1, 2].map(() => prometheusHandler(stats, { selfMetrics: false }));
    for (let n = 0; n < 5; n++) {
      jobs.labels({ queue: `queue number ${n}` }).add(10 ** n);
      const expected = prometheusText(stats.snapshot(), { selfMetrics: false });
      assertEquals(await one(get()).text(), expected);
      if (n % 2 === 0) assertEquals(await two(get()).text(), expected);
    }
  });

  it("has rows that a source has changed, and labels that are not frozen", async () => {
    const { stats } = filled(100);
    let change = 0;
    const handler = prometheusHandler({
      snapshot() {
        const data = structuredClone({ ...stats.snapshot() }) as unknown as Snapshot;
        const rows = data.metrics.jobs.series as unknown as {
          value: number;
          labels: { queue: string };
        }[];
        rows[3].value = change;
        rows[4].labels.queue = `${change}`;
        return new Snapshot(data);
      },
    });
    for (change = 1; change < 4; change++) {
      const text = await handler(get()).text();
      assert(text.includes(`jobs_total{queue="queue number 3"} ${change}\n`));
      assert(text.includes(`jobs_total{queue="${change}"} 4\n`));
    }
  });

  it("ends for ids that no statistics have", async () => {
    const { stats } = filled(100);
    let isFirst = true;
    const handler = prometheusHandler({
      snapshot() {
        const data = structuredClone({ ...stats.snapshot() }) as unknown as Snapshot;
        if (isFirst) return new Snapshot(data);
        const rows = data.metrics.jobs.series as unknown as { id: number }[];
        [2 ** 50, -7, NaN, Infinity, 0.5].forEach((id, n) => rows[90 + n].id = id);
        return new Snapshot(data);
      },
    });
    isFirst = false;
    for (let n = 0; n < 3; n++) {
      assertEquals((await handler(get()).text()).match(/^jobs_total\{/gm)!.length, 100);
    }
  });
});

describe("KeptText", () => {
  it("keeps the text of series, and loses that of series which the next text does not have", () => {
    const { stats, jobs } = filled(1000);
    const kept = new KeptText();
    const text = renderer(stats, kept);
    const first = decode(text());
    assert(kept.bytes > 30_000 && kept.bytes <= first.length);
    for (const id of stats.metrics.jobs.ids().slice(100)) stats.metrics.jobs.destroy(id);
    assert(decode(text()).length < first.length);
    assert(kept.bytes < 4000);
    for (const id of stats.metrics.jobs.ids()) stats.metrics.jobs.destroy(id);
    decode(text());
    assertEquals(kept.bytes, 0);
    jobs.labels({ queue: "queue number 1" }).add(5);
    assert(decode(text()).includes('jobs_total{queue="queue number 1"} 5\n'));
    assertEquals(kept.bytes, 0);
  });

  it("knows its size after values became longer and shorter", () => {
    const stats = ThreadStats.create(defineSchema({ depth: gauge({ labels: ["queue"] }) }));
    const { depth } = stats.registerThread().metrics;
    const kept = new KeptText();
    const text = renderer(stats, kept);
    for (const value of [1, 12_345, 1 / 3, 7, 2 ** 31, 0]) {
      for (let n = 0; n < 128; n++) depth.labels({ queue: `${n}` }).set(value);
      const [head] = decode(text()).split("depth{", 1);
      assertEquals(kept.bytes, decode(text()).length - head.length);
    }
  });

  it("keeps two forms, and loses the one that was used last when a third one comes", () => {
    const { stats, jobs } = filled(100, { name: "jobs.total" });
    const kept = new KeptText();
    const text = renderer(stats, kept);
    const forms = [["text", "underscores"], ["text", "dots"], ["openmetrics", "values"]] as const;
    const sizes = forms.map(([format, escaping]) => {
      decode(text(format, escaping));
      return kept.bytes;
    });
    assert(sizes[1] > sizes[0]);
    const expected = sizes[2];
    for (let n = 0; n < 4; n++) {
      jobs.labels({ queue: "queue number 5" }).add();
      const texts = forms.map(([format, escaping]) => decode(text(format, escaping)));
      assertEquals(texts.map((one) => /^(\S+)\{queue="queue number 5"\} (\d+)$/m.exec(one)![2]), [
        ...[`${6 + n}`, `${6 + n}`, `${6 + n}`],
      ]);
      assertNotEquals(texts[0], texts[1]);
      assertEquals(kept.bytes, expected);
    }
  });

  it("counts nothing of a text whose form was lost while it was made", () => {
    const { stats } = filled(5000);
    const kept = new KeptText();
    const text = renderer(stats, kept);
    const slow = text();
    slow.next();
    decode(text("openmetrics"));
    decode(text("openmetrics", "dots"));
    const { bytes } = kept;
    assertEquals([...slow].length > 0, true);
    assertEquals(kept.bytes, bytes);
  });

  it("keeps no more than its limit, and writes the rest all the same", () => {
    const { stats, jobs } = filled(1000);
    const kept = new KeptText(10_000);
    const text = renderer(stats, kept);
    for (let n = 0; n < 3; n++) {
      jobs.labels({ queue: "queue number 999" }).add(1e6);
      assertEquals(decode(text()), prometheusText(stats.snapshot(), { selfMetrics: false }));
      assert(kept.bytes > 5000 && kept.bytes <= 10_000);
    }
  });

  it("does not keep a family whose lines are very long", () => {
    const stats = ThreadStats.create(defineSchema({ jobs: counter({ labels: ["queue"] }) }));
    const { jobs } = stats.registerThread().metrics;
    const kept = new KeptText();
    const text = renderer(stats, kept);
    for (let n = 0; n < 200; n++) jobs.labels({ queue: `${n}`.padStart(1024, "é") }).add();
    for (let n = 0; n < 2; n++) {
      const chunks = [...text()];
      assertEquals(decode(chunks), prometheusText(stats.snapshot(), { selfMetrics: false }));
      assert(chunks.length > 4 && chunks.every(({ length }) => length < 70_000));
      assertEquals(kept.bytes, 0);
    }
  });
});
