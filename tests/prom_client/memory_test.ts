import { assert, assertEquals } from "@std/assert";
import { beforeAll, describe, it } from "@std/testing/bdd";
import { sharedMemory } from "../../src/prom_client/memory.ts";
import { Counter, Gauge, Histogram, Registry, Summary } from "../../src/prom_client/mod.ts";

/** How much of the memory is in use, in bytes. */
function usedBytes(): number {
  const text = JSON.stringify(sharedMemory()!.stats);
  return JSON.parse(text).usedBytes;
}

/** Makes metrics that differ from round to round, uses them, and clears them. */
function makeAndClear(registry: Registry, round: number): void {
  const registers = [registry];
  const labelNames = [`label_${round % 7}`];
  const counter = new Counter({
    name: `c_${round}`,
    help: `h ${round}`,
    labelNames,
    registers,
  });
  for (let n = 0; n < 3; n++) counter.labels(`${round} ${n}`).inc(n);
  new Gauge({ name: `g_${round}`, help: "h", registers }).set(round);
  const buckets = Array.from({ length: round % 100 }, (_, n) => n + round / 7);
  new Histogram({ name: `h_${round}`, help: "h", registers, buckets }).observe(
    round,
  );
  new Summary({
    name: `s_${round}`,
    help: "h",
    registers,
    maxAgeSeconds: 1,
    ageBuckets: 2,
  })
    .observe(round);
  registry.clear();
}

describe("shared memory", () => {
  beforeAll(async () => {
    // Deno runs each file in a web worker, which has to ask for the memory.
    for (let n = 0; sharedMemory() === undefined && n < 1000; n++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  });

  it("metrics that are made and cleared for ever run in bounded memory", () => {
    const registry = new Registry();
    for (let round = 0; round < 300; round++) makeAndClear(registry, round);
    const used = usedBytes();
    for (let round = 0; round < 1500; round++) {
      makeAndClear(registry, round * 13);
    }
    // Texts of other lengths, not one more block of bins.
    assert(usedBytes() - used < 16_384, `${usedBytes() - used} bytes more`);
  });

  it("series that come and go run in bounded memory", () => {
    const registers = [new Registry()];
    const counter = new Counter({
      name: "c",
      help: "h",
      labelNames: ["id"],
      registers,
    });
    const gauge = new Gauge({
      name: "g",
      help: "h",
      labelNames: ["id"],
      registers,
    });
    const round = (from: number) => {
      for (let id = from; id < from + 50; id++) {
        counter.inc({ id });
        gauge.set({ id }, 1);
      }
      for (let id = from; id < from + 50; id++) {
        counter.remove({ id });
        gauge.remove(id);
      }
    };
    round(1000);
    const used = usedBytes();
    for (let n = 1; n < 40; n++) round(1000 + n * 50);
    assert(usedBytes() - used < 16_384, `${usedBytes() - used} bytes more`);
  });

  it("labels that are too long for the memory stay in their thread", async () => {
    const registry = new Registry();
    const counter = new Counter({
      name: "c",
      help: "h",
      labelNames: ["a"],
      registers: [registry],
    });
    const a = "x".repeat(2 ** 20 + 1);
    counter.inc({ a });
    counter.inc({ a });
    sharedMemory()!.stats.registerThread("another");
    const { values } = await counter.get();
    assertEquals(values.map(({ value }) => value), [2]);
    registry.clear();
  });
});
