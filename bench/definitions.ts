/**
 * What metrics cost that are defined at run time: to define one, to attach, and in a snapshot
 * beside used ones.
 *
 * ```sh
 * deno run -A bench/definitions.ts
 * bun bench/definitions.ts
 * ```
 *
 * @module
 */
import {
  counter,
  type CounterWriter,
  defineSchema,
  type SchemaDefinition,
  ThreadStats,
} from "../mod.ts";

const USED = 10;
const DEFINED = 1000;
const ROUNDS = 30;

/** Counters with help, by name. */
function counters(count: number, from = 0): SchemaDefinition {
  return Object.fromEntries(
    Array.from({ length: count }, (_, n) => [
      `metric${from + n}`,
      counter({ help: "Something that a library counts" }),
    ]),
  );
}

/** The least time of several rounds, in µs. */
function least(rounds: number, act: () => void): number {
  let best = Infinity;
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    act();
    best = Math.min(best, performance.now() - start);
  }
  return best * 1000;
}

/** Statistics with counters of which the first ten have counted. */
function statsWith(defined: number) {
  const stats = ThreadStats.create(defineSchema(counters(defined)));
  const { metrics } = stats.registerThread("main");
  for (let n = 0; n < USED; n++) (metrics[`metric${n}`] as unknown as CounterWriter).add();
  return stats;
}

const schemas = Array.from(
  { length: ROUNDS * 10 },
  (_, n) => defineSchema(counters(1, n)),
);
const fresh = ThreadStats.create(defineSchema({}));
let next = 0;
const one = least(schemas.length, () => void fresh.extend(schemas[next++]));
const whole = defineSchema(counters(DEFINED));
const many = least(ROUNDS, () => void ThreadStats.create(defineSchema({})).extend(whole));
const known = ThreadStats.create(whole);
const again = least(ROUNDS, () => void known.extend(whole));
const attach = least(ROUNDS, () => void ThreadStats.attach(whole, known.handle));
console.log(`extend by 1 metric: ${one.toFixed(1)} µs`);
console.log(`create and extend by ${DEFINED}: ${(many / DEFINED).toFixed(2)} µs a metric`);
console.log(`extend by ${DEFINED} that are there: ${(again / DEFINED).toFixed(2)} µs a metric`);
console.log(`attach with ${DEFINED}: ${(attach / DEFINED).toFixed(2)} µs a metric`);

const [few, all] = [statsWith(USED), statsWith(DEFINED)];
for (const stats of [few, all]) for (let n = 0; n < 200; n++) stats.snapshot();
// In turns, so that other work of the machine meets both.
let [least10, least1000] = [Infinity, Infinity];
for (let round = 0; round < 200; round++) {
  least10 = Math.min(least10, least(10, () => void few.snapshot()));
  least1000 = Math.min(least1000, least(10, () => void all.snapshot()));
}
console.log(`snapshot, ${USED} used of ${USED} defined: ${least10.toFixed(1)} µs`);
console.log(`snapshot, ${USED} used of ${DEFINED} defined: ${least1000.toFixed(1)} µs`);

const { usedBytes } = known.snapshot().self.arena;
const empty = ThreadStats.create(defineSchema({})).snapshot().self.arena.usedBytes;
console.log(`memory: ${Math.round((usedBytes - empty) / DEFINED)} bytes a metric`);
