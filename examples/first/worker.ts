// worker.ts
import { metrics } from "./metrics.ts";

metrics.working.set(1);
for (let job = 0; job < 5000; job++) {
  const end = metrics.duration.startTimer();
  for (let n = 0; n < 100_000; n++) Math.sqrt(n);
  end();
  metrics.jobs.add();
}
