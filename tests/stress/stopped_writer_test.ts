import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { ThreadStats } from "../../mod.ts";
import { meanwhile, startCrew } from "./crew.ts";
import { moveReader } from "./move_reader.ts";
import { until } from "./progress.ts";
import { assertMoves, schema } from "./schema.ts";
import { scaled } from "./scale.ts";

describe("RecordReader.read()", () => {
  for (const how of ["openBurst", "spinInBurst"]) {
    it(`does not wait for a thread that is ${how === "openBurst" ? "blocked" : "spinning"} in an open burst`, async () => {
      const stats = ThreadStats.create(schema);
      const id = stats.metrics.moves.create();
      await using crew = await startCrew(stats, "writer", { count: 1 });
      const [worker] = crew.workers;
      const call = worker.call(how, id, 100);
      assertEquals(await worker.next(), "open");
      const ask = moveReader(stats.handle, 0);
      for (let n = 0; n < 10_000; n++) {
        const value = stats.metrics.moves.read(id);
        assertMoves(value);
        assertEquals(value.count, 100n);
        assertEquals(ask(stats, id).count, 100n);
      }
      worker.requestStop();
      await call;
      assertEquals(stats.metrics.moves.read(id).count, 100n);
    });
  }
});

describe("RecordAccumulator.merge()", () => {
  for (const tries of [0, 1]) {
    it(`gives fresh whole values to two threads that ask for help after ${tries} tries`, async () => {
      const stats = ThreadStats.create(schema);
      const id = stats.metrics.moves.create();
      const other = stats.metrics.moves.create();
      await using crew = await startCrew(stats, "writer", { count: 3 });
      const [writer, ...readers] = crew.workers;
      const reads = readers.map((reader) => reader.call<number>("readWithHelp", id, tries, 0));
      const read = moveReader(stats.handle, tries);
      await until(() => crew.progress.get(1) > 0 && crew.progress.get(2) > 0);
      // This thread asks for another record of the same segment: they share the rescue slot.
      await meanwhile([writer.call("update", id, scaled(400_000))], () => {
        assertMoves(read(stats, id));
        assertEquals(read(stats, other).count, 0n);
      });
      for (const reader of readers) reader.requestStop();
      for (const count of await Promise.all(reads)) assert(count > 0);
      assertEquals(read(stats, id).count, BigInt(scaled(400_000)));
    });
  }

  it("goes on when the thread that was asked for help is killed", async () => {
    const stats = ThreadStats.create(schema, { maxThreads: 4 });
    const id = stats.metrics.moves.create();
    await using crew = await startCrew(stats, "writer", { count: 2 });
    const reads = crew.workers.map((reader) => reader.call<number>("readWithHelp", id, 0, 60));
    const read = moveReader(stats.handle, 0);
    let least = 0n;
    for (let kill = 0; kill < scaled(12); kill++) {
      const seat = stats.reserveThread("victim");
      const victim = await crew.add(seat.handle);
      // Both the killed and their successors serve readers from the same rescue slot.
      victim.call("update", id).catch(() => {});
      const before = [crew.progress.get(0), crew.progress.get(1)];
      await until(() => crew.progress.get(2 + kill) > 1000);
      const value = read(stats, id);
      assertMoves(value);
      assert(value.count >= least);
      await victim.terminate();
      await victim.stopped;
      seat.revoke({ stopped: true });
      const last = read(stats, id);
      assertMoves(last);
      least = last.count;
      await until(() => crew.progress.get(0) > before[0] && crew.progress.get(1) > before[1]);
    }
    for (const reader of crew.workers.slice(0, 2)) reader.requestStop();
    for (const count of await Promise.all(reads)) assert(count > 0);
  });
});
