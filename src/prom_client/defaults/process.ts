/**
 * Default metrics of the whole process. Every thread measures the same, so their parts are not
 * added.
 *
 * @module
 */
import { readdirSync, readFileSync } from "node:fs";
import { Counter } from "../counter.ts";
import { MERGE } from "../metric.ts";
import { commonOf, type DefaultMetric, makeGauge, memoryUsage, processOf } from "./options.ts";

/** The CPU time. */
export const processCpuTotal: DefaultMetric = (config) => {
  const process = processOf();
  if (process?.cpuUsage === undefined) return;
  const { prefix, labels, labelNames, registers } = commonOf(config);
  const { enableExemplars = false } = config;
  let last = process.cpuUsage();
  const make = (name: string, help: string, collect?: () => void) =>
    new Counter<string>({
      name: prefix + name,
      help,
      enableExemplars,
      registers,
      labelNames,
      ...(collect && { collect }),
      // The thread that has measured for longest.
      ...{ [MERGE]: "max" },
    });
  const add = (counter: Counter<string>, value: number) => {
    if (enableExemplars) {
      counter.inc({ labels, value, exemplarLabels: traceOf() });
    } else counter.inc(labels, value);
  };
  const user = make(
    "process_cpu_user_seconds_total",
    "Total user CPU time spent in seconds.",
    () => {
      const now = process.cpuUsage!();
      const userSeconds = (now.user - last.user) / 1e6;
      const systemSeconds = (now.system - last.system) / 1e6;
      const both = (now.user - last.user + now.system - last.system) / 1e6;
      last = now;
      add(user, userSeconds);
      add(system, systemSeconds);
      add(total, both);
    },
  );
  const system = make(
    "process_cpu_system_seconds_total",
    "Total system CPU time spent in seconds.",
  );
  const total = make(
    "process_cpu_seconds_total",
    "Total user and system CPU time spent in seconds.",
  );
};

interface OtelContext {
  getValue(
    key: symbol,
  ): { spanContext(): { traceId: string; spanId: string } } | undefined;
}

/** The present trace, if OpenTelemetry's API has one. The package need not be there. */
function traceOf(): Record<string, string> {
  const api = (globalThis as Record<symbol, unknown>)[
    Symbol.for("opentelemetry.js.api.1")
  ] as
    | { context?: { active(): OtelContext } }
    | undefined;
  const span = api?.context?.active().getValue(
    Symbol.for("OpenTelemetry Context Key SPAN"),
  );
  if (span === undefined) return {};
  const { traceId, spanId } = span.spanContext();
  return { traceId, spanId };
}

/** When the process began. */
export const processStartTime: DefaultMetric = (config) => {
  const process = processOf();
  if (process === undefined) return;
  const start = Math.round(Date.now() / 1000 - process.uptime());
  const { labels } = commonOf(config);
  makeGauge(
    config,
    "process_start_time_seconds",
    "Start time of the process since unix epoch in seconds.",
    {
      aggregator: "omit",
      merge: "own",
      collect() {
        this.set(labels, start);
      },
    },
  );
};

/** The process's memory. */
export const osMemoryHeap: DefaultMetric = (config) => {
  const { labels } = commonOf(config);
  const merge = "own";
  if (processOf()?.platform !== "linux") {
    makeGauge(
      config,
      "process_resident_memory_bytes",
      "Resident memory size in bytes.",
      {
        merge,
        collect() {
          const usage = memoryUsage();
          if (usage !== undefined) this.set(labels, usage.rss);
        },
      },
    );
    return;
  }
  const resident = makeGauge(
    config,
    "process_resident_memory_bytes",
    "Resident memory size in bytes.",
    {
      merge,
      collect() {
        const status = statusOf();
        if (status === undefined) return;
        resident.set(labels, status.VmRSS);
        virtual.set(labels, status.VmSize);
        heap.set(labels, status.VmData);
      },
    },
  );
  const virtual = makeGauge(
    config,
    "process_virtual_memory_bytes",
    "Virtual memory size in bytes.",
    { merge },
  );
  const heap = makeGauge(
    config,
    "process_heap_bytes",
    "Process heap size in bytes.",
    { merge },
  );
};

/** The kernel's own figures, in bytes. Reading them does no input or output. */
function statusOf(): Record<string, number> | undefined {
  try {
    const text = readFileSync("/proc/self/status", "utf8");
    const found = [...text.matchAll(/^(VmSize|VmRSS|VmData):\s*(\d+) kB$/gm)];
    if (found.length < 3) return undefined;
    return Object.fromEntries(
      found.map(([, name, kilobytes]) => [name, Number(kilobytes) * 1024]),
    );
  } catch {
    return undefined;
  }
}

/** Open file descriptors. */
export const processOpenFileDescriptors: DefaultMetric = (config) => {
  if (processOf()?.platform !== "linux") return;
  const { labels } = commonOf(config);
  makeGauge(config, "process_open_fds", "Number of open file descriptors.", {
    merge: "own",
    collect() {
      try {
        // Without the one by which the folder is read.
        this.set(labels, readdirSync("/proc/self/fd").length - 1);
      } catch {
        // No right to read it: no value.
      }
    },
  });
};

let most: number | undefined;

/** The most file descriptors that may be open. */
export const processMaxFileDescriptors: DefaultMetric = (config) => {
  try {
    const text = readFileSync("/proc/self/limits", "utf8");
    most ??= Number(/^Max open files\s+(\d+)/m.exec(text)?.[1] ?? NaN);
  } catch {
    return;
  }
  if (Number.isNaN(most)) return;
  const { labels } = commonOf(config);
  makeGauge(
    config,
    "process_max_fds",
    "Maximum number of open file descriptors.",
    {
      merge: "own",
      collect() {
        this.set(labels, most!);
      },
    },
  );
};
