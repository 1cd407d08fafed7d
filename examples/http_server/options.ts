import { parseArgs } from "node:util";

export const USAGE = `Usage: serve [--port N] [--workers N] [--crash]

A web server on 127.0.0.1 whose requests are handled by several threads.

  --port N     where it listens (default: 8000; 0 lets the system choose)
  --workers N  threads that handle requests (default: one per processor)
  --crash      GET /crash kills the worker that gets it
`;

const MAX_WORKERS = 256;

/** What the command line asks for. */
export interface ServeOptions {
  port: number;
  workers: number;
  /** Whether `GET /crash` kills a worker. */
  crash: boolean;
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
export function parseOptions(args: string[]): ServeOptions {
  const { port, workers, crash } = parse(args);
  const processors = Math.min(navigator.hardwareConcurrency, MAX_WORKERS);
  return {
    port: port === undefined ? 8000 : wholeNumber("listen: --port", port, 0, 65535),
    workers: workers === undefined
      ? processors
      : wholeNumber("start workers: --workers", workers, 1, MAX_WORKERS),
    crash,
  };
}

function parse(args: string[]): { port?: string; workers?: string; crash: boolean } {
  try {
    const { values } = parseArgs({
      args,
      options: {
        port: { type: "string" },
        workers: { type: "string" },
        crash: { type: "boolean", default: false },
      },
    });
    return values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function wholeNumber(action: string, text: string, least: number, most: number): number {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
  if (number >= least && number <= most) return number;
  throw new UsageError(`Cannot ${action} from ${least} to ${most} is required, got ${text}`);
}
