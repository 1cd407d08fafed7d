/**
 * How processes open, make and replace a file with statistics.
 *
 * ```text
 * open ──▶ none ──▶ write a private file whole, with this process's lock ──▶ link it to the path
 *   │ ▲                                                             another was first │
 *   │ └───────────────────────────────────────────────────────────────────────────────┘
 *   ▼
 * some ──▶ check the header ──▶ take "setup" (shared) ──▶ is it still at the path? ──▶ take an
 * entry of the process table ──▶ show it as memory ──▶ free what the entry's latest process left
 * ──▶ define the schema ──▶ give up "setup"
 *
 * replace: take "setup" (exclusive) ──▶ is it still at the path? ──▶ is it still to be replaced?
 * ──▶ write a private file as above ──▶ rename it to the path
 * ```
 *
 * A file is replaced when the option `stale` is "reset" and no process uses it, or when it has
 * another definition of a metric then. A file of an earlier boot is renamed, because after a crash
 * of the machine nobody knows which of its pages were written; then there is none.
 *
 * Assumptions: all processes share one kernel. Locks of open file descriptions and `link` work on
 * the file system. Nobody truncates the file or writes into it but this library.
 *
 * Guarantees: a path leads to no file or to a whole one. A process that has opened a file had its
 * lock on an entry while the path led to the file; so a file that is used is not replaced for being
 * unused, and of processes that open at once all get the same file, unless it is replaced meanwhile
 * because of its schema. Processes that use a replaced file go on with it. An entry has one living
 * process, and what its latest process left is freed before the entry gets a new one.
 *
 * Progress: a process that is killed gives up its locks, and leaves at most a private file, which
 * others remove (`private_file.ts`). Opening waits only for processes that replace the file, and
 * replacing for those that open it; each takes some milliseconds. Of those that are to replace it,
 * one waits ("replace"), and nobody begins to open it meanwhile. If one of them is suspended, the
 * others fail after 10 seconds.
 *
 * @module
 */
import { createAttachment, extendAttachment, openParts } from "../attachment.ts";
import { steady } from "../base/clock.ts";
import { cannot, got } from "../base/errors.ts";
import { files } from "../base/files.ts";
import { SlotReclaimer } from "../ends/slot_reclaimer.ts";
import { host, warn } from "../host/host.ts";
import { isDamage } from "../memory/damage.ts";
import { freshIdentity } from "../memory/identity.ts";
import {
  H_BUMP,
  H_IDENTITY,
  H_MAGIC,
  LAYOUT_VERSION,
  LINE,
  MAGIC,
  SLOTS_OFFSET,
} from "../memory/layout.ts";
import { FILE_HEADER_BYTES, type MemoryFile } from "../memory/memory_file.ts";
import { vouchFor } from "../memory/plain_buffers.ts";
import type { MemoryHandle } from "../memory/shared_memory.ts";
import type { Schema } from "../schema/schema.ts";
import type { ThreadStatsOptions } from "../thread_stats_options.ts";
import { openHandle, type ThreadStatsHandle } from "../threads/handle.ts";
import { bootIdentifier } from "./boot.ts";
import {
  decodeHeader,
  encodeHeader,
  type FileHeader,
  indexOf,
  lockBaseOf,
  nextNumber,
  readEntry,
  writeEntry,
} from "./format.ts";
import { showFile, type Way } from "./mapping.ts";
import { makeFile, type OpenedFile, openFile } from "./opened_file.ts";
import { discard, privatePath, publish, removeAbandoned } from "./private_file.ts";
import type { System } from "./system.ts";

/** What {@linkcode openStatsFile} needs to know. */
export interface FileRequest {
  readonly action: string;
  readonly system: System;
  readonly path: string;
  /** How the file may be shown as memory, the best way first. */
  readonly ways: readonly Way[];
  readonly schema: Schema;
  /** For a file that is made. */
  readonly limits: Required<ThreadStatsOptions>;
  readonly maxProcesses: number;
  readonly mode: number;
  readonly stale: "continue" | "reset";
}

/** How long to wait for processes that replace the file, in milliseconds. */
const PATIENCE = 10_000;
const PAUSE = 5;
/** More of one try is no waiting for others: this process was suspended. In milliseconds. */
const LONGEST_TRY = 500;
/** What is allocated at first beside the static part, so that few programs let the file grow. */
const FIRST_BYTES = 2 ** 18;
const PAGE = 65536;

/**
 * Opens a file with statistics, or makes it. Any process, at any time.
 *
 * @returns The handle of its memory, for the threads of this process.
 * @throws {TypeError} When the file is another one, damaged, truncated or of another version, or
 * has another definition of a metric.
 * @throws {RangeError} When `maxProcesses` use it already, or there is no room for it.
 * @throws {Error} When the system or the runtime refuses.
 */
export function openStatsFile(request: FileRequest): ThreadStatsHandle {
  const { action, system, path } = request;
  for (let waited = 0;;) {
    const begun = steady();
    const file = openFile(action, system, path, request);
    const handle = file === undefined ? createAtPath(request) : attach(request, file);
    if (handle !== undefined) return handle;
    waited += pause(action, waited, begun);
  }
}

/** Waits a little before another try, and returns how long that try took, in milliseconds. */
function pause(action: string, waited: number, begun: number): number {
  if (waited > PATIENCE) {
    const required = `processes that open or replace it must end that within ${PATIENCE} ms`;
    throw new Error(cannot(action, required, got("one that does not")));
  }
  // Not always the same time: two processes that give way to each other would go on doing so.
  const milliseconds = PAUSE * (1 + Math.random());
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
  return Math.min(steady() - begun, LONGEST_TRY);
}

/** Makes a file where there is none; `undefined` when the path has to be opened again. */
function createAtPath(request: FileRequest): ThreadStatsHandle | undefined {
  const { file, handle } = createPrivate(request);
  return publish(request.action, file, { path: request.path, how: "link" }) ? handle : undefined;
}

/** Writes a whole file that no other process knows, in which this process has an entry. */
function createPrivate(
  request: FileRequest,
): { file: OpenedFile; handle: ThreadStatsHandle } {
  const { action, system, path, schema, limits, maxProcesses, mode } = request;
  // First, because it may have the room that this one needs.
  removeAbandoned(action, path);
  const identity = freshIdentity();
  const header: FileHeader = {
    maxProcesses,
    maxByteLength: limits.maxByteLength,
    created: Date.now(),
    identity,
    lockBase: lockBaseOf(identity),
    boot: bootIdentifier(action),
    schemaHash: sha256(schema.description),
  };
  let file: OpenedFile | undefined;
  try {
    const reserve = (staticBytes: number, maxByteLength: number): FileHandle => {
      const first = Math.min(staticBytes + FIRST_BYTES, maxByteLength);
      const bytes = FILE_HEADER_BYTES + Math.ceil(first / PAGE) * PAGE;
      file = makeFile(action, system, privatePath(path, identity), { bytes, mode });
      const entry = takeEntry(action, file, header);
      // First: by this, the memory is known to show the file.
      const known = new Uint8Array(new BigUint64Array([identity]).buffer);
      file.write(FILE_HEADER_BYTES + 8 * H_IDENTITY, known);
      return show(request, file, { header, entry });
    };
    const { handle } = createAttachment(action, schema, limits, reserve);
    assertWhole(action, file!, header);
    writeOwnEntry(file!, handle.file!.process);
    file!.write(0, encodeHeader(header));
    return { file: file!, handle };
  } catch (error) {
    if (file !== undefined) discard(action, file);
    throw error;
  }
}

/** Uses a file that exists; `undefined` when the path has to be opened again. */
function attach(request: FileRequest, file: OpenedFile): ThreadStatsHandle | undefined {
  const { action, schema, stale } = request;
  let isKept = false;
  try {
    const header = decodeHeader(action, file.read, file.size);
    const boot = bootIdentifier(action);
    if (header.boot !== boot && header.boot !== "" && boot !== "") {
      setAside(request, file, header);
      return undefined;
    }
    if (file.isToBeReplaced(header) || !file.lockSetup(header, "shared")) return undefined;
    if (!file.isAtPath()) return undefined;
    if (stale === "reset" && !file.isInUse(header)) {
      return replace(request, file, { header, isNeeded: () => !file.isInUse(header) });
    }
    const entry = takeEntry(action, file, header);
    // First: an access behind the end of a truncated file would end the process.
    assertWhole(action, file, header);
    const memory = show(request, file, { header, entry });
    const parts = openParts(
      action,
      openHandle(action, { threadStats: LAYOUT_VERSION, ...memory }),
    );
    // First, because afterwards nobody knows that process's number.
    new SlotReclaimer(parts.arena, parts.slots, entry.previous).processEnded(entry.previous);
    writeOwnEntry(file, entry.number);
    try {
      extendAttachment(action, parts, schema);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      if (stale !== "reset") throw isDamage(error) ? error : withRemedy(error);
      return replace(request, file, { header, isNeeded: () => true });
    }
    file.unlockSetup(header);
    file.closeBytes();
    isKept = true;
    removeAbandoned(action, request.path);
    return parts.handle;
  } finally {
    if (!isKept) file.close();
  }
}

/** The error of a schema that does not fit the file's, with what its user can do. */
function withRemedy(cause: TypeError): TypeError {
  const remedy = 'stale: "reset" puts a new file in its place; or open another path';
  return new TypeError(`${cause.message} (${remedy})`, { cause });
}

/** Puts a new file in the place of one; `undefined` when the path has to be opened again. */
function replace(
  request: FileRequest,
  file: OpenedFile,
  { header, isNeeded }: { header: FileHeader; isNeeded: () => boolean },
): ThreadStatsHandle | undefined {
  // This process has the shared lock, which becomes an exclusive one unless another has it too. So
  // the file is still at its path, and no process is about to use it.
  if (!file.lockSetup(header, "exclusive")) {
    // Many that all want to replace it would keep each other from it for long. So one of them waits
    // for those that have the lock, and nobody else takes it.
    if (!file.lockReplace(header)) return undefined;
    for (let [waited, begun] = [0, steady()]; !file.lockSetup(header, "exclusive");) {
      waited += pause(request.action, waited, begun);
      begun = steady();
    }
  }
  if (!isNeeded()) return undefined;
  const { action, path } = request;
  const { file: made, handle } = createPrivate(request);
  if (!publish(action, made, { path, how: "rename" })) return undefined;
  if (file.isInUse(header)) {
    warn(`${path} is a new file now, and other processes still count in the one that it replaced`);
  }
  return handle;
}

/** Renames a file of an earlier boot, so that there is none at the path. */
function setAside({ action, path }: FileRequest, file: OpenedFile, header: FileHeader): void {
  if (!file.lockSetup(header, "exclusive") || !file.isAtPath()) return;
  try {
    files(action).renameSync(path, `${path}.${header.boot.slice(0, 8)}.old`);
  } catch (error) {
    const required = "one of an earlier boot must get another name (rename)";
    throw new Error(cannot(action, required, got((error as Error).message)), { cause: error });
  }
}

/** An entry of the process table that this process has. */
interface OwnEntry {
  /** The number of this process. */
  readonly number: number;
  /** The number of the entry's latest process, which has ended; 0 if there was none. */
  readonly previous: number;
}

/** Takes an entry of the process table; its lock proves that its latest process has ended. */
function takeEntry(action: string, file: OpenedFile, header: FileHeader): OwnEntry {
  const { lockBase, maxProcesses } = header;
  for (let index = 0; index < maxProcesses; index++) {
    if (!file.lock(lockBase + index)) continue;
    const { number: previous } = readEntry(file.read, index);
    return { number: nextNumber(index, previous), previous };
  }
  const required = `at most ${maxProcesses} processes may use it at a time (maxProcesses)`;
  throw new RangeError(cannot(action, required, got("one more")));
}

/** Lets the other processes find this one by its number. */
function writeOwnEntry(file: OpenedFile, process: number): void {
  const pid = host().process!.pid;
  writeEntry(file.write, indexOf(process), { number: process, pid, since: Date.now() });
}

/** The memory of a file. */
type FileHandle = MemoryHandle & { readonly file: MemoryFile };

/**
 * Shows a file as memory that no other thread knows.
 *
 * @throws {Error} When the engine or the system does not allow it.
 */
function show(
  { action, path, ways }: FileRequest,
  opened: OpenedFile,
  { header, entry: { number } }: { header: FileHeader; entry: OwnEntry },
): FileHandle {
  const { buffer, memory } = showFile(action, opened, { header, entry: indexOf(number), ways });
  const { descriptor, status: { dev: device, ino: inode } } = opened;
  const { lockBase, maxProcesses } = header;
  const known = { path, privatePath: opened.path, descriptor, device, inode, process: number };
  const isPlain = memory === undefined;
  const file: MemoryFile = Object.freeze({ ...known, lockBase, maxProcesses, isPlain });
  if (!isPlain) return { buffer: buffer as SharedArrayBuffer, memory, file };
  vouchFor(file, buffer as ArrayBuffer);
  // Without the buffer, which a message would copy.
  return { file } as FileHandle;
}

/**
 * Checks that a file has a memory, and that all of it is there.
 *
 * @throws {TypeError} When the file is damaged or truncated.
 */
function assertWhole(action: string, file: OpenedFile, { identity }: FileHeader): void {
  const bytes = new Uint8Array(SLOTS_OFFSET);
  bytes.set(file.read(FILE_HEADER_BYTES, bytes.length));
  const words = new Int32Array(bytes.buffer);
  if (words[H_MAGIC] !== MAGIC || new BigUint64Array(bytes.buffer)[H_IDENTITY] !== identity) {
    throw new TypeError(cannot(action, "its memory must be intact", got("a damaged one")));
  }
  const used = FILE_HEADER_BYTES + (words[H_BUMP] >>> 0) * LINE;
  // After H_BUMP was read: the file grows before what it grows for is allocated.
  const { size } = file;
  if (size < used) {
    throw new TypeError(cannot(action, "it must be whole", got(`${size} bytes of ${used}`)));
  }
}

/** The SHA-256 of a text, in hexadecimal. */
function sha256(text: string): string {
  const { createHash } = host().process!.getBuiltinModule!("node:crypto") as {
    createHash(name: string): { update(text: string): { digest(encoding: "hex"): string } };
  };
  return createHash("sha256").update(text).digest("hex");
}
