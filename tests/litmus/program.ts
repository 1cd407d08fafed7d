/**
 * Runs one shape for some seconds in two threads, and prints what the reader saw:
 * `program.ts SHAPE SECONDS`.
 *
 * @module
 */
import process from "node:process";
import { isMainThread, Worker, workerData } from "node:worker_threads";
import { makeBuffer, shapes, viewsOf } from "./shapes.ts";

/** Steps between two looks at the clock. */
const BATCH = 10_000;
/** Words behind those of the shapes: whether the writer writes, and whether it shall stop. */
const RUNNING = 1000;
const STOP = 1001;

function write(shape: string, buffer: SharedArrayBuffer): void {
  const views = viewsOf(buffer);
  const { write } = shapes[shape];
  let n = 0;
  while (Atomics.load(views.words, STOP) === 0) {
    for (let step = 0; step < BATCH; step++) write(views, n = (n + 1) | 0);
    Atomics.store(views.words, RUNNING, 1);
  }
}

async function read(shape: string, seconds: number): Promise<void> {
  const buffer = makeBuffer();
  const views = viewsOf(buffer);
  const { read } = shapes[shape];
  const worker = new Worker(new URL(import.meta.url), { workerData: { shape, buffer } });
  const ended = new Promise((resolve) => worker.on("exit", resolve));
  while (Atomics.load(views.words, RUNNING) === 0) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const seen = { nothing: 0, whole: 0, torn: 0 };
  const end = performance.now() + seconds * 1000;
  do {
    for (let step = 0; step < BATCH; step++) seen[read(views)]++;
  } while (performance.now() < end);
  Atomics.store(views.words, STOP, 1);
  await ended;
  console.log(JSON.stringify(seen));
}

if (isMainThread) await read(process.argv[2], Number(process.argv[3]));
else write(workerData.shape, workerData.buffer);
