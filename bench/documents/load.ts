import { describe, type Results, type Row, type RuntimeResults } from "../results.ts";

const keyOf = ({ group, name, at }: Row) => [group, name, describe(at)].join(", ");

/**
 * Takes the files of several runs together: of several runtimes, or of several parts of the suite.
 *
 * @throws {RangeError} When they are of different machines or versions, or have the same row twice.
 */
export function merge(all: readonly Results[]): Results {
  if (all.length === 0) throw new RangeError("Cannot merge: one file at least is required, got 0");
  const [first] = all;
  const runtimes: Record<string, RuntimeResults> = {};
  for (const results of all) {
    for (const key of ["processor", "cores", "system"] as const) {
      if (results[key] !== first[key]) {
        throw new RangeError(
          `Cannot merge: the ${key} ${first[key]} is required, got ${results[key]}`,
        );
      }
    }
    for (const [name, { version, rows }] of Object.entries(results.runtimes)) {
      const { version: known = version, rows: before = [] } = runtimes[name] ?? {};
      if (version !== known) {
        throw new RangeError(`Cannot merge: ${name} ${known} is required, got ${version}`);
      }
      const keys = new Set(before.map(keyOf));
      const twice = rows.find((row) => keys.has(keyOf(row)));
      if (twice !== undefined) {
        throw new RangeError(`Cannot merge: each row once is required, got ${keyOf(twice)} twice`);
      }
      runtimes[name] = { version, rows: [...before, ...rows] };
    }
  }
  const known = ["deno", "bun", "node"];
  const ordered = Object.entries(runtimes)
    .toSorted(([a], [b]) => known.indexOf(a) - known.indexOf(b));
  return {
    ...first,
    takenAt: all.map(({ takenAt }) => takenAt).toSorted().at(-1)!,
    isQuick: all.some(({ isQuick }) => isQuick),
    runtimes: Object.fromEntries(ordered),
  };
}

/** The results as JSON with a line for each row: a change of one figure is a change of one line. */
export function stringify({ runtimes, ...machine }: Results): string {
  const parts = Object.entries(runtimes).map(([name, { version, rows }]) => {
    const lines = rows.map((row) => JSON.stringify(row)).join(",\n");
    return `${JSON.stringify(name)}: {"version": ${
      JSON.stringify(version)
    }, "rows": [\n${lines}\n]}`;
  });
  const head = JSON.stringify(machine).slice(0, -1);
  return `${head}, "runtimes": {\n${parts.join(",\n")}\n}}\n`;
}
