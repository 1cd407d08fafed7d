/**
 * Metrics of the process, under the names that Prometheus client libraries give them.
 *
 * @module
 */
import { type Family, plainFamily } from "../export/family.ts";

/** The part of `process` that Deno, Bun and Node share. Browsers have none of it. */
interface Process {
  memoryUsage(): { rss: number; heapUsed: number };
  cpuUsage(): { user: number; system: number };
  uptime(): number;
}

/**
 * When the process started, in seconds since 1970. Computed once: the wall clock may be set, and
 * two clocks never agree to the last digit.
 */
let startTime: number | undefined;

/** Memory, processor time and age of this process; nothing where there is no `process`. */
export function runtimeFamilies(): Family[] {
  const { process } = globalThis as { process?: Partial<Process> };
  if (
    typeof process?.memoryUsage !== "function" || typeof process.cpuUsage !== "function" ||
    typeof process.uptime !== "function"
  ) return [];
  const { rss, heapUsed } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  const uptime = process.uptime();
  startTime ??= Date.now() / 1000 - uptime;
  const gauge = (name: string, unit: string, help: string, value: number) =>
    plainFamily({ kind: "gauge", name: `process_${name}_${unit}`, unit }, help, [{
      labels: {},
      value,
    }]);
  const cpu = (name: string, help: string, microseconds: number) =>
    plainFamily({ kind: "counter", name: `process_cpu_${name}seconds`, unit: "seconds" }, help, [
      { labels: {}, value: microseconds / 1e6 },
    ]);
  return [
    gauge("resident_memory", "bytes", "Resident memory size", rss),
    gauge("heap", "bytes", "JavaScript heap in use", heapUsed),
    cpu("user_", "Processor time in user mode", user),
    cpu("system_", "Processor time in the kernel", system),
    cpu("", "Processor time in user mode and in the kernel", user + system),
    gauge("start_time", "seconds", "Start of the process since 1970", startTime),
    gauge("uptime", "seconds", "Age of the process", uptime),
  ];
}

/** The delay of a callback that is due immediately: how far the event loop lags behind. */
export async function eventLoopLagFamily(): Promise<Family> {
  return lagFamily(await measureLag(), "during this scrape");
}

/** The latest lag that {@linkcode previousLagFamily} had measured, in seconds. */
let previousLag: number | undefined;
let isMeasuring = false;

/**
 * The lag that was measured after the previous call, without waiting; nothing at the first call.
 * Begins to measure for the next call.
 */
export function previousLagFamily(): Family[] {
  if (!isMeasuring) {
    isMeasuring = true;
    measureLag().then((lag) => {
      previousLag = lag;
      isMeasuring = false;
    });
  }
  return previousLag === undefined ? [] : [lagFamily(previousLag, "after the previous scrape")];
}

async function measureLag(): Promise<number> {
  const before = performance.now();
  await new Promise<void>((resolve) => nextTurn(resolve));
  return (performance.now() - before) / 1000;
}

function lagFamily(value: number, when: string): Family {
  const name = {
    kind: "gauge" as const,
    name: "process_event_loop_lag_seconds",
    unit: "seconds",
  };
  return plainFamily(name, `Lag of the event loop ${when}`, [{ labels: {}, value }]);
}

/** Calls back in the next turn of the event loop, without the 1 ms that a timer waits at least. */
function nextTurn(callback: () => void): void {
  const { setImmediate } = globalThis as { setImmediate?: (callback: () => void) => unknown };
  if (setImmediate === undefined) setTimeout(callback, 0);
  else setImmediate(callback);
}
