/**
 * A worker of either kind. Opens the file whose path it is sent, counts once, and answers what it
 * reads.
 *
 * @module
 */
import { openStats } from "../../../src/file/mod.ts";
import { onMessage, send } from "../../join/programs/any_worker.ts";
import { schemas } from "./schemas.ts";

onMessage(async (path: string) => {
  try {
    const stats = await openStats(path, schemas.shop);
    stats.registerThread("opener").metrics.first.add();
    send([stats.metrics.first.read(), stats.handle.file?.isPlain]);
  } catch (error) {
    send((error as Error).message);
  }
});
