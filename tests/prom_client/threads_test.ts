import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { resultOf } from "../join/run_program.ts";
import { samplesOf } from "./samples.ts";

const programOf = (name: string) => new URL(`./programs/${name}.ts`, import.meta.url);

// One program: joins are per process, and starting threads takes long.
describe("metrics of several threads", () => {
  let seen: Record<string, Record<string, number>> = {};

  it("threads with the same metrics run, one busy and one killed", async () => {
    const texts = await resultOf(programOf("threads"));
    seen = Object.fromEntries(
      Object.entries(texts as Record<string, string>).map((
        [at, text],
      ) => [at, samplesOf(text)]),
    );
    assertEquals(Object.keys(seen).length, 11);
  });

  it("metrics() shows metrics that only another thread has made", () => {
    const { foreign } = seen;
    assertEquals(foreign['requests{method="GET",status="200"}'], 11);
    assertEquals(foreign['requests{method="PUT"}'], 1);
    assertEquals(foreign.jobs, 100);
    assertEquals(foreign['took_bucket{le="1",route="/"}'], 1);
    assertEquals(foreign['took_sum{route="/"}'], 30.25);
  });

  it("metrics() adds the parts of all threads, and is the same in each", () => {
    const { two, worker } = seen;
    assertEquals(two['requests{method="GET",status="200"}'], 111);
    assertEquals(two.jobs, 1100);
    assertEquals(two.depth, 11);
    assertEquals(two['took_count{route="/"}'], 3);
    assertEquals(two.size_count, 11);
    assertEquals(two.size_sum, 155);
    assertAlmostEquals(two['size{quantile="0.5"}'], 6, 0.12);
    assertEquals(worker, two);
  });

  it("metrics() merges by the aggregator", () => {
    assertEquals(seen.two.up, 1);
    assertEquals(seen.four.up, 1);
    assertEquals(seen.four['least{thread="any"}'], "first".length);
  });

  it("metrics() has what busy and killed threads have counted", () => {
    assertEquals(seen.four['requests{method="GET",status="200"}'], 133);
    assertEquals(seen.four.depth, 19);
    assertEquals(seen.afterKill['requests{method="GET",status="200"}'], 133);
    assertEquals(seen.afterKill.jobs, 1300);
    assertEquals(seen.afterKill.depth, 11); // gauges end with their threads
  });

  it("clear() takes back what the thread has counted, and nothing else", () => {
    assertEquals(seen.cleared['requests{method="GET",status="200"}'], 122);
    assertEquals(seen.cleared.jobs, 1200);
    assertEquals(seen.cleared.depth, 7);
    assertEquals('least{thread="any"}' in seen.cleared, false);
    assertEquals(seen.again.jobs, 1201);
    assertEquals(seen.other, seen.again);
  });

  it("reset(), remove() and zero() hold for all threads", () => {
    for (const after of [seen.reset, seen.resetByOther]) {
      assertEquals(after.jobs, 0);
      assertEquals('requests{method="POST",status="500"}' in after, false);
      assertEquals(after['took_bucket{le="+Inf",route="/"}'], 0);
      assertEquals(after['took_sum{route="/"}'], 0);
      assertEquals(after.size_count, 0);
      assertEquals(after['size{quantile="0.5"}'], 0);
    }
    assertEquals(seen.afterReset.jobs, 11);
    assertEquals(seen.afterReset['requests{method="POST",status="500"}'], 1);
    assertEquals(seen.afterReset['took_bucket{le="1",route="/"}'], 2);
    assertEquals(seen.afterReset['took_sum{route="/"}'], 2);
    assertEquals(seen.afterReset['size{quantile="0.5"}'], 5);
  });

  it("totals are exact while threads count, read and reset, with numeric and partial labels", async () => {
    const { counted, text, reads } = await resultOf(programOf("totals"));
    const samples = samplesOf(text);
    assert(reads > 0);
    assert(Object.keys(counted).length > 20);
    for (const [series, n] of Object.entries(counted)) {
      assertEquals(samples[series], n, series);
    }
  });

  it("a thread that inherits nothing finds the memory, and collects when others read", async () => {
    const { text } = await resultOf(programOf("web"));
    const samples = samplesOf(text);
    assertEquals(samples, { 'jobs{queue="mail"}': 13, waiting: 4 });
    assert(text.includes("# HELP waiting Jobs waiting\n"));
  });
});
