/**
 * Locks on Bun, which has no Web Locks: databases of SQLite in memory, which all threads of a process see by name ("shared cache").
 *
 * Assumptions: such a database is there as long as some thread has it open, and is empty when it is opened for the first time. Bun
 * closes those of a thread that has ended, in whichever way, before it tells its creator (6 ways, 0 left at `exit`). No file is made.
 *
 * Guarantees: as those of `web_locks.ts`. A lock is held when its database has a table: taken by the creation of the table, which only one thread
 * can do, or together with others in shared mode. Who looks has the database open for some microseconds, and so may see a lock for as long
 * after its holder's end. Where SQLite has no shared cache, a lock that was taken is not seen by a second connection, and `hold` tells.
 *
 * @module
 */
import { host } from "./host.ts";
import type { ThreadLocks } from "./locks.ts";

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

/** The locks of Bun, when it has SQLite. */
export function databaseLocks(): ThreadLocks | undefined {
  const sqlite = host().process?.getBuiltinModule?.("bun:sqlite") as Sqlite | undefined;
  if (sqlite === undefined) return undefined;
  const { Database, constants } = sqlite;
  const flags = constants.SQLITE_OPEN_READWRITE | constants.SQLITE_OPEN_CREATE |
    constants.SQLITE_OPEN_URI;
  const open = (name: string) =>
    new Database(`file:${encodeURIComponent(name)}?mode=memory&cache=shared`, flags);
  /** What is held for life: a database that is collected is closed. */
  const held: Database[] = [];

  /** Another thread's creation may be in the way for a moment: then the table is as good as there. */
  function isThere(name: string): boolean {
    const database = open(name);
    try {
      return database.query("SELECT name FROM sqlite_master").get() !== null;
    } catch {
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
        return isThere(name);
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
    isHeldByAll: hold,
    probe: (name, _mode, answer) => answer(!isThere(name)),
    isHeld: (name) => Promise.resolve(isThere(name)),
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
        // Somebody who looks may have it open still.
        dropHeld(database);
      }
    },
  };

  function dropHeld(database: Database): void {
    try {
      database.run("DROP TABLE held");
      database.close();
    } catch {
      setTimeout(() => dropHeld(database), 1);
    }
  }
}
