/**
 * Notices that other processes have ended, and frees what they have left: their slots, and with
 * these their gauges. Their counts stay.
 *
 * A process is known by its number in the process table. A reader that has read a number and
 * afterwards finds the entry's lock free knows that this process has ended: it took the lock before
 * it wrote the number, and gives it up only by ending, or before it has a slot, if opening fails.
 *
 * Guarantees: a process that lives, even a suspended one, is never taken for one that has ended, in
 * whatever container it is and whatever its id. The slots of one that has ended are free some
 * seconds later, if any process lives in which a thread that has opened the file turns its event
 * loop.
 *
 * Progress: wait-free. Several threads and processes may do this at once.
 *
 * @module
 */
import { files } from "../base/files.ts";
import { unref } from "../host/host.ts";
import type { JoinedName } from "../host/thread_state.ts";
import { type MemoryFile, openMemoryFile } from "../memory/memory_file.ts";
import { indexOf, readEntry } from "./format.ts";
import type { System } from "./system.ts";

/** How often a thread looks, in milliseconds. */
const PERIOD = 1000;

/** The memories that this thread watches. */
const watched = new WeakSet<JoinedName>();

/** Frees from now on what ended processes leave. Does not keep the thread alive. */
export function watchProcesses(system: System, joined: JoinedName): void {
  const { file } = joined.handle;
  if (file === undefined || watched.has(joined)) return;
  watched.add(joined);
  const watch = new ProcessWatch(system, joined, file);
  watch.look();
  unref(setInterval(() => watch.look(), PERIOD));
}

class ProcessWatch {
  readonly #system: System;
  readonly #joined: JoinedName;
  readonly #file: MemoryFile;
  readonly #read: (position: number, length: number) => Uint8Array;
  /** The latest number of each entry whose process is known to have ended. */
  readonly #ended: number[] = [];

  constructor(system: System, joined: JoinedName, file: MemoryFile) {
    this.#system = system;
    this.#joined = joined;
    this.#file = file;
    const action = `watch the processes that use ${file.path}`;
    const { readSync, constants } = files(action);
    const descriptor = openMemoryFile(action, file, constants.O_RDONLY);
    this.#read = (position, length) => {
      const bytes = new Uint8Array(length);
      return bytes.subarray(0, readSync(descriptor, bytes, 0, length, position));
    };
  }

  look(): void {
    const { descriptor, lockBase, maxProcesses, process } = this.#file;
    for (let index = 0; index < maxProcesses; index++) {
      if (index === indexOf(process)) continue;
      const { number } = readEntry(this.#read, index);
      // Processes take the first free entry, but those before may have ended since.
      if (number === 0 || number === this.#ended[index]) continue;
      // After the number was read: see above.
      if (this.#system.isLocked(descriptor, lockBase + index)) continue;
      this.#joined.processEnded(number);
      this.#ended[index] = number;
    }
  }
}
