import { ThreadStats } from "../../mod.ts";
import { BlockPool } from "./capture/block_pool.ts";
import type { ByteSource } from "./capture/byte_source.ts";
import type { CaptureError } from "./capture/capture_error.ts";
import { CaptureReader } from "./capture/capture_reader.ts";
import { openByteSource } from "./capture/open_source.ts";
import { Crew } from "./crew.ts";
import { type FlowStats, schema } from "./schema.ts";

/** Options of a {@linkcode FlowRun}. */
export interface FlowRunOptions {
  /** How many workers read packets. */
  workers: number;
  /** The workers' module; for tests. */
  script?: URL;
}

/**
 * Counts the flows of one capture. Its `stats` can be read at any time, before,
 * while and after it runs: they need no cooperation of the workers.
 */
export class FlowRun {
  readonly stats: FlowStats;
  readonly #workers: number;
  readonly #script: URL;
  #source: ByteSource | undefined;
  #started = 0;
  #ended = 0;
  #undecoded: CaptureError[] = [];

  constructor(options: FlowRunOptions) {
    this.#workers = options.workers;
    this.#script = options.script ?? new URL("./worker.ts", import.meta.url);
    this.stats = ThreadStats.create(schema, {
      maxThreads: options.workers,
      maxByteLength: 2 ** 32,
    });
  }

  /** How much of the file is read, from 0 to 1; what comes through a pipe counts at its end only. */
  get progress(): number {
    if (!this.#source) return 0;
    const { consumed, size } = this.#source;
    if (size === undefined) return this.ended ? 1 : 0;
    return size > 0 ? consumed / size : 0;
  }

  /** Since the start, or from the start to the end. */
  get seconds(): number {
    return this.#started === 0 ? 0 : ((this.#ended || performance.now()) - this.#started) / 1000;
  }

  /** Whether everything is counted. */
  get ended(): boolean {
    return this.#ended !== 0;
  }

  /** One error for each link type that is not understood: its packets count, but belong to no flow. */
  get undecoded(): readonly CaptureError[] {
    return this.#undecoded;
  }

  /**
   * Reads the file at `path`, or standard input if that is `-`. What was read before an error is counted.
   *
   * @param again Asked after each reading: whether the same workers count it once more; for demonstrations
   * @throws {CaptureError} If the file is no capture, damaged or cut short
   * @throws {WorkerError} If a worker broke down
   */
  async run(
    path: string,
    again: () => Promise<boolean> = () => Promise.resolve(false),
  ): Promise<void> {
    this.#started = performance.now();
    try {
      await this.#count(path, again);
    } finally {
      await this.#source?.close();
      this.#ended = performance.now();
    }
  }

  async #count(path: string, again: () => Promise<boolean>): Promise<void> {
    this.#source = await openByteSource(path);
    const pool = new BlockPool(2 * this.#workers + 2);
    const crew = new Crew(pool);
    let packets = 0;
    try {
      for (let i = 1; i <= this.#workers; i++) {
        const name = `worker-${i}`;
        crew.add(this.#script, name, this.stats.reserveThread(name));
      }
      for (;;) {
        const reader = new CaptureReader(this.#source, pool);
        try {
          for await (const slice of reader.slices()) crew.send(slice);
        } finally {
          packets += reader.packets;
          this.#undecoded = reader.undecoded;
        }
        if (!await again()) break;
        await this.#source.close();
        this.#source = await openByteSource(path);
      }
    } finally {
      await crew.finish();
    }
    if (crew.failure) throw crew.failure;
    const counted = this.stats.metrics.packets.read();
    if (counted !== packets) {
      throw new Error(
        `Cannot trust the totals: ${packets} packets must be counted, got ${counted}`,
      );
    }
  }
}
