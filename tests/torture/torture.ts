/**
 * The torture of one runtime. Until the time is over, workers count, die in every way, fill a small
 * arena, and read. An oracle knows what each of them has counted.
 *
 * @module
 */
import type { Seat } from "../../mod.ts";
import { Random } from "../support/random.ts";
import { breathe, until } from "../stress/progress.ts";
import { type StartedWorker, startWorker } from "../support/worker.ts";
import { addFindings, type Findings } from "./findings.ts";
import { Ledger, Phase } from "./ledger.ts";
import { type Ending, ON_PURPOSE, type Plan } from "./life.ts";
import { inFile, inSharedMemory, type MakeMemory } from "./memories.ts";
import { Oracle } from "./oracle.ts";
import { KEYS, MOVES, type Stats } from "./schema.ts";
import type { Sums } from "./script.ts";
import { Watch } from "./watch.ts";
import type { Filled, FillerStart } from "./workers/filler.ts";
import type { ReaderStart } from "./workers/reader.ts";
import type { WriterStart } from "./workers/writer.ts";

/** The outcome. */
export interface Outcome {
  readonly oracle: Oracle;
  readonly findings: Findings;
  readonly retries: number;
  readonly usedBytes: number;
  /** How often a small arena was full, and how often one was made. */
  readonly full: number;
  readonly arenas: number;
  /** What was wrong with small arenas. */
  readonly spilled: readonly string[];
  /** Threads that did not end as planned. */
  readonly failures: readonly string[];
}

/** Settings of {@linkcode torture}. */
export interface TortureOptions {
  readonly minutes: number;
  readonly seed: number;
  /** Whether the memories are mapped files. */
  readonly isFile: boolean;
}

/** Places at which one writer after the other lives and dies. */
const WRITERS = 5;
/** Rows of the ledger for fillers come behind those of writers and tours. */
const TOUR_ROW = WRITERS;
const FILLER_ROW = WRITERS + 1;
const FILLERS = 2;
/** How long a small arena is used. */
const ARENA_SECONDS = 3;
const SMALL = 400_000;
const isDeno = "Deno" in globalThis;

/**
 * The ends of lives in turn; some are listed twice. The places start with different ones: see
 * `writers`.
 */
const ENDINGS: readonly Ending[] = [
  "terminate",
  "throw",
  "exit",
  "loop",
  "revoke",
  "leave",
  "terminate",
  "terminate",
  "terminate",
];

const url = (name: string) => new URL(`./workers/${name}.ts`, import.meta.url);

/** Runs until the time is over. */
export async function torture({ minutes, seed, isFile }: TortureOptions): Promise<Outcome> {
  const make = isFile ? inFile : inSharedMemory;
  const stats = await make({ maxThreads: 128, quarantineSeconds: 60 });
  const moves = Array.from({ length: MOVES }, () => stats.metrics.moves.create());
  for (const key of KEYS) stats.metrics.calls.id({ key });
  const run = new Run(stats, moves, { make, end: performance.now() + minutes * 60_000 });
  const readerStart: ReaderStart = { handle: stats.handle, moves };
  const reader = await startWorker(url("reader"), readerStart);
  const watching = reader.call<Findings>("watch");
  const work = [
    ...Array.from({ length: WRITERS }, (_, place) => run.writers(place, new Random(seed + place))),
    run.tours(new Random(seed + TOUR_ROW)),
    run.fillers(new Random(seed + FILLER_ROW)),
  ];
  const findings = await run.read(Promise.all(work));
  reader.requestStop();
  addFindings(findings, await watching);
  await reader.terminate();
  run.oracle.close();
  const { readRetries, arena } = stats.snapshot().self;
  const { oracle, full, arenas, spilled, failures } = run;
  const { usedBytes } = arena;
  return { oracle, findings, retries: readRetries, usedBytes, full, arenas, spilled, failures };
}

class Run {
  readonly oracle: Oracle;
  readonly failures: string[] = [];
  readonly spilled: string[] = [];
  full = 0;
  arenas = 0;
  readonly #stats: Stats;
  readonly #moves: readonly number[];
  readonly #make: MakeMemory;
  readonly #end: number;
  readonly #ledger = new Ledger();
  #lives = 0;

  constructor(
    stats: Stats,
    moves: readonly number[],
    { make, end }: { make: MakeMemory; end: number },
  ) {
    this.#stats = stats;
    this.#moves = moves;
    this.#make = make;
    this.#end = end;
    this.oracle = new Oracle(stats, moves);
  }

  get #isOver(): boolean {
    return performance.now() >= this.#end;
  }

  /** Reads half of the time, and lets messages come the other half, until the others are done. */
  async read(work: Promise<unknown>): Promise<Findings> {
    const watch = new Watch(this.#stats, this.#moves);
    let done = false;
    const all = work.finally(() => done = true);
    all.catch(() => {});
    while (!done) {
      const start = performance.now();
      while (performance.now() - start < 2) watch.round();
      await breathe(2);
    }
    await all;
    return watch.findings;
  }

  /** One writer after the other at one place. */
  async writers(place: number, random: Random): Promise<void> {
    // Two lives at least, so that all endings come, however slow the machine is.
    for (let life = place; !this.#isOver || life < place + 2; life++) {
      const ending = ENDINGS[life % ENDINGS.length];
      const operations = 1 + random.below(random.below(4) === 0 ? 30_000 : 3000);
      await this.#life(place, { seed: random.below(2 ** 31), ending, operations });
    }
  }

  async #life(row: number, plan: Plan): Promise<void> {
    const { ending, operations } = plan;
    const ledger = this.#ledger;
    ledger.reset(row);
    const name = `life ${++this.#lives}`;
    const seat = this.#stats.reserveThread(name);
    const account = this.oracle.open(seat.slot);
    const worker = await this.#start(row, seat, ending);
    const isUncaught = ending === "throw";
    const call = worker.call<{ sums: Sums }>(isUncaught ? "liveUncaught" : "live", plan);
    let error = "";
    call.catch((thrown) => error = String(thrown));
    // A thread that ended too early never reaches the phase that is awaited here.
    const isGone = () => worker.hasStopped || error !== "";
    let revoked = Infinity;
    let said: { sums: Sums } | undefined;
    switch (ending) {
      case "leave":
        said = await call.catch(() => undefined);
        await worker.terminate();
        break;
      case "terminate":
        await until(() => isGone() || ledger.started(row) >= operations);
        if (!isGone()) await worker.terminate();
        break;
      case "loop":
        await until(() => isGone() || ledger.phase(row) === Phase.looping);
        if (!isGone()) await worker.terminate();
        break;
      case "revoke":
        await until(() => isGone() || ledger.started(row) >= operations);
        // Where this does not stop a busy thread, only the seat can.
        if (isDeno && !isGone()) await worker.terminate();
        seat.revoke();
        revoked = ledger.started(row);
        await until(() => isGone() || ledger.phase(row) === Phase.refused);
        if (!isDeno) await call.catch(() => undefined);
        await worker.terminate();
        break;
    }
    // A worker that failed in an unplanned way still waits for calls.
    await until(isGone);
    if (error !== "") await worker.terminate();
    await worker.stopped;
    const isPlanned = /was terminated|has stopped|ended with exit code/.test(error) ||
      error.includes(ON_PURPOSE) || error === "";
    if (!isPlanned) this.failures.push(`${ending}: ${error}`);
    const end = { started: ledger.started(row), finished: ledger.finished(row), revoked };
    this.oracle.settle(account, plan, end, said?.sums);
    seat.revoke({ stopped: true });
    this.oracle.assertSilent(name);
    for (const id of ledger.held(row)) this.#sweep(id);
  }

  /** Destroys what a dead thread had; it was perhaps just about to. */
  #sweep(id: number): void {
    try {
      this.#stats.metrics.pool.destroy(id);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }

  #start(row: number, seat: Seat | undefined, ending?: Ending): Promise<StartedWorker> {
    const start: WriterStart = {
      handle: (seat ?? this.#stats).handle,
      ledger: this.#ledger.buffer,
      row,
      moves: this.#moves,
    };
    return startWorker(url("writer"), start, { web: ending === "revoke" });
  }

  /** A worker that registers and leaves without a seat, again and again. */
  async tours(random: Random): Promise<void> {
    await using worker = await this.#start(TOUR_ROW, undefined);
    while (!this.#isOver) {
      const plan: Plan = {
        seed: random.below(2 ** 31),
        ending: "leave",
        operations: 1 + random.below(500),
      };
      try {
        const { sums, operations } = await worker.call<{ sums: Sums; operations: number }>(
          "tour",
          plan,
          50,
        );
        this.oracle.credit(sums, operations);
      } catch (error) {
        this.failures.push(`tour: ${error}`);
        return;
      }
    }
  }

  /** Small arenas, one after the other. */
  async fillers(random: Random): Promise<void> {
    const mustFill = () => this.full === 0 && this.failures.length === 0;
    while (!this.#isOver || mustFill()) await this.#arena(random);
  }

  /** Two threads fill an arena, one of which is killed, while what existed before must go on. */
  async #arena(random: Random): Promise<void> {
    const limits = { maxThreads: 24, maxByteLength: SMALL, quarantineSeconds: 0 };
    const small = await this.#make(limits);
    this.arenas++;
    const main = small.registerThread("main");
    const existing = small.metrics.pool.create();
    main.metrics.hits.add(7);
    main.metrics.pool.update(existing, { count: 1, twice: 2, owner: 0 });
    const ledger = this.#ledger;
    const rows = Array.from({ length: FILLERS }, (_, n) => FILLER_ROW + n);
    const workers = await Promise.all(rows.map((row) => {
      ledger.reset(row);
      const start: FillerStart = { handle: small.handle, ledger: ledger.buffer, row };
      return startWorker(url("filler"), start);
    }));
    const calls = workers.map((worker) => worker.call<Filled>("fill", random.below(2 ** 31)));
    for (const call of calls) call.catch(() => {});
    const end = performance.now() + ARENA_SECONDS * 1000;
    let last = 0, updates = 1;
    while (performance.now() < end) {
      main.metrics.pool.update(existing, { count: 1, twice: 2, owner: 0 });
      updates++;
      const hits = small.metrics.hits.read();
      const { count, twice } = small.metrics.pool.read(existing);
      if (hits < last) this.spilled.push(`hits fell from ${last} to ${hits}`);
      if (count !== BigInt(updates) || twice !== 2 * updates) {
        this.spilled.push(`the bucket that existed reads as ${count}, ${twice} of ${updates}`);
      }
      last = hits;
      await breathe(1);
    }
    await workers[1].terminate();
    workers[0].requestStop();
    try {
      this.full += (await calls[0]).full;
    } catch (error) {
      this.failures.push(`filler: ${error}`);
    }
    await workers[0].terminate();
    await Promise.all(workers.map((worker) => worker.stopped));
    await calls[1].catch((error) => {
      if (!/terminated/.test(String(error))) this.failures.push(`filler: ${error}`);
    });
    const [done, ...more] = rows.map((row) => [ledger.finished(row), ledger.started(row)]);
    const least = 7 + done[0] + more[0][0];
    const most = 7 + done[0] + more[0][1];
    const hits = small.metrics.hits.read();
    if (hits !== least && hits !== most) {
      this.spilled.push(`hits are ${hits}, neither ${least} nor ${most}`);
    }
    this.oracle.credit([], done[0] + more[0][0]);
    this.oracle.kills.fill++;
    for (const id of small.metrics.pool.ids()) small.metrics.pool.destroy(id);
    for (const id of small.metrics.churned.ids()) small.metrics.churned.destroy(id);
    const left = small.metrics.pool.ids().length + small.metrics.churned.series().length;
    if (left !== 0) this.spilled.push(`${left} buckets are left`);
    // All of it can be made again, up to what the dead lost.
    if (small.metrics.pool.create() !== 0) this.spilled.push("the smallest id is not free");
  }
}
