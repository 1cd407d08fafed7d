/**
 * The lower limit: the same in private memory, which no other thread can read.
 *
 * A loop gets the mask of its cells with each call. Otherwise a compiler knows that there is one
 * cell, and keeps it in a register: JavaScriptCore adds four times in a row, and stores once.
 *
 * @module
 */

import { boundaries, labelMask, labelSets, seconds } from "../cases/inputs.ts";
import { fresh, type Increments, increments, type Loop, mask, round, sumOf } from "./loop.ts";
import { records, routes } from "./inputs.ts";

/** `cells[where] += n`. */
export function addition(kind: Increments, writers: number): Loop {
  const cells = new Float64Array(16);
  const values = increments[kind];
  const add = fresh(
    (cells: Float64Array, values: readonly number[], mask: number) =>
    (updates: number, which: number) => {
      for (let i = 0; i < updates; i++) cells[i & which] += values[i & mask];
    },
  )(cells, values, mask);
  return {
    run: (updates) => add(updates, writers - 1),
    total: () => sumOf([...cells]),
    perRound: sumOf(values),
  };
}

/** `cells[where] += 1`. */
export function increment(): Loop {
  const cells = new Float64Array(16);
  const add = fresh((cells: Float64Array) => (updates: number, which: number) => {
    for (let i = 0; i < updates; i++) cells[i & which] += 1;
  })(cells);
  return { run: (updates) => add(updates, 0), total: () => cells[0], perRound: round };
}

/** Counts a value in the bin among the boundaries, and adds it to a sum. */
export function histogram(writers: number): Loop {
  const cells = new Float64Array(64);
  const record = fresh((
    cells: Float64Array,
    values: Float64Array,
    boundaries: readonly number[],
    mask: number,
  ) =>
  (updates: number, which: number) => {
    for (let i = 0; i < updates; i++) {
      const value = values[i & mask];
      const base = (i & which) << 4;
      cells[base] += 1;
      cells[base + 1] += value;
      let bin = 0;
      while (bin < boundaries.length && value > boundaries[bin]) bin++;
      cells[base + 2 + bin] += 1;
    }
  })(cells, seconds, boundaries, mask);
  return {
    run: (updates) => record(updates, writers - 1),
    total: () => [0, 16, 32, 48].reduce((total, at) => total + cells[at], 0),
    perRound: round,
  };
}

/** Three private maps, one for each label, and an addition. */
export function lookup(series: number): Loop {
  type Level = Map<string, Map<string, Map<string, Float64Array>>>;
  const root: Level = new Map();
  const all: Float64Array[] = [];
  const add = (method: string, route: string, status: string) => {
    if (!root.has(method)) root.set(method, new Map());
    const byRoute = root.get(method)!;
    if (!byRoute.has(route)) byRoute.set(route, new Map());
    const cell = new Float64Array(1);
    all.push(cell);
    byRoute.get(route)!.set(status, cell);
  };
  for (const route of routes.slice(0, Math.max(1, series >> 3))) {
    for (const { method, status } of labelSets) add(method, route, status);
  }
  const which = series === 1 ? 0 : labelMask;
  const last = Math.max(0, (series >> 3) - 1);
  const count = fresh((
    root: Level,
    sets: typeof labelSets,
    routes: readonly string[],
    { values, mask }: { values: readonly number[]; mask: number },
  ) =>
  (updates: number, which: number, last: number) => {
    for (let i = 0; i < updates; i++) {
      const { method, status } = sets[i & which];
      const labels = { method, route: routes[(i >> 3) & last], status };
      const cell = root.get(labels.method)?.get(labels.route)?.get(labels.status);
      if (cell === undefined) throw new Error("no such series");
      cell[0] += values[i & mask];
    }
  })(root, labelSets, routes, { values: increments.whole, mask });
  return {
    run: (updates) => count(updates, which, last),
    total: () => all.reduce((total, [value]) => total + value, 0),
    perRound: sumOf(increments.whole),
  };
}

/** Four additions, to one of the buckets in turn, or to the same one for `burst` updates. */
export function update(buckets: number, burst = 1): Loop {
  const cells = new Float64Array(16);
  const change = fresh((
    cells: Float64Array,
    { bytes, times }: typeof records,
    { mask, shift }: { mask: number; shift: number },
  ) =>
  (updates: number, which: number) => {
    for (let i = 0; i < updates; i++) {
      const base = ((i >> shift) & which) << 2;
      const delta = { packets: 1, bytes: bytes[i & mask], errors: i & 1, time: times[i & mask] };
      cells[base] += delta.packets;
      cells[base + 1] += delta.bytes;
      cells[base + 2] += delta.errors;
      cells[base + 3] += delta.time;
    }
  })(cells, records, { mask, shift: Math.log2(burst) });
  return {
    run: (updates) => change(updates, buckets - 1),
    total: () => [0, 4, 8, 12].reduce((total, at) => total + cells[at + 1], 0),
    perRound: sumOf(records.bytes),
  };
}
