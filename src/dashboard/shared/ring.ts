/**
 * The last values of something in the steps of one window. A value of several intervals is their
 * mean; an interval of which nothing is known is left out of it, and a step without any stays a gap
 * (`NaN`).
 *
 * @module
 */

/** How many steps the lines of a window have. */
export const STEPS: Readonly<Record<number, number>> = { 60: 60, 300: 300, 900: 180, 3600: 240 };
/** The windows that the page offers, in seconds. */
export const WINDOWS: readonly number[] = [60, 300, 900, 3600];

/** How many intervals of `every` milliseconds make one of `steps` steps of a window, at least 1. */
export function ticksPerStep(seconds: number, steps: number, every: number): number {
  return Math.max(1, Math.round(seconds * 1000 / every / steps));
}

/** How many steps a window has when each takes a whole number of intervals. */
export function stepsOf(seconds: number, steps: number, every: number): number {
  return Math.max(2, Math.round(seconds * 1000 / every / ticksPerStep(seconds, steps, every)));
}

/**
 * The intervals are counted by the program, so that all rings of a window change steps at once.
 * Memory: one number for each step, for ever.
 */
export class Ring {
  readonly #data: Float64Array;
  readonly #perStep: number;
  /** The step that is being filled. */
  #step = -1;
  #sum = 0;
  #known = 0;

  constructor(size: number, perStep: number) {
    this.#data = new Float64Array(size).fill(NaN);
    this.#perStep = perStep;
  }

  /** The value of interval `n`; `NaN` where it is not known. */
  push(n: number, value: number): void {
    this.#advance(n);
    if (!Number.isNaN(value)) {
      this.#sum += value;
      this.#known++;
    }
    this.#data[this.#step % this.#data.length] = this.#known ? this.#sum / this.#known : NaN;
  }

  /** The value of the whole step that interval `n` belongs to, as far as it is known. */
  replace(n: number, value: number): void {
    this.#advance(n);
    this.#data[this.#step % this.#data.length] = value;
  }

  /** Begins with what another one had after interval `n`, oldest first. */
  fill(n: number, values: readonly (number | null)[]): void {
    const { length } = this.#data;
    this.#step = Math.floor(n / this.#perStep);
    this.#data.fill(NaN);
    values.slice(-length).forEach((value, i, kept) => {
      this.#data[(this.#step + 1 + length - kept.length + i) % length] = value ?? NaN;
    });
    const latest = this.latest;
    this.#known = Number.isNaN(latest) ? 0 : n % this.#perStep + 1;
    this.#sum = this.#known === 0 ? 0 : latest * this.#known;
  }

  /** All steps, oldest first; the last one may not be full yet. */
  values(): number[] {
    const { length } = this.#data;
    return Array.from({ length }, (_, n) => this.#data[(this.#step + 1 + n + length) % length]);
  }

  /** The latest step. */
  get latest(): number {
    return this.#step < 0 ? NaN : this.#data[this.#step % this.#data.length];
  }

  #advance(n: number): void {
    const step = Math.floor(n / this.#perStep);
    if (step === this.#step) return;
    const { length } = this.#data;
    const missed = this.#step < 0 ? length : Math.min(length, step - this.#step);
    for (let back = 0; back < missed; back++) this.#data[(step - back + length * 2) % length] = NaN;
    this.#step = step;
    this.#sum = this.#known = 0;
  }
}

/** Values as the stream has them: six significant digits, `null` for what is not known. */
export function toPoints(values: readonly number[]): (number | null)[] {
  return values.map((x) =>
    Number.isFinite(x) ? Number.isInteger(x) ? x : Number(x.toPrecision(6)) : null
  );
}

/** The same of a line, without what is not known at its beginning. */
export function toLine(values: readonly number[]): (number | null)[] {
  const first = values.findIndex((x) => Number.isFinite(x));
  return first < 0 ? [] : toPoints(values.slice(first));
}
