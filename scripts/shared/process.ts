/** The root of the work tree. */
export const root = new URL("../../", import.meta.url);

/** How a child process ended. */
export interface Ending {
  readonly success: boolean;
  /** Why it failed, for a person. */
  readonly reason: string;
}

/** Settings of {@linkcode stream}. */
export interface StreamOptions {
  /** The child is killed after so many minutes. @default {12} */
  readonly limitMinutes?: number;
  readonly env?: Record<string, string>;
  /** The working directory, relative to the root of the work tree. @default {"."} */
  readonly folder?: string;
  /** Whether to print the output at the end, because another command prints meanwhile. */
  readonly isBeside?: boolean;
}

/** Runs a command with the output streams of this process. */
export async function stream(
  command: readonly string[],
  options: StreamOptions = {},
): Promise<Ending> {
  const { limitMinutes = 12, env, folder = ".", isBeside = false } = options;
  const output = isBeside ? "piped" : "inherit";
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command(command[0], {
      args: command.slice(1),
      cwd: new URL(`${folder}/`, root),
      env,
      stdin: "null",
      stdout: output,
      stderr: output,
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
  for (const text of await Promise.all(texts)) console.log(text);
  if (late) return { success: false, reason: `did not end within ${limitMinutes} minutes` };
  return {
    success: status.success,
    reason: status.signal === null
      ? `ended with exit status ${status.code}`
      : `was ended by ${status.signal}`,
  };
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
