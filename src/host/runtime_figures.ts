/**
 * Figures of this thread, as far as its runtime really has them and they are cheap.
 *
 * | figure | Deno | Bun | Node |
 * | --- | --- | --- | --- |
 * | processor time | `process.threadCpuUsage()` | the same | the same, from 22.19 and 23.9 |
 * | time not idle | processor time | processor time | `performance.eventLoopUtilization()` |
 * | heap in use | `v8.getHeapStatistics()` | `process.memoryUsage()` | `v8.getHeapStatistics()` |
 *
 * `eventLoopUtilization()` is always 0 on Deno and Bun. `getHeapStatistics()` takes 3 ms on Bun.
 *
 * @module
 */
import { host } from "./host.ts";

/** Reads figures of this thread; each is `undefined` if the runtime does not have it. */
export interface RuntimeFigures {
  /** Processor time of this thread so far, in ms. */
  readonly cpu: (() => number) | undefined;
  /** Time for which this thread has not been idle so far, in ms. */
  readonly active: (() => number) | undefined;
  /** Bytes of the JavaScript heap in use. */
  readonly heap: (() => number) | undefined;
}

/** The parts of the runtimes that are used here. */
interface Sources {
  threadCpuUsage?(): { readonly user: number; readonly system: number };
  memoryUsage?(): { readonly heapUsed: number };
}
interface PerfHooks {
  readonly performance: { eventLoopUtilization?(): { readonly active: number } };
}
interface V8 {
  getHeapStatistics?(): { readonly used_heap_size: number };
}

/** The figures that this thread's runtime has. */
export function runtimeFigures(): RuntimeFigures {
  const { process, runtime } = host();
  const sources = process as Sources | undefined;
  const module = <Module>(name: string) => process?.getBuiltinModule?.(name) as Module | undefined;
  const readCpu = sources?.threadCpuUsage?.bind(sources);
  const cpu = readCpu && (() => {
    const { user, system } = readCpu();
    return (user + system) / 1000;
  });
  const performance = runtime === "node"
    ? module<PerfHooks>("node:perf_hooks")?.performance
    : undefined;
  const active = performance?.eventLoopUtilization === undefined
    ? cpu
    : () => performance.eventLoopUtilization!().active;
  const v8 = runtime === "bun" ? undefined : module<V8>("node:v8");
  const heap = v8?.getHeapStatistics !== undefined
    ? () => v8.getHeapStatistics!().used_heap_size
    : sources?.memoryUsage && (() => sources.memoryUsage!().heapUsed);
  return { cpu, active, heap };
}
