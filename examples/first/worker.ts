// worker.ts
import { metrics } from "./metrics.ts";

metrics.working.set(1);
for (let job = 0; job < 5000; job++) {
  using _ = metrics.duration.time();
  for (let n = 0; n < 100_000; n++) Math.sqrt(n);
  metrics.jobs.add();
}
