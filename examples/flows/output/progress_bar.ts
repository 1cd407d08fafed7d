import process from "node:process";
import type { FlowRun } from "../flow_run.ts";

const WIDTH = 30;
const INTERVAL_MS = 200;

/** Draws how far a run is on standard error until it is stopped. It only reads the counters. */
export class ProgressBar {
  readonly #run: FlowRun;
  readonly #timer: ReturnType<typeof setInterval>;
  #packets = 0;
  #seconds = 0;

  constructor(run: FlowRun) {
    this.#run = run;
    this.#timer = setInterval(() => this.#draw(), INTERVAL_MS);
  }

  /** Wipes it out. */
  stop(): void {
    clearInterval(this.#timer);
    process.stderr.write("\r\x1b[K");
  }

  #draw(): void {
    const { progress, seconds, stats } = this.#run;
    const packets = stats.metrics.packets.read();
    const rate = (packets - this.#packets) / (seconds - this.#seconds);
    this.#packets = packets;
    this.#seconds = seconds;
    const bar = "#".repeat(Math.round(progress * WIDTH)).padEnd(WIDTH, ".");
    const percent = `${Math.floor(progress * 100)}`.padStart(3);
    process.stderr.write(`\r[${bar}] ${percent} %  ${packets} packets  ${formatRate(rate)}\x1b[K`);
  }
}

/** Packets per second, to read. */
export function formatRate(rate: number): string {
  if (!Number.isFinite(rate)) rate = 0;
  return rate >= 1e6 ? `${(rate / 1e6).toFixed(2)} M packets/s` : `${Math.round(rate)} packets/s`;
}
