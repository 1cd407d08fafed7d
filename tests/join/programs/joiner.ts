/**
 * A worker that joins the names, and stays busy for the times, that its creator sends.
 *
 * @module
 */
import { counter, defineSchema, gauge, ThreadStats } from "../../../mod.ts";
import { onMessage, send, startWorker } from "./any_worker.ts";
import { schema as same } from "./schema.ts";

const schemas = {
  same,
  other: defineSchema({ jobs: counter({ help: "Jobs lost" }), depth: gauge() }),
};

onMessage(async ({ name, schema = "same", busy = 0, options, sync = false, child }) => {
  if (child !== undefined) {
    const { next, post } = startWorker("joiner", child);
    await next();
    post({ name });
    return send(await next());
  }
  try {
    const chosen = schemas[schema as "same"];
    const stats = sync
      ? ThreadStats.joinSync(name, chosen, options)
      : await ThreadStats.join(name, chosen, options);
    stats.registerThread().metrics.jobs.add();
    send({ handle: stats.handle });
  } catch (error) {
    send({ error: `${(error as Error).name}: ${(error as Error).message}` });
  }
  for (const end = performance.now() + busy; performance.now() < end;);
});
send("ready");
