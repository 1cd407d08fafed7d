/**
 * Gauges: what a thread has set goes with it.
 *
 * @module
 */
import { defineSchema, gauge, type Thread, ThreadStats } from "../../../mod.ts";
import { defineHistory, type Journal, must, named, onlyErrors } from "../history.ts";
import { bounds, MOST_BYTES, mustBeBetween, type Sent } from "./support.ts";

const schema = defineSchema({ depth: gauge(), last: gauge({ aggregate: "latest" }) });
type Stats = ThreadStats<typeof schema.metrics>;
type Own = Thread<typeof schema.metrics>;

/** Bits, so that a sum tells whose values it is made of. */
const FIRST = 1;
const SECOND = 2;

function passing(metric: "depth" | "last") {
  return defineHistory<Sent, Stats>({
    name: `gauge-${metric}`,
    about: "A gauge's thread leaves and its slot's next owner sets it, while another one reads",
    preemptions: 3,
    kills: false,
    prepare: () => {
      const stats = ThreadStats.create(schema, { maxThreads: 2, maxByteLength: MOST_BYTES });
      return { sent: { handle: stats.handle }, kept: stats };
    },
    threads: [
      (sent, journal) => {
        const stats = ThreadStats.attach(schema, sent.handle);
        const thread = stats.registerThread("first");
        thread.metrics[metric].set(FIRST);
        return () => {
          let next: Own | undefined;
          journal.do("leave", () => thread.unregister());
          journal.do("register", () => void (next = stats.registerThread("second")));
          journal.do("set", () => (next!.metrics[metric].set(SECOND), SECOND));
        };
      },
      (sent: Sent, journal: Journal) => {
        const stats = ThreadStats.attach(schema, sent.handle);
        return () => {
          journal.do("read", () => stats.metrics[metric].read());
          journal.do("read", () => stats.metrics[metric].read());
        };
      },
    ],
    check: (stats, run) => {
      onlyErrors(run, /^$/);
      const [leave] = named(run, "leave");
      for (const read of named(run, "read")) {
        const { least, most } = bounds(named(run, "set"), read, ({ value }) => value as number);
        const isThere = read.end < leave.begin;
        const mayBeThere = read.begin < leave.end;
        mustBeBetween(read.value as number, {
          least: least | (isThere ? FIRST : 0),
          most: most | (mayBeThere ? FIRST : 0),
        }, `a read of ${metric}`);
      }
      const value = stats.metrics[metric].read();
      must(value === SECOND, `the gauge is ${value} at the end`);
    },
  });
}

export const gaugeHistories = [passing("depth"), passing("last")];
