import { assertLess } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { allocatedBytesPerCall } from "../support/heap.ts";
import { createKinds, type Kinds } from "../support/kinds.ts";
import type { MetricWriters } from "../../mod.ts";

/**
 * Doubles that V8 keeps as objects, because the array also has a text. So handing one over makes no
 * new object, whether or not the callee is inlined, and what is measured is the library's alone.
 */
const doubles = (step: number) =>
  [...Array.from({ length: 1024 }, (_, n) => n * step), ""] as number[];
const values = doubles(20.25);
const small = doubles(0.0625);

/** Calls that are made many times and may not allocate. */
const CASES: Record<string, (metrics: MetricWriters<Kinds>) => () => void> = {
  "GaugeWriter.set()": ({ jobs }) => {
    let n = 0;
    return () => jobs.set(values[n = (n + 1) & 1023]);
  },
  "GaugeWriter.add()": ({ lowest }) => () => lowest.add(),
  "GaugeWriter.sub(n)": ({ highest }) => () => highest.sub(1.5),
  "GaugeWriter.set() of a bound child": ({ queue }) => {
    const child = queue.labels({ name: "a" });
    return () => child.set(7);
  },
  "HistogramWriter.record(), log-linear": ({ latency }) => {
    let n = 0;
    return () => latency.record(small[n = (n + 1) & 1023]);
  },
  "HistogramWriter.record(n), log-linear": ({ latency }) => () => latency.record(0.5, 3),
  "HistogramWriter.record(), boundaries": ({ size }) => {
    let n = 0;
    return () => size.record(values[n = (n + 1) & 1023]);
  },
  "HistogramWriter.record() of a bound child": ({ took }) => {
    const child = took.labels({ route: "a" });
    return () => child.record(1.5);
  },
};

describe("no allocation", () => {
  for (const [name, prepare] of Object.entries(CASES)) {
    it(name, async () => {
      const call = prepare(createKinds().registerThread().metrics);
      assertLess(await allocatedBytesPerCall(call), 1);
    });
  }
});
