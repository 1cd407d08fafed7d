/**
 * Seats: reserving, taking, and losing them.
 *
 * @module
 */
import { counter, defineSchema, type Thread, ThreadStats } from "../../../mod.ts";
import { SlotReclaimer } from "../../../src/ends/slot_reclaimer.ts";
import { processId } from "../../../src/host/host.ts";
import { ACTIVE, RESERVED, stateOf } from "../../../src/threads/control_word.ts";
import { SlotDirectory } from "../../../src/threads/slot_directory.ts";
import { defineHistory, must, named, onlyErrors } from "../history.ts";
import { arenaOf, MOST_BYTES, type Sent, succeeded } from "./support.ts";

const schema = defineSchema({ hits: counter() });
type Stats = ThreadStats<typeof schema.metrics>;
type Own = Thread<typeof schema.metrics>;

const THREADS = 3;
/** In seconds: longer than any schedule. */
const QUARANTINE = 1000;

/** Ends whatever tenure slot 0 has. */
function revokeFirst(handle: Sent["handle"]): boolean {
  const slots = new SlotDirectory(arenaOf(handle), THREADS, QUARANTINE);
  const tenure = slots.tenureOf(0);
  return tenure !== undefined && slots.revoke(tenure, false);
}

export const seats = defineHistory<Sent, Stats>({
  name: "seats",
  about: "A thread reserves a seat and takes it, while another one revokes it and registers",
  preemptions: 2,
  kills: true,
  prepare: () => {
    const stats = ThreadStats.create(schema, {
      maxThreads: THREADS,
      maxByteLength: MOST_BYTES,
      quarantineSeconds: QUARANTINE,
    });
    return { sent: { handle: stats.handle }, kept: stats };
  },
  threads: [
    ({ handle }, journal) => {
      const stats = ThreadStats.attach(schema, handle);
      return () => {
        let seated: Stats | undefined;
        let thread: Own | undefined;
        journal.do("reserve", () => {
          const { handle: { seat } } = stats.reserveThread("a");
          seated = ThreadStats.attach(schema, { ...handle, seat });
          return seat!.slot;
        });
        journal.do("sit", () => (thread = seated!.registerThread()).slot);
        if (thread === undefined) return;
        journal.do("add", () => thread!.metrics.hits.add(1));
      };
    },
    ({ handle }, journal) => {
      const stats = ThreadStats.attach(schema, handle);
      return () => {
        let thread: Own | undefined;
        journal.do("revoke", () => revokeFirst(handle));
        journal.do("register", () => (thread = stats.registerThread("b")).slot);
        journal.do("add", () => thread!.metrics.hits.add(100));
      };
    },
  ],
  check: (stats, run) => {
    onlyErrors(run, /^StaleThreadError/);
    const others = run.events.filter(({ thread }) => thread === 1);
    must(others.every(({ error }) => error === undefined), "somebody ended the second tenure");
    const [revoke] = named(run, "revoke");
    const [sit] = succeeded(named(run, "sit"));
    const isRevoked = revoke?.value === true && sit?.value === 0 && sit.begin > revoke.end;
    must(!isRevoked, "a revoked seat was taken");
    const [register] = succeeded(named(run, "register"));
    const [add] = succeeded(named(run, "add")).filter(({ thread }) => thread === 0);
    const isShared = sit !== undefined && register !== undefined && sit.value === register.value;
    must(!isShared || !(add?.begin > register.end), "a slot has two owners at a time");
    // The end of a process finds all that its threads have, wherever they were killed.
    const arena = arenaOf(stats.handle);
    const slots = new SlotDirectory(arena, THREADS, QUARANTINE);
    new SlotReclaimer(arena, slots, processId()).processEnded(processId());
    for (let slot = 0; slot < THREADS; slot++) {
      const state = stateOf(arena.views().i32[slots.controlIndex(slot)]);
      must(state !== ACTIVE && state !== RESERVED, `slot ${slot} stays in the state ${state}`);
    }
  },
});
