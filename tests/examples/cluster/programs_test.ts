import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { ChildProcess } from "node:child_process";
import process from "node:process";
import { MemberProcess } from "../../../examples/cluster/member_process.ts";
import { parseNumbers, UsageError } from "../../../examples/cluster/options.ts";
import { startProgram, WITH_PACKAGES } from "../flows/run_program.ts";
import { assertLive, dataOf } from "../live.ts";
import { eventually, textOf, urlOf } from "./example.ts";

/** What a program prints, as it comes. */
class Output {
  text = "";
  readonly #waiting = new Set<() => void>();

  constructor(child: ChildProcess) {
    for (const stream of [child.stdout!, child.stderr!]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        this.text += text;
        for (const look of this.#waiting) look();
      });
    }
    child.on("close", (status, signal) => {
      this.text += `\nended with ${signal ?? status}\n`;
      for (const look of this.#waiting) look();
    });
  }

  /** Waits until the text matches; a program that has ended before it does is an error. */
  until(pattern: RegExp): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const found = pattern.exec(this.text);
        if (found === null && !/^ended with/m.test(this.text)) return;
        this.#waiting.delete(look);
        if (found !== null) resolve(found);
        else reject(new Error(`${pattern} was not printed:\n${this.text}`));
      };
      this.#waiting.add(look);
      look();
    });
  }
}

describe("parseNumbers()", () => {
  const options = { port: { least: 0, most: 65_535, otherwise: 8 } };

  it("parseNumbers() takes whole numbers within bounds", () => {
    assertEquals(parseNumbers([], options), { port: 8 });
    assertEquals(parseNumbers(["--port", "0"], options), { port: 0 });
    assertEquals(parseNumbers(["--port=65535"], options), { port: 65_535 });
  });

  it("parseNumbers() refuses all else", () => {
    for (const text of ["", "65536", "1.5", "0x10", "1e3", "ten", "9".repeat(30)]) {
      assertThrows(() => parseNumbers([`--port=${text}`], options), UsageError, "--port from 0 to");
    }
    for (const args of [["--port"], ["--what", "1"], ["1"]]) {
      assertThrows(() => parseNumbers(args, options), UsageError);
    }
  });
});

describe("member.ts", () => {
  it("member.ts serves what its workers count, and shows it", async () => {
    const before = process.env.NODE_OPTIONS ?? "";
    Object.assign(process.env, WITH_PACKAGES);
    const member = await MemberProcess.start({ port: 0, workers: 2, requests: 100 });
    process.env.NODE_OPTIONS = before;
    try {
      const url = `http://${member.target}/metrics`;
      let text = "";
      await eventually("both workers have handled all", async () => {
        text = await (await fetch(url)).text();
        return text.includes("\nhttp_request_duration_seconds_count 200\n");
      });
      assertMatch(text, /^http_requests_total\{method="GET",status="200"\} 140$/m);
      assertMatch(text, /^http_requests_total\{method="POST",status="500"\} 2$/m);
      assertMatch(text, /^process_start_time_seconds \d/m);
      const other = await fetch(`http://${member.target}/`);
      assertEquals([other.status, await other.text()], [404, "See /metrics and /live/\n"]);
      const live = `http://${member.target}/live/`;
      await assertLive(live, "member ");
      assertEquals((await dataOf(live)).metrics.httpRequests.total, 200);
    } finally {
      await member.kill();
    }
  });
});

// What these do is the same in all runtimes, so one is enough.
const ignore = "Deno" in globalThis || "Bun" in globalThis;

describe("main.ts of the cluster", { ignore }, () => {
  it("main.ts and member.ts explain wrong arguments", async () => {
    await Promise.all(["main.ts", "member.ts"].map(async (program) => {
      const output = new Output(startProgram(urlOf(program), ["--workers", "0"]));
      await output.until(/ended with 2/);
      assertStringIncludes(output.text, "--workers from 1 to 200 is required, got 0\n\nUsage: ");
    }));
  });

  it("main.ts writes the targets, and starts a member again that was killed", async () => {
    const child = startProgram(urlOf("main.ts"), ["--processes", "2", "--workers", "1"]);
    try {
      const output = new Output(child);
      await output.until(/Start Prometheus/);
      const targets = JSON.parse(await textOf("targets.json"))[0].targets;
      const lines = [...output.text.matchAll(/^process (\d+) serves http:\/\/(.*)\/metrics$/gm)];
      assertEquals(targets, lines.map(([, , target]) => target));
      assertEquals(targets.length, 2);

      const [, pid, target] = lines[1];
      process.kill(Number(pid), "SIGKILL");
      await output.until(new RegExp(`process ${pid} has ended \\(SIGKILL\\)`));
      const again = new RegExp(
        `has ended[^]*^process (\\d+) serves http://${target}/metrics$`,
        "m",
      );
      assert((await output.until(again))[1] !== pid);
      assertEquals((await fetch(`http://${target}/metrics`)).status, 200);

      child.kill("SIGTERM");
      await output.until(/ended with 0/);
      for (const each of targets) {
        await eventually(
          `${each} has ended`,
          () => fetch(`http://${each}/metrics`).then(() => false, () => true),
        );
      }
    } finally {
      child.kill("SIGKILL");
    }
  });
});
