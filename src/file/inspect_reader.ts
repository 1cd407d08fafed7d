/**
 * Makes views of the copy of a file. The protocol is in `inspect_file.ts`.
 *
 * @module
 */
import { openParts } from "../attachment.ts";
import { cannot, got } from "../base/errors.ts";
import { H_BUMP, H_IDENTITY, H_MAGIC, LINE, MAGIC, SLOTS_OFFSET } from "../memory/layout.ts";
import { type StatsView, ThreadStats } from "../thread_stats.ts";
import { openHandle } from "../threads/handle.ts";
import { readOwner } from "../threads/slot_owner.ts";
import { copyCells } from "./inspect_cells.ts";
import { FileCopy } from "./inspect_copy.ts";
import { type ProcessList, readProcesses } from "./inspect_processes.ts";
import { copySlots } from "./inspect_slots.ts";
import type { StatsSource } from "./inspect_source.ts";
import {
  confirmBuckets,
  copyBuckets,
  copyColumns,
  copyDefinitions,
  usedSlots,
} from "./inspect_structure.ts";

/** What a snapshot of a file could not have; see {@linkcode FileView.missing}. */
export interface MissingRecord {
  /** The name of the metric: a record, or a gauge with `aggregate: "latest"`. */
  readonly metric: string;
  /** The slot of the thread. */
  readonly slot: number;
  /** How many of the thread's buckets. */
  readonly buckets: number;
}

/** Reads a file by copying it. Private to one thread. */
export class FileReader {
  readonly file: StatsSource;
  /** What the latest {@linkcode copyAll} could not have. */
  missing: readonly MissingRecord[] = [];
  readonly #copy: FileCopy;
  readonly #processes: (file: StatsSource) => ProcessList;
  /** The byte offsets of all versions that were copied so far. */
  readonly #known = new Set<number>();

  /** `processes` tells which processes of the file live. */
  constructor(file: StatsSource, processes: (file: StatsSource) => ProcessList = readProcesses) {
    this.file = file;
    this.#processes = processes;
    this.#copy = new FileCopy(file);
  }

  /** Copies the slots. */
  copyThreads(): StatsView {
    const copy = this.#begin();
    const { format } = openHandle(this.file.action, copy.handle);
    copySlots(copy, usedSlots(copy, format));
    this.#retireEnded();
    return ThreadStats.inspect(copy.handle);
  }

  /** Copies all. */
  copyAll(): StatsView {
    const { action } = this.file;
    const copy = this.#begin();
    const opened = openHandle(action, copy.handle);
    const { format } = opened;
    copyDefinitions(copy, format);
    const all = openParts(action, opened).catalogue.all(action);
    const metrics = all.map(({ layout }) => layout);
    const segments = copyColumns(copy, format, metrics);
    const buckets = copyBuckets(copy, metrics);
    const missing = copyCells(copy, segments, { metrics, known: this.#known });
    copySlots(copy, usedSlots(copy, format));
    confirmBuckets(copy, buckets);
    this.#retireEnded();
    const counts = new Map<string, MissingRecord>();
    for (const { column, slot } of missing) {
      const { name: metric } = all[column >> 1];
      const buckets = (counts.get(`${column} ${slot}`)?.buckets ?? 0) + 1;
      counts.set(`${column} ${slot}`, Object.freeze({ metric, slot, buckets }));
    }
    this.missing = Object.freeze([...counts.values()]);
    return ThreadStats.inspect(copy.handle);
  }

  /** Begins a copy with the memory's header, which shows whether the file is whole. */
  #begin(): FileCopy {
    const { header: { identity }, action } = this.file;
    const copy = this.#copy;
    const { memoryBytes } = this.file;
    if (memoryBytes < SLOTS_OFFSET) {
      throw new TypeError(cannot(action, "it must be whole", got(`${memoryBytes} bytes`)));
    }
    copy.begin();
    copy.pass([{ start: 0, bytes: SLOTS_OFFSET }]);
    const view = new DataView(copy.u8.buffer);
    const magic = view.getInt32(H_MAGIC * 4, true);
    if (magic !== MAGIC || view.getBigUint64(H_IDENTITY * 8, true) !== identity) {
      throw new TypeError(cannot(action, "its memory must be intact", got("a damaged one")));
    }
    const used = view.getUint32(H_BUMP * 4, true) * LINE;
    // After the bump was read: a file grows before what is new in it is used.
    const size = this.file.memoryBytes;
    if (size < used) {
      throw new TypeError(cannot(action, "it must be whole", got(`${size} bytes of ${used}`)));
    }
    return copy;
  }

  /** Frees the slots of processes that have ended, in the copy. */
  #retireEnded(): void {
    const { action } = this.file;
    const { arena, slots } = openParts(action, openHandle(action, this.#copy.handle));
    const list = this.#processes(this.file);
    for (let slot = 0; slot < slots.used; slot++) {
      const tenure = slots.tenureOf(slot);
      const owner = tenure && readOwner(arena, slots, tenure);
      if (owner !== undefined && list.hasEnded(owner.process)) slots.revoke(tenure!, true);
    }
  }
}
