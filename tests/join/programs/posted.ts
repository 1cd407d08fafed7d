/**
 * Workers that get messages before they have joined, and answer them. Arguments: the kind of the
 * workers, how they listen, and how many there are. Prints what each has answered.
 *
 * @module
 */
import { args, isMain, startWorker } from "./any_worker.ts";

const [kind, how, count] = args;

async function answers(): Promise<unknown[]> {
  await import("./stats.ts");
  const workers = Array.from({ length: Number(count) }, () => startWorker(`posted_${how}`, kind));
  for (const { post } of workers) {
    for (let n = 1; n <= 3; n++) post(n);
  }
  return await Promise.all(workers.map(async ({ next, worker }) => {
    const answered = [await next(), await next(), await next()];
    worker.terminate();
    return answered;
  }));
}

if (isMain) console.log(JSON.stringify(await answers()));
