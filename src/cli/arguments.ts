/**
 * The arguments of the command.
 *
 * @module
 */
import { cannot, got } from "../base/errors.ts";
import { WINDOWS } from "../dashboard/shared/ring.ts";
import { sourceOf } from "./source.ts";

/** The forms of what is printed. */
export type Format = "table" | "json" | "prometheus" | "openmetrics";

/** What is to be done. */
export interface Command {
  readonly name: "top" | "read" | "help";
  /** The address of the page, with a slash at its end. */
  readonly address: string;
  /** The path of the file with statistics; empty when it is a page. */
  readonly path: string;
  readonly format: Format;
  /** End after the first block. */
  readonly once: boolean;
  /** Whether the exit status says if a thread is ill. */
  readonly check: boolean;
  /** Seconds. */
  readonly window: number;
  /** The only metric that is read. */
  readonly metric: string;
  readonly search: string;
  readonly sort: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** What `--help` prints. */
export const HELP = `thread-stats top SOURCE    watch threads and metrics in the terminal
thread-stats read SOURCE   print them once

SOURCE is the URL of a live page, such as http://localhost:8000/live/, or a file
with statistics, such as /dev/shm/shop.stats, whose programs may have ended

  --format FORMAT          read: table (default), json, prometheus, openmetrics
  --metric NAME            read: one metric, with its threads and series
                           (top --once --json: the message has its series)
  --search WORDS           read: only the series that match; needs --metric
  --sort [-]COLUMN         read: their order, with - falling; needs --metric
  --once                   top: end after the first block
  --json                   top: print the first message as JSON; needs --once
  --check                  exit status 3 when a thread is blocked, stuck or silent; with --once
  --window SECONDS         60 (default), 300, 900 or 3600
  --header 'NAME: VALUE'   send this with each request, such as Authorization

In the terminal, ? shows the keys. Exit status: 0; 1 when there is no answer; 2 for bad arguments.
`;

const FORMATS: readonly Format[] = ["table", "json", "prometheus", "openmetrics"];
const FLAGS: readonly string[] = ["once", "json", "check", "help"];
const VALUES: readonly string[] = [
  "format",
  "metric",
  "search",
  "sort",
  "window",
  "header",
];
const ACTION = "start thread-stats";

function wrong(required: string, given: string): TypeError {
  return new TypeError(cannot(ACTION, required, given));
}

/**
 * Reads the arguments.
 *
 * @throws {TypeError} When they are wrong.
 */
export function parseArguments(args: readonly string[]): Command {
  if (!Array.isArray(args) || args.some((one) => typeof one !== "string")) {
    throw new TypeError(cannot(ACTION, "the arguments must be an array of texts", args));
  }
  const { flags, values, headers, words } = takeArguments(args);
  const [name = "", source, ...more] = words;
  const none = {
    ...{ address: "", path: "", format: "table" as const, once: false, check: false, window: 60 },
    ...{ metric: "", search: "", sort: "", headers },
  };
  if (flags.has("help") || name === "help") return { ...none, name: "help" };
  if (name !== "top" && name !== "read") throw wrong('the command must be "top" or "read"', name);
  if (source === undefined) {
    throw new TypeError(cannot(ACTION, "a source is required", got("none")));
  }
  if (more.length > 0) throw wrong("there must be one source", words.slice(1).join(" "));
  const { address, path } = sourceOf(source);
  const window = Number(values.window ?? 60);
  if (!WINDOWS.includes(window)) {
    throw wrong(`--window must be one of ${WINDOWS.join(", ")}`, values.window);
  }
  const format = values.format ?? (flags.has("json") ? "json" : "table");
  if (!isFormat(format)) throw wrong(`--format must be one of ${FORMATS.join(", ")}`, format);
  const isExposition = format === "prometheus" || format === "openmetrics";
  if (isExposition && name === "top") throw wrong(`--format ${format} is for read`, name);
  const once = name === "read" || flags.has("once");
  if (!once && (format === "json" || flags.has("check"))) {
    throw new TypeError(cannot(ACTION, "--json and --check need --once", got("top without it")));
  }
  const ofRead = ["search", "sort", "metric"].find((one) => Object.hasOwn(values, one));
  if (name === "top" && ofRead !== undefined && (ofRead !== "metric" || format !== "json")) {
    throw wrong(`--${ofRead} is for read`, name);
  }
  if (!values.metric && (values.search || values.sort)) {
    throw new TypeError(cannot(ACTION, "--search and --sort need --metric", got("none")));
  }
  const { metric = "", search = "", sort = "" } = values;
  if (isExposition && (search || sort)) {
    throw wrong("--search and --sort are for the formats table and json", format);
  }
  return {
    ...{ name, address, path, format, once, check: flags.has("check"), window },
    ...{ metric, search, sort, headers },
  };
}

function isFormat(format: string): format is Format {
  return (FORMATS as readonly string[]).includes(format);
}

function takeArguments(args: readonly string[]) {
  const flags = new Set<string>();
  const values: Record<string, string> = {};
  const headers: Record<string, string> = {};
  const words: string[] = [];
  for (let i = 0; i < args.length; i++) {
    if (args[i] === "-h") flags.add("help");
    else if (!args[i].startsWith("--")) words.push(args[i]);
    else {
      const [name, ...rest] = args[i].slice(2).split("=");
      const isFlag = FLAGS.includes(name) && rest.length === 0;
      if (!isFlag && !VALUES.includes(name)) {
        throw wrong("options are those that --help lists", args[i]);
      }
      if (isFlag) {
        flags.add(name);
        continue;
      }
      const value = rest.length > 0 ? rest.join("=") : args[++i];
      if (value === undefined) throw wrong(`--${name} needs a value`, args[i - 1]);
      if (name === "header") takeHeader(value, headers);
      else values[name] = value;
    }
  }
  return { flags, values, headers, words };
}

function takeHeader(text: string, headers: Record<string, string>): void {
  const [, name, value] = /^([!#$%&'*+.^`|~\w-]+):\s*([\t\x20-\x7e]*)$/.exec(text) ?? [];
  // Without what was given: it may be a password, and errors end up in logs.
  if (name === undefined) {
    throw new TypeError(cannot(ACTION, "--header must be NAME: VALUE", got("something else")));
  }
  headers[name] = value;
}
