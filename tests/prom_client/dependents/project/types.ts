/**
 * What the threads and the test tell each other.
 *
 * @module
 */

/** What a worker is started with. */
export interface Start {
  /** The name of the server program. */
  readonly program: string;
  /** One word: 1 while the thread computes. */
  readonly state: Int32Array<SharedArrayBuffer>;
}

/** What was known at one moment. */
export interface Moment {
  /** How many requests were answered, by the name of the greeted. */
  readonly answered: Readonly<Record<string, number>>;
  /** How many requests a thread's answer to a scrape had. */
  readonly counted: number;
}

/** What the program prints. */
export interface Report {
  /** Whether the busy thread was still busy when the thread that was killed had been counted. */
  readonly wasBusy: boolean;
  readonly moments: Readonly<Record<string, Moment>>;
  /** The answer to the last scrape. */
  readonly text: string;
}
