/**
 * Figures of the process that everybody wants beside his own, under the names that Prometheus' client libraries have for them.
 *
 * @module
 */
import { type Family, plainFamily } from "../export/families.ts";

/** What Deno, Bun and Node have of `process`; a browser has none. */
interface Process {
  memoryUsage(): { rss: number; heapUsed: number };
  cpuUsage(): { user: number; system: number };
  uptime(): number;
}

/** When the process began, in seconds since 1970: told once, as clocks are set and two of them never agree to the last digit. */
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

/** Has a callback called in the next turn of the event loop: without the millisecond that a timer waits at least. */
function nextTurn(callback: () => void): void {
  const { setImmediate } = globalThis as { setImmediate?: (callback: () => void) => unknown };
  if (setImmediate === undefined) setTimeout(callback, 0);
  else setImmediate(callback);
}

/** How long a callback that is due at once has to wait: what the event loop is behind. */
export async function eventLoopLag(): Promise<Family> {
  const before = performance.now();
  await new Promise<void>((resolve) => nextTurn(resolve));
  const value = (performance.now() - before) / 1000;
  const name = {
    kind: "gauge" as const,
    name: "process_event_loop_lag_seconds",
    unit: "seconds",
  };
  return plainFamily(name, "What the event loop is behind, as seen by this scrape", [{
    labels: {},
    value,
  }]);
}
