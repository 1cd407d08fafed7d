/**
 * A reader that checks everything: every value that it reads must be a sum of whole commits, and no
 * total may ever fall.
 *
 * @module
 */
import type { HistogramValue, Snapshot } from "../../mod.ts";
import { assertMarked, movesDefect } from "../stress/schema.ts";
import { type Findings, noFindings, note } from "./findings.ts";
import { OwnTime } from "./own_time.ts";
import {
  EXTREME,
  FLOWS,
  KEYS,
  LEVEL,
  type Metrics,
  type Stats,
  VALUES,
  wideDefect,
} from "./schema.ts";
import { stepsSoFar } from "./steps.ts";

/** One round in so many looks at everything, by series and snapshots. */
const ROUNDS_PER_SURVEY = 64;

/**
 * One read in so many is timed, as timing costs more than the read. A prime, so that all kinds of
 * reads are timed.
 */
const READS_PER_TIMED = 61;
/** Reads of the first rounds are not timed, because the engine still compiles. */
const WARM_UP = 512;

const STATES: readonly string[] = ["active", "reserved", "retired", "revoked"];

/** Reads without pause. Owner thread only. */
export class Watch {
  readonly findings: Findings = noFindings();
  readonly #stats: Stats;
  readonly #moves: readonly number[];
  /** The last value of each total. */
  readonly #last = new Map<string, number>();
  #snapshot: Snapshot<Metrics> | undefined;
  #rounds = 0;

  /** `moves`: the buckets of that record. */
  constructor(stats: Stats, moves: readonly number[]) {
    this.#stats = stats;
    this.#moves = moves;
  }

  /** Reads each account and each gauge once, and everything now and then. */
  round(): void {
    const { metrics } = this.#stats;
    if (this.#rounds % ROUNDS_PER_SURVEY === 0) this.#survey();
    this.#rising("hits", this.#time(() => metrics.hits.read()));
    for (const n of this.#moves.keys()) this.stare(n);
    const key = KEYS[this.#rounds % KEYS.length];
    const wide = this.#time(() => metrics.wide.read({ key }));
    this.#whole(`wide ${key}`, wideDefect(wide));
    this.#rising(`wide ${key}`, wide.count);
    this.#rising(`calls ${key}`, this.#time(() => metrics.calls.read({ key })));
    const labels = FLOWS[this.#rounds % FLOWS.length];
    const flow = this.#time(() => metrics.flow.read(labels));
    this.#marked(flow, labels);
    this.#rising(`flow ${labels.x} ${labels.y}`, Number(flow.count));
    this.#histogram("latency", this.#time(() => metrics.latency.read()));
    this.#histogram("size", this.#time(() => metrics.size.read()));
    this.#gauges();
    this.#rounds++;
  }

  /** Reads one of the buckets of `moves`, to which threads commit without pause. */
  stare(n: number): void {
    const value = this.#time(() => this.#stats.metrics.moves.read(this.#moves[n]));
    this.#whole(`moves ${n}`, movesDefect(value));
    this.#rising(`moves ${n}`, Number(value.count));
  }

  /** One read of one bucket. */
  #time<Value>(read: () => Value): Value {
    const { findings } = this;
    const isTimed = findings.reads++ % READS_PER_TIMED === 0 && this.#rounds >= WARM_UP;
    const time = isTimed ? new OwnTime() : undefined;
    const steps = stepsSoFar();
    const value = read();
    findings.mostSteps = Math.max(findings.mostSteps, stepsSoFar() - steps);
    if (time === undefined) return value;
    const { passed, own } = time.stop();
    findings.longest = Math.max(findings.longest, passed);
    findings.longestOwn = Math.max(findings.longestOwn, own);
    return value;
  }

  #whole(what: string, defect: string): void {
    if (defect !== "") note(this.findings, "torn", `${what}: ${defect}`);
  }

  #rising(what: string, value: number): void {
    const last = this.#last.get(what) ?? 0;
    if (!(value >= last)) note(this.findings, "fallen", `${what} fell from ${last} to ${value}`);
    this.#last.set(what, value);
  }

  #marked(
    value: { mark: number; count: bigint },
    labels: Readonly<Record<string, string | undefined>>,
  ): void {
    try {
      assertMarked(value, labels);
    } catch (error) {
      note(this.findings, "torn", (error as Error).message);
    }
  }

  #histogram(what: string, { count, sum, min, max, clamped, bins }: HistogramValue): void {
    const inBins = bins.reduce((total, bin) => total + bin.count, 0);
    // Of each thread's values one update, of four values at most, may be in the bins and not yet in
    // the rest, or the other way round.
    const slack = 4 * VALUES.at(-1)! * this.#stats.threads().length;
    const right = inBins === count && clamped === 0 && sum >= count * VALUES[0] - slack &&
      (count === 0 || Number.isNaN(min) || VALUES.includes(min) && VALUES.includes(max));
    if (!right) {
      const text = [count, inBins, sum, min, max, clamped].join(" ");
      note(this.findings, "torn", `${what}: ${text}`);
    }
    this.#rising(what, count);
  }

  #gauges(): void {
    const { level, lowest, highest, latest } = this.#stats.metrics;
    const sum = this.#time(() => level.read());
    this.#whole("level", sum >= 0 && sum % LEVEL === 0 ? "" : String(sum));
    const isExtreme = (value: number) => value >= 1 && value <= EXTREME;
    for (
      const [what, value, none] of [
        ["lowest", this.#time(() => lowest.read()), Infinity],
        ["highest", this.#time(() => highest.read()), -Infinity],
        ["latest", this.#time(() => latest.read()), 0],
      ] as const
    ) this.#whole(what, isExtreme(value) || value === none ? "" : String(value));
  }

  /** Everything that is there. */
  #survey(): void {
    const { metrics } = this.#stats;
    for (const { id, value } of metrics.pool.series()) {
      const { count, twice } = value;
      this.#whole(`pool ${id}`, twice === 2 * Number(count) ? "" : `${count} ${twice}`);
    }
    for (const { labels, value } of metrics.churned.series()) this.#marked(value, labels);
    let few = 0;
    for (const { value } of metrics.few.series()) few += value;
    this.#rising("few", few);
    for (const { slot, name, state } of this.#stats.threads()) {
      this.#whole("threads", STATES.includes(state) ? "" : `${slot} ${name} ${state}`);
    }
    this.#compare();
    this.findings.reads += 5;
  }

  /** A snapshot, and its difference from the one before. */
  #compare(): void {
    const now = this.#stats.snapshot({ perThread: true });
    for (const { value, perThread } of now.metrics.moves.series) {
      for (const part of [value, ...perThread!.map(({ value }) => value)]) {
        this.#whole("moves in a snapshot", movesDefect(part));
      }
    }
    for (const { value, perThread } of now.metrics.wide.series) {
      for (const part of [value, ...perThread!.map(({ value }) => value)]) {
        this.#whole("wide in a snapshot", wideDefect(part));
      }
    }
    if (this.#snapshot !== undefined) {
      const { hits, moves, latency } = now.since(this.#snapshot).metrics;
      for (const { value } of moves.series) {
        // The least and the greatest value are those of all time.
        const { low, high } = value.count === 0n ? { low: Infinity, high: -Infinity } : value;
        this.#whole("moves in a difference", movesDefect({ ...value, low, high }));
      }
      const passed = [hits.series[0].value, latency.series[0].value.count];
      for (const value of passed) {
        if (!(value >= 0)) note(this.findings, "fallen", `a difference is ${value}`);
      }
    }
    this.#snapshot = now;
  }
}
