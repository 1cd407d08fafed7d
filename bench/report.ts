/**
 * One compact table per group, with every case in a process of its own:
 * `deno task bench:report [deno] [bun] [node]`.
 *
 * @module
 */

import { availableParallelism, cpus } from "node:os";
import { baseline, type ImplementationName, implementationNames } from "./cases/all.ts";
import { type GroupName, groupNames } from "./cases/case.ts";
import { capture } from "../scripts/_process.ts";
import { findRuntime, type Runtime, type RuntimeName, runtimeNames } from "../scripts/_runtimes.ts";

/** Processes per case: whatever else the machine does only ever adds to the figures. */
const repeats = 3;

const threadCounts = [...new Set([1, Math.max(2, availableParallelism())])];

async function measure(
  runtime: Runtime,
  group: GroupName,
  implementation: ImplementationName,
  threads: number,
): Promise<number> {
  const start = runtime.name === "deno"
    ? [runtime.path, "run", "-A", "--no-check", "--no-lock"]
    : [runtime.path];
  const command = [...start, "bench/measure.ts", group, implementation, String(threads)];
  let least = Infinity;
  for (let i = 0; i < repeats; i++) {
    const answer = await capture(command, 300);
    if (answer === undefined) return NaN;
    least = Math.min(least, JSON.parse(answer).median);
  }
  return least;
}

const names = Deno.args.length === 0 ? runtimeNames : Deno.args as RuntimeName[];
const runtimes: Runtime[] = [];
for (const name of names) runtimes.push(await findRuntime(name));

console.log(
  `ns per update and thread (least median of ${repeats} processes), and the ratio to "${baseline}"`,
);
console.log(`${cpus()[0]?.model ?? "unknown processor"}, ${availableParallelism()} cores`);
let busy = 1;
for (const group of groupNames) {
  console.log(`\n${group}`);
  console.log(
    "threads implementation  " +
      runtimes.map(({ name, version }) => `${name} ${version}`.padStart(18)).join(""),
  );
  const alone = new Map<RuntimeName, number>();
  for (const threads of threadCounts) {
    const floor = new Map<RuntimeName, number>();
    for (const implementation of implementationNames) {
      let line = String(threads).padEnd(8) + implementation.padEnd(16);
      for (const runtime of runtimes) {
        const ns = await measure(runtime, group, implementation, threads);
        if (implementation === baseline) {
          floor.set(runtime.name, ns);
          if (threads === 1) alone.set(runtime.name, ns);
          busy = Math.max(busy, ns / (alone.get(runtime.name) ?? NaN));
        }
        const ratio = ns / (floor.get(runtime.name) ?? NaN);
        line += `${ns.toFixed(1)} ×${ratio.toFixed(1)}`.padStart(18);
      }
      console.log(line);
    }
  }
}

// Private additions do not disturb each other: whatever they lose to a second thread, they lose to
// something else that runs here, and then the threads hardly meet at the lock either.
if (busy > 1.3) {
  console.log(
    `\nThe cores were not free: "${baseline}" took up to ${busy.toFixed(1)} times as long in ` +
      "several threads as in one. The rows with several threads say little.",
  );
}
