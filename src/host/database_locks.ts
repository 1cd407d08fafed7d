/**
 * Locks on Bun, which has no Web Locks: SQLite databases in memory. All threads of a process can
 * open one by its name ("shared cache").
 *
 * Assumptions: such a database exists while a thread has it open, and is empty when it is first
 * opened. When a thread has ended, however it ended, Bun closes its databases before it tells the
 * creator (measured: 6 ways to end, no database was left at `exit`). No file is created.
 *
 * Guarantees: the same as in `web_locks.ts`. A lock is held while its database has a table. Only
 * one thread can create the table, which takes the lock exclusively; the others share it by opening
 * the database while the table exists. A probe has the database open for some microseconds, so a
 * lock may seem held for as long after its holder's end. Where SQLite has no shared cache, a second
 * connection does not see the table, which `hold` notices and reports.
 *
 * @module
 */
import { host } from "./host.ts";
import type { ThreadLocks } from "./thread_locks.ts";

interface Database {
  run(statement: string): unknown;
  query(statement: string): { get(): unknown };
  close(): void;
}

interface Sqlite {
  readonly Database: new (file: string, flags: number) => Database;
  readonly constants: {
    readonly SQLITE_OPEN_READWRITE: number;
    readonly SQLITE_OPEN_CREATE: number;
    readonly SQLITE_OPEN_URI: number;
  };
}

/** Locks by SQLite; `undefined` where there is none. */
export function databaseLocks(): ThreadLocks | undefined {
  const sqlite = host().process?.getBuiltinModule?.("bun:sqlite") as Sqlite | undefined;
  if (sqlite === undefined) return undefined;
  const { Database, constants } = sqlite;
  const flags = constants.SQLITE_OPEN_READWRITE | constants.SQLITE_OPEN_CREATE |
    constants.SQLITE_OPEN_URI;
  const open = (name: string) =>
    new Database(`file:${encodeURIComponent(name)}?mode=memory&cache=shared`, flags);
  /** The databases of the locks that this thread holds. The garbage collector would close them. */
  const held: Database[] = [];

  function isHeld(name: string): boolean {
    const database = open(name);
    try {
      return database.query("SELECT name FROM sqlite_master").get() !== null;
    } catch {
      // The query fails while another thread creates the table: then it is about to hold the lock.
      return true;
    } finally {
      database.close();
    }
  }

  async function hold(name: string): Promise<boolean> {
    const database = open(name);
    for (let attempt = 0; attempt < 100; attempt++) {
      try {
        database.run("CREATE TABLE IF NOT EXISTS held (by)");
        held.push(database);
        return isHeld(name);
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    }
    database.close();
    return false;
  }

  return {
    probesAtOnce: true,
    hold,
    canAllHold: hold,
    probe: (name, _mode, answer) => answer(!isHeld(name)),
    isHeld: (name) => Promise.resolve(isHeld(name)),
    async whileHolding(name, work) {
      const database = open(name);
      try {
        database.run("CREATE TABLE held (by)");
      } catch {
        database.close();
        return undefined;
      }
      try {
        return await work();
      } finally {
        release(database);
      }
    },
  };

  /** Tries until no other thread's probe has the database open. */
  function release(database: Database): void {
    try {
      database.run("DROP TABLE held");
      database.close();
    } catch {
      setTimeout(() => release(database), 1);
    }
  }
}
