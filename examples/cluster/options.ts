import { parseArgs } from "node:util";

/** The command line is wrong. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** An option that takes a whole number. */
export interface NumberOption {
  readonly least: number;
  readonly most: number;
  /** The value when it is not given. */
  readonly otherwise: number;
}

/**
 * Parses a command line of whole numbers alone.
 *
 * @throws {UsageError} If it is wrong
 */
export function parseNumbers<Name extends string>(
  args: readonly string[],
  options: Readonly<Record<Name, NumberOption>>,
): Record<Name, number> {
  const names = Object.keys(options) as Name[];
  let values: Partial<Record<string, string | boolean>>;
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: Object.fromEntries(names.map((name) => [name, { type: "string" as const }])),
    }));
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  const numbers = names.map((name): [Name, number] => {
    const { least, most, otherwise } = options[name];
    const text = values[name];
    if (text === undefined) return [name, otherwise];
    const number = /^\d{1,15}$/.test(String(text)) ? Number(text) : NaN;
    if (number >= least && number <= most) return [name, number];
    throw new UsageError(
      `Cannot start: --${name} from ${least} to ${most} is required, got ${text}`,
    );
  });
  return Object.fromEntries(numbers) as Record<Name, number>;
}
