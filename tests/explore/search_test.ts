import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { Random } from "../support/random.ts";
import { type Access, FINISH, KILL, PREEMPT } from "./control.ts";
import type { Outcome } from "./machine.ts";
import type { Decision, Segment } from "./plan.ts";
import { Search } from "./search.ts";
import { Sharing } from "./sharing.ts";

/**
 * A step of a simulated thread: takes a word into its register, or puts a function of the register
 * into a word.
 */
interface Step {
  readonly isWrite: boolean;
  readonly long: number;
}

type Program = readonly (readonly Step[])[];

function randomProgram(random: Random, lengths: readonly number[]): Program {
  return lengths.map((length) =>
    Array.from({ length }, () => ({
      isWrite: random.fraction() < 0.5,
      long: random.below(3),
    }))
  );
}

/** Runs a program step by step in this order of threads. */
function stateAfter(program: Program, order: readonly number[]): string {
  const words = [1, 2, 3];
  const registers = program.map((_, thread) => thread);
  const at = program.map(() => 0);
  for (const thread of order) {
    const { isWrite, long } = program[thread][at[thread]++];
    if (isWrite) words[long] = registers[thread] * 7 + thread;
    else registers[thread] = registers[thread] * 5 + words[long];
  }
  return [...words, ...registers].join(" ");
}

/** What the machine would report of a plan. */
function simulate(program: Program, plan: readonly Decision[]): Outcome & { order: number[] } {
  const at = program.map(() => 0);
  const accesses: Access[] = [];
  const segments: Segment[] = [];
  const killed: number[] = [];
  const isOver = (thread: number) =>
    killed.includes(thread) || at[thread] === program[thread].length;
  const queue = [...plan];
  for (;;) {
    const planned = queue.shift();
    const next = planned ?? { thread: program.findIndex((_, n) => !isOver(n)) };
    if (next.thread < 0) break;
    const { thread, steps: most = Infinity, kill } = next as Decision;
    let steps = 0;
    for (; steps < most && at[thread] < program[thread].length; steps++) {
      accesses.push({ thread, isFirst: false, ...program[thread][at[thread]++] });
    }
    const isFinished = at[thread] === program[thread].length && steps < most;
    if (kill) killed.push(thread);
    segments.push({ thread, steps, ending: kill ? KILL : isFinished ? FINISH : PREEMPT });
  }
  return { segments, accesses, events: [], killed, order: accesses.map(({ thread }) => thread) };
}

/** All orders in which the threads' steps can be run. */
function* allOrders(lengths: readonly number[]): Generator<number[]> {
  if (lengths.every((length) => length === 0)) yield [];
  for (const [thread, length] of lengths.entries()) {
    if (length === 0) continue;
    const rest = lengths.map((other, n) => n === thread ? other - 1 : other);
    for (const order of allOrders(rest)) yield [thread, ...order];
  }
}

/** How often an order leaves a thread that has steps left. */
function preemptionsOf(order: readonly number[], lengths: readonly number[]): number {
  const rest = [...lengths];
  let count = 0;
  for (const [n, thread] of order.entries()) {
    rest[thread]--;
    if (rest[thread] > 0 && order[n + 1] !== thread) count++;
  }
  return count;
}

function search(
  program: Program,
  options: { preemptions: number; kills: boolean },
): { plans: string[]; states: Set<string> } {
  const all = new Search({ threads: program.length, sharing: new Sharing(), ...options });
  const plans: string[] = [];
  const states = new Set<string>();
  for (let plan = all.next(); plan !== undefined; plan = all.next()) {
    const outcome = simulate(program, plan);
    plans.push(JSON.stringify(plan));
    states.add(stateAfter(program, outcome.order));
    all.learn(plan, outcome);
  }
  return { plans, states };
}

describe("Search", () => {
  for (const lengths of [[3, 3], [4, 4], [2, 2, 2], [1, 3, 2]]) {
    it(`reaches all states of threads with ${lengths.join(", ")} steps, in no more schedules than orders`, () => {
      const random = new Random(lengths.join("").length * 31 + lengths[0]);
      const orders = [...allOrders(lengths)];
      for (let round = 0; round < 40; round++) {
        const program = randomProgram(random, lengths);
        for (const preemptions of [0, 1, 2, 3, Infinity]) {
          const few = orders.filter((order) => preemptionsOf(order, lengths) <= preemptions);
          const expected = new Set(few.map((order) => stateAfter(program, order)));
          const bound = Math.min(preemptions, 8);
          const { plans, states } = search(program, { preemptions: bound, kills: false });
          const missing = [...expected].filter((state) => !states.has(state));
          assertEquals(missing, [], `${preemptions} preemptions of ${JSON.stringify(program)}`);
          // Those that were run again, as more was learnt of shared words, are counted once.
          assert(new Set(plans).size <= few.length);
        }
      }
    });
  }

  it("kills each thread before each of its writes, one in a schedule", () => {
    const program: Program = [
      [{ isWrite: false, long: 0 }, { isWrite: true, long: 1 }, { isWrite: true, long: 0 }],
      [{ isWrite: false, long: 2 }, { isWrite: true, long: 2 }],
    ];
    const { plans } = search(program, { preemptions: 1, kills: true });
    const kills = new Set(
      plans.flatMap((plan) => plan.match(/"thread":\d,"steps":\d,"kill":true/g) ?? []),
    );
    assertEquals([...kills].sort(), [
      '"thread":0,"steps":1,"kill":true',
      '"thread":0,"steps":2,"kill":true',
      '"thread":1,"steps":1,"kill":true',
    ]);
  });
});
