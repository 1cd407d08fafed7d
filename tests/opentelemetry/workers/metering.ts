import { defineSchema, ThreadStats, type ThreadStatsHandle } from "../../../mod.ts";
import { ThreadStatsMeterProvider } from "../../../src/opentelemetry/mod.ts";
import { busyUntilStopped, emit, serve } from "../../support/worker_side.ts";
import { api } from "../packages.ts";

serve(({ handle, name }: { handle: ThreadStatsHandle; name: string }) => {
  const stats = ThreadStats.attach(defineSchema({}), handle);
  api.metrics.setGlobalMeterProvider(new ThreadStatsMeterProvider(stats, { observeSeconds: 0.1 }));
  // A library that knows the API alone.
  const meter = api.metrics.getMeter("library", "1.0.0");
  const jobs = meter.createCounter("jobs.done", { unit: "{job}", description: "Jobs" });
  const took = meter.createHistogram("jobs.took", {
    unit: "s",
    advice: { explicitBucketBoundaries: [1, 10] },
  });
  const open = meter.createUpDownCounter("jobs.open");
  let busy = 0;
  meter.createObservableUpDownCounter("threads.busy").addCallback((result) =>
    result.observe(busy, { name })
  );
  const step = (round: number) => {
    open.add(1);
    jobs.add(1, { worker: name, kind: round % 2, urgent: round % 2 === 0 });
    took.record(round % 20, { kind: round % 2 });
    open.add(-1);
  };
  return {
    /** Does some jobs. */
    work: (rounds: number) => {
      busy = 1;
      for (let round = 0; round < rounds; round++) step(round);
    },
    /** Does jobs until it is stopped or killed. */
    workOn: () => {
      emit("begun");
      return busyUntilStopped(step);
    },
  };
});
