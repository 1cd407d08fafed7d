import { ThreadStats } from "../../../mod.ts";
import { serve, stopRequested } from "../../support/worker_side.ts";
import { labelsOf, schema, type Start } from "../exemplar_schema.ts";
import { Progress } from "../progress.ts";

serve(({ handle, progress, index }: Start) => {
  const { hits, size } = ThreadStats.attach(schema, handle).registerThread().metrics;
  const words = new Progress(progress);
  return {
    /** Says that update `n` comes, then makes it: so a killed thread has made n - 1 or n. */
    give: () => {
      let n = 1;
      for (; n % 64 !== 0 || !stopRequested(); n++) {
        words.set(index, n);
        const exemplar = labelsOf(index, n);
        size.record(n % 30, { exemplar });
        hits.add(1, { exemplar });
      }
      return n - 1;
    },
  };
});
