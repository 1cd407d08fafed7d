import type { Results, Row } from "../../bench/results.ts";

/** A row; what is left out does not matter. */
export function row(group: string, name: string, value: number | null, at: Row["at"] = {}): Row {
  return { group, name, at, value, unit: "ns" };
}

/** Results of a machine that there is not. */
export function results(runtimes: Readonly<Record<string, readonly Row[]>>): Results {
  return {
    takenAt: "2026-05-04T03:02:01.000Z",
    isQuick: false,
    processor: "Abacus",
    cores: 2,
    system: "plan9 4 mips",
    runtimes: Object.fromEntries(
      Object.entries(runtimes).map(([name, rows]) => [name, { version: "1.2.3", rows }]),
    ),
  };
}
