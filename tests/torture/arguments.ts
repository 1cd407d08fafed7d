/**
 * The command line of the torture.
 *
 * @module
 */

/** What the command line says. */
export interface TortureArguments {
  /** How long, in all. */
  readonly minutes: number;
  /** What determines what the threads do. */
  readonly seed: number;
  /** Whether the memories are mapped files. */
  readonly isFile: boolean;
  /** What remains. */
  readonly names: readonly string[];
}

/**
 * Reads `--minutes N` (2 by default), `--seed N` (random by default), `--file` and names.
 *
 * @throws {TypeError} When an option is unknown or has no number.
 */
export function parseTortureArguments(args: readonly string[]): TortureArguments {
  const numbers = { minutes: 2, seed: Math.floor(Math.random() * 2 ** 31) };
  const names: string[] = [];
  let isFile = false;
  for (let n = 0; n < args.length; n++) {
    if (!args[n].startsWith("-")) {
      names.push(args[n]);
      continue;
    }
    if (args[n] === "--file") {
      isFile = true;
      continue;
    }
    const [option, given = args[++n]] = args[n].split("=");
    const name = option.slice(2);
    if (name !== "minutes" && name !== "seed") throw new TypeError(`Unknown option ${option}`);
    const value = Number(given);
    if (given === undefined || !(value >= 0)) throw new TypeError(`${option} needs a number`);
    numbers[name] = value;
  }
  return { ...numbers, isFile, names };
}
