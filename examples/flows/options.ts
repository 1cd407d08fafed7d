import { parseArgs } from "node:util";
import { type Format, FORMATS } from "./output/format.ts";

export const USAGE = `Usage: flows FILE [--workers N] [--format table|tsv|json] [--serve PORT]

Counts the flows of a packet capture (pcap or pcapng, gzipped or not). FILE may be
a pipe, or - for standard input.

  --workers N      threads that read packets (default: one per processor)
  --format FORMAT  how flows are printed (default: table, the top 20)
  --serve PORT     totals and top flows as JSON on http://127.0.0.1:PORT/ until interrupted; /metrics is for Prometheus,
                   /live/ is a page that shows threads and metrics while they count
`;

const MAX_WORKERS = 256;

/** What the command line asks for. */
export interface FlowOptions {
  file: string;
  workers: number;
  format: Format;
  /** The port to serve on; 0 lets the system choose. */
  serve: number | undefined;
}

/** The command line is wrong. */
export class UsageError extends Error {
  override name = "UsageError";
}

/**
 * Parses the command line.
 *
 * @throws {UsageError} If it is wrong
 */
export function parseOptions(args: string[]): FlowOptions {
  let parsed;
  try {
    parsed = parseArgs({
      args,
      allowPositionals: true,
      options: {
        workers: { type: "string" },
        format: { type: "string", default: "table" },
        serve: { type: "string" },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  const { values, positionals } = parsed;
  if (positionals.length !== 1) {
    throw new UsageError(
      `Cannot read captures: exactly one FILE is required, got ${positionals.length}`,
    );
  }
  const format = FORMATS.find((name) => name === values.format);
  if (format === undefined) {
    throw new UsageError(
      `Cannot print flows: --format ${FORMATS.join("|")} is required, got ${values.format}`,
    );
  }
  return {
    file: positionals[0],
    workers: values.workers === undefined
      ? Math.min(navigator.hardwareConcurrency, MAX_WORKERS)
      : wholeNumber("start workers: --workers", values.workers, 1, MAX_WORKERS),
    format,
    serve: values.serve === undefined
      ? undefined
      : wholeNumber("serve totals: --serve", values.serve, 0, 65535),
  };
}

function wholeNumber(action: string, text: string, least: number, most: number): number {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
  if (number >= least && number <= most) return number;
  throw new UsageError(`Cannot ${action} from ${least} to ${most} is required, got ${text}`);
}
