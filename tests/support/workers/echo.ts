import process from "node:process";
import { blockUntilStopped, busyUntilStopped, emit, serve } from "../worker_side.ts";

serve((cells: SharedArrayBuffer) => {
  const words = new Int32Array(cells);
  const step = () => {
    Atomics.add(words, 0, 1);
  };
  let timer: ReturnType<typeof setInterval> | undefined;
  return {
    echo: (value: unknown) => value,
    later: async (value: unknown) => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      return value;
    },
    fail: (text: string) => {
      throw new RangeError(text);
    },
    emit: (...values: unknown[]) => {
      for (const value of values) emit(value);
    },
    busy: () => busyUntilStopped(step),
    blocked: () => blockUntilStopped(),
    yielding: () => {
      timer ??= setInterval(() => {
        for (let i = 0; i < 1000; i++) step();
      }, 0);
    },
    crash: () => {
      setTimeout(() => {
        throw new Error("on purpose");
      }, 0);
      return new Promise(() => {});
    },
    exit: () => {
      process.exit(3);
    },
  };
});
