/**
 * The memories of the torture: shared memory, or mapped files, which are removed as soon as they are
 * open.
 *
 * @module
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { ThreadStats } from "../../mod.ts";
import { WAYS } from "../../src/file/mapping.ts";
import { openStatsFile } from "../../src/file/stats_file.ts";
import { loadSystem } from "../../src/file/system.ts";
import { schemaOf } from "../../src/schema/description.ts";
import { readThreadStatsOptions } from "../../src/thread_stats_options.ts";
import { schema, type Stats } from "./schema.ts";

/** What both kinds of memories are made with. */
export interface Limits {
  readonly maxThreads: number;
  readonly quarantineSeconds: number;
  readonly maxByteLength?: number;
}

/** Makes a memory. */
export type MakeMemory = (limits: Limits) => Promise<Stats>;

/** Makes shared memory. */
export const inSharedMemory: MakeMemory = (limits) =>
  Promise.resolve(ThreadStats.create(schema, limits));

/**
 * Makes a file. It grows while it has no name any more. Not by `openStats`, which would give a
 * worker's slot to the next one before the oracle has settled its account.
 */
export const inFile: MakeMemory = async (limits) => {
  const action = "make a file for the torture";
  const checked = schemaOf(action, schema);
  const folder = mkdtempSync(`${tmpdir()}/torture-`);
  try {
    const handle = openStatsFile({
      ...{ action, system: await loadSystem(action), path: `${folder}/torture.stats`, ways: WAYS },
      ...{ schema: checked, limits: readThreadStatsOptions(action, { ...limits }, checked) },
      ...{ mode: 0o600, stale: "continue", maxProcesses: 1 },
    });
    return ThreadStats.attach(schema, handle);
  } finally {
    rmSync(folder, { recursive: true });
  }
};
