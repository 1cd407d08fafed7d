import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";

/** What a member is started with; see `member.ts`. */
export interface MemberOptions {
  /** 0 lets the system choose. */
  readonly port: number;
  readonly workers: number;
  /** How many requests each worker handles; 0 for no end. */
  readonly requests?: number;
}

/** A member that was started from here, and ends with this process at the latest. */
export class MemberProcess {
  readonly port: number;
  /** Settles when the process has ended, with the reason. */
  readonly ended: Promise<string>;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, port: number, ended: Promise<string>) {
    this.#child = child;
    this.port = port;
    this.ended = ended;
  }

  /**
   * Starts a member and waits until it serves.
   *
   * @throws {Error} When it ends before.
   */
  static async start({ port, workers, requests = 0 }: MemberOptions): Promise<MemberProcess> {
    const child = spawn(process.execPath, [
      ...(process.versions.deno ? ["run", "-A", "--no-check", "--no-lock"] : []),
      fileURLToPath(new URL("./member.ts", import.meta.url)),
      ...["--port", String(port), "--workers", String(workers), "--requests", String(requests)],
    ], { stdio: ["pipe", "pipe", "inherit"] });
    const endWithUs = () => child.kill("SIGKILL");
    process.once("exit", endWithUs);
    const ended = new Promise<string>((resolve) => {
      child.once("error", (error) => resolve(error.message));
      child.once("exit", (status, signal) => resolve(signal ?? `status ${status}`));
    });
    ended.then(() => process.off("exit", endWithUs));
    const serving = new Promise<number>((resolve, reject) => {
      let text = "";
      child.stdout!.setEncoding("utf8").on("data", (more: string) => {
        text += more;
        const found = /^serving on port (\d+)$/m.exec(text);
        if (found !== null) resolve(Number(found[1]));
      });
      ended.then((reason) =>
        reject(new Error(`Cannot start a member: it must serve, got ${reason}`))
      );
    });
    return new MemberProcess(child, await serving, ended);
  }

  /** Number of the process. */
  get pid(): number {
    return this.#child.pid!;
  }

  /** Where Prometheus finds it. */
  get target(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** Ends it at once, as a crash would. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.ended;
  }
}
