import { ThreadStats } from "../../mod.ts";
import { schema } from "./schema.ts";

/** The statistics of this process: of all its threads, whichever imports this. */
export const stats = await ThreadStats.join("cluster", schema, { maxThreads: 256 });
