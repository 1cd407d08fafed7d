/** The root of the work tree. */
export const root = new URL("../../", import.meta.url);

/** How a child process ended. */
export interface Ending {
  readonly success: boolean;
  /** Why it failed, for a person. */
  readonly reason: string;
  /** What a command beside another one has printed. */
  readonly output?: string;
}

/** Settings of {@linkcode stream}. */
export interface StreamOptions {
  /** The child is killed after so many minutes. @default {12} */
  readonly limitMinutes?: number;
  readonly env?: Record<string, string>;
  /** The working directory, relative to the root of the work tree. @default {"."} */
  readonly folder?: string;
  /** Whether to return the output, because another command prints meanwhile. */
  readonly isBeside?: boolean;
}

/** Runs a command with the output streams of this process. */
export async function stream(
  command: readonly string[],
  options: StreamOptions = {},
): Promise<Ending> {
  const { limitMinutes = 12, env, folder = ".", isBeside = false } = options;
  const pipe = isBeside ? "piped" : "inherit";
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command(command[0], {
      args: command.slice(1),
      cwd: new URL(`${folder}/`, root),
      env,
      stdin: "null",
      stdout: pipe,
      stderr: pipe,
    }).spawn();
  } catch (error) {
    return { success: false, reason: `could not be started (${(error as Error).message})` };
  }
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    child.kill("SIGKILL");
  }, limitMinutes * 60_000);
  const texts = isBeside
    ? [new Response(child.stdout).text(), new Response(child.stderr).text()]
    : [];
  const status = await child.status;
  clearTimeout(timer);
  const output = (await Promise.all(texts)).join("\n");
  if (late) return { success: false, reason: `did not end within ${limitMinutes} minutes`, output };
  return {
    output,
    success: status.success,
    reason: status.signal === null
      ? `ended with exit status ${status.code}`
      : `was ended by ${status.signal}`,
  };
}

/**
 * Prints a long text. A child that had this process' output may have made it non-blocking: then it
 * takes no more than a pipe holds, until the reader has read that.
 */
export async function print(text: string): Promise<void> {
  let rest = new TextEncoder().encode(text);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(Deno.stdout.writeSync(rest));
    } catch (error) {
      if (!(error instanceof Deno.errors.WouldBlock)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

/** Runs a command and returns its output, or `undefined` when it failed or took too long. */
export async function capture(
  command: readonly string[],
  limitSeconds: number,
): Promise<string | undefined> {
  try {
    const { success, stdout } = await new Deno.Command(command[0], {
      args: command.slice(1),
      cwd: root,
      stdin: "null",
      stdout: "piped",
      stderr: "null",
      signal: AbortSignal.timeout(limitSeconds * 1000),
    }).output();
    return success ? new TextDecoder().decode(stdout).trim() : undefined;
  } catch {
    return undefined;
  }
}
