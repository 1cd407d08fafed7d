import type { Results, RuntimeResults } from "../results.ts";

/**
 * Takes the files of several runs together. Where two have rows of the same runtime, all of them count, as parts of one run: they
 * must not have the same row twice.
 *
 * @throws {RangeError} When they are of different machines.
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
      runtimes[name] = { version, rows: [...runtimes[name]?.rows ?? [], ...rows] };
    }
  }
  return {
    ...first,
    takenAt: all.map(({ takenAt }) => takenAt).toSorted().at(-1)!,
    isQuick: all.some(({ isQuick }) => isQuick),
    runtimes,
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
