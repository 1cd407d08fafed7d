/**
 * Tells which processes of a file live, without the system's functions: Linux lists the locks of
 * all processes in `/proc/locks`.
 *
 * A process has the lock of its entry before it writes the entry, and gives it up only by ending. So
 * a process whose number was read in the table, and whose lock is not in a list that was read
 * afterwards, has ended. Whoever takes an entry over first frees what its latest process left, and
 * then writes its own number; so the number of a slot's owner that is not in the table, read after
 * the slot, is that of a process that has ended.
 *
 * @module
 */
import { files } from "../base/files.ts";
import { bootIdentifier } from "./boot.ts";
import { indexOf, readEntry } from "./format.ts";
import type { StatsSource } from "./inspect_source.ts";

/** A process that has opened a file; see {@linkcode FileView.processes}. */
export interface FileProcess {
  /** The identifier of the process, as the process itself knows it: containers have their own. */
  readonly pid: number;
  /** When it opened the file, in milliseconds since 1970. */
  readonly since: number;
  /** Whether it lives; `undefined` when the system does not tell. */
  readonly isAlive: boolean | undefined;
}

/** The processes of a file at one time. */
export interface ProcessList {
  readonly processes: readonly FileProcess[];
  /** Whether the process with this number has ended, as far as is known. */
  hasEnded(number: number): boolean;
}

/** Reads the table of processes, and then the locks. */
export function readProcesses(file: StatsSource): ProcessList {
  const { header: { maxProcesses, lockBase, boot }, action } = file;
  const entries = Array.from({ length: maxProcesses }, (_, n) => readEntry(file.read, n));
  const now = bootIdentifier(action);
  // Of an earlier run of the system nothing lives.
  const isOld = boot !== "" && now !== "" && boot !== now;
  const locked = isOld ? new Set<number>() : lockedBytes(file);
  const alive = (index: number) => locked === undefined ? undefined : locked.has(lockBase + index);
  return {
    processes: entries.flatMap(({ number, pid, since }, index) =>
      number === 0 ? [] : [Object.freeze({ pid, since, isAlive: alive(index) })]
    ),
    hasEnded: (number) => {
      const index = indexOf(number >>> 0);
      return entries[index]?.number !== number >>> 0 || alive(index) === false;
    },
  };
}

/** The bytes of the file's process table that are locked; `undefined` when that is not known. */
function lockedBytes(
  { action, inode, header: { lockBase, maxProcesses } }: StatsSource,
): Set<number> | undefined {
  let list: string;
  try {
    list = files(action).readFileSync("/proc/locks", "utf8");
  } catch {
    return undefined;
  }
  const locked = new Set<number>();
  for (const line of list.split("\n")) {
    // 12: OFDLCK ADVISORY  WRITE -1 00:19:4711 1099511627776 1099511627776
    const found = /^\d+: OFDLCK \S+ +WRITE \S+ [0-9a-f]+:[0-9a-f]+:(\d+) (\d+) (\d+|EOF)$/
      .exec(line.trim());
    if (found === null || BigInt(found[1]) !== inode) continue;
    const last = Math.min(Number(found[3]) || Infinity, lockBase + maxProcesses - 1);
    for (let byte = Math.max(Number(found[2]), lockBase); byte <= last; byte++) locked.add(byte);
  }
  return locked;
}
