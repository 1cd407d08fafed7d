import { spawn, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** What wrk saw. */
export interface WrkReport {
  /** Requests that were answered, by wrk's own count. */
  readonly requests: number;
  /** Connections that could not be made, or broke, or took too long. */
  readonly failed: number;
  /** Answers by status, as counted by the script. */
  readonly statuses: Readonly<Record<string, number>>;
}

/** Whether wrk is installed. */
export function hasWrk(): boolean {
  return spawnSync("wrk", ["-v"]).error === undefined;
}

/**
 * Loads a server with the requests of `wrk.lua`, exactly so many.
 *
 * wrk itself only knows for how long to go on, and what is under way at its end is counted by the server alone. So the
 * script sends no more than the amount, and wrk is interrupted once all are answered.
 */
export async function runWrk(url: string, amount: number): Promise<WrkReport> {
  const script = fileURLToPath(new URL("./wrk.lua", import.meta.url));
  const wrk = spawn("wrk", [
    ...["--threads=1", "--connections=16", "--duration=10m", "--timeout=60s"],
    ...[`--script=${script}`, url, "--", String(amount)],
  ], { stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  wrk.stdout.setEncoding("utf8").on("data", (text: string) => {
    if (!said.includes("answered\n") && (said + text).includes("answered\n")) wrk.kill("SIGINT");
    said += text;
  });
  await new Promise((resolve, reject) => wrk.on("close", resolve).on("error", reject));
  const report = /^\{.*\}$/m.exec(said);
  if (!report) {
    throw new Error(`Cannot read what wrk counted: a line of JSON is required, got ${said}`);
  }
  return JSON.parse(report[0]);
}
