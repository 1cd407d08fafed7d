/**
 * The schedule explorer's command.
 *
 * ```sh
 * deno task explore                              # all histories
 * deno task explore --history labels             # all whose names begin so
 * deno task explore --deeper 1                   # one preemption more than in CI
 * deno task explore --preemptions 3 --random 10000 --seed 7
 * deno task explore --replay records@0:12,1,0    # one schedule, access by access
 * node tests/explore/main.ts                     # the same under Node; bun likewise
 * ```
 *
 * Ends with `N passed, N failed`: histories are counted.
 *
 * @module
 */
import process from "node:process";
import { parseArgs } from "node:util";
import { explore, type ExploreOptions } from "./explorer.ts";
import type { History } from "./history.ts";
import { Machine } from "./machine.ts";
import { parsePlan } from "./plan.ts";
import { formatReport, formatTrace } from "./print.ts";
import { forEachAtOnce, runModule } from "./processes.ts";

/** The number of random schedules of each history. */
const RANDOM = 300;

/** A history that takes longer counts as hanging. */
const LIMIT_SECONDS = 3600;

const module = new URL("./histories/all.ts", import.meta.url);

function choose(histories: readonly History[], name: string): readonly History[] {
  const exact = histories.filter((history) => history.name === name);
  const chosen = exact.length > 0
    ? exact
    : histories.filter((history) => history.name.startsWith(name));
  if (chosen.length > 0) return chosen;
  const names = histories.map((history) => history.name).join(", ");
  throw new RangeError(`Cannot explore ${name}: a history is required, one of ${names}`);
}

async function replay(histories: readonly History[], text: string): Promise<boolean> {
  const [name, plan] = text.split("@");
  await using machine = await Machine.start(choose(histories, name)[0], module);
  const outcome = machine.run(parsePlan(plan ?? ""));
  console.log(formatTrace(outcome));
  return outcome.failure === undefined;
}

/** Explores one history in this process. */
async function exploreHere(
  history: History,
  options: Omit<ExploreOptions, "module">,
): Promise<boolean> {
  const start = performance.now();
  const report = await explore(history, { module, ...options });
  console.log(formatReport(report, (performance.now() - start) / 1000));
  return report.failure === undefined;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      history: { type: "string", default: "" },
      preemptions: { type: "string" },
      deeper: { type: "string", default: "0" },
      random: { type: "string", default: String(RANDOM) },
      seed: { type: "string", default: "1" },
      limit: { type: "string" },
      replay: { type: "string" },
    },
  });
  // Before the library is loaded: the memory must be one that the threads' proxies can follow.
  delete (globalThis as { WebAssembly?: unknown }).WebAssembly;
  const { histories } = await import(module.href) as { histories: readonly History[] };
  let passed = 0;
  let failed = 0;
  const count = (isGood: boolean) => isGood ? passed++ : failed++;
  if (values.replay !== undefined) {
    count(await replay(histories, values.replay));
  } else {
    const chosen = choose(histories, values.history);
    const { preemptions, deeper, random, seed, limit } = values;
    if (chosen.length === 1) {
      count(
        await exploreHere(chosen[0], {
          random: Number(random),
          seed: Number(seed),
          preemptions: Number(preemptions ?? chosen[0].preemptions) + Number(deeper),
          ...(limit !== undefined && { limit: Number(limit) }),
        }),
      );
    } else {
      const rest = Object.entries({ preemptions, deeper, random, seed, limit })
        .flatMap(([name, value]) => value === undefined ? [] : [`--${name}`, value]);
      await forEachAtOnce(chosen, async ({ name }) => {
        const args = ["--history", name, ...rest];
        const { output, code } = await runModule(new URL(import.meta.url), args, LIMIT_SECONDS);
        console.log(output.trimEnd().replace(/\n\d+ passed, \d+ failed$/, ""));
        count(code === 0);
      });
    }
  }
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

process.exitCode = await main();
