/**
 * Names the processor.
 *
 * @module
 */

import { readFileSync } from "node:fs";
import { cpus } from "node:os";

/**
 * The processor's name. A virtual machine may have a vague one, "AMD EPYC" of any year: what Linux
 * knows of its family and model is then added, which tell the generation.
 */
export function processorName(): string {
  const name = cpus()[0]?.model ?? "unknown processor";
  let text = "";
  try {
    text = readFileSync("/proc/cpuinfo", "utf8");
  } catch {
    // Not Linux.
  }
  return describeProcessor(name, text);
}

/** Adds what `/proc/cpuinfo` says of the family and the model to a name without any number. */
export function describeProcessor(name: string, cpuinfo: string): string {
  if (/\d/.test(name)) return name;
  const figureOf = (key: string) => new RegExp(`^${key}\\s*:\\s*(\\d+)$`, "m").exec(cpuinfo)?.[1];
  const [family, model] = [figureOf("cpu family"), figureOf("model")];
  if (family === undefined || model === undefined) return name;
  const known = generations[`${name.split(" ")[0]} ${family}/${model}`];
  const numbers = `family ${family}, model ${model}`;
  return `${name} (${known === undefined ? numbers : `${known}, ${numbers}`})`;
}

/** Generations of server processors by vendor, family and model. */
const generations: Readonly<Record<string, string>> = {
  "AMD 23/49": "Zen 2, Rome",
  "AMD 25/1": "Zen 3, Milan",
  "AMD 25/17": "Zen 4, Genoa",
  "AMD 26/2": "Zen 5, Turin",
};
