import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { keepRunning, type Running } from "../../../examples/cluster/supervisor.ts";

/** A member that has a name and ends when the test wants it to. */
class Member implements Running {
  readonly #end = Promise.withResolvers<string>();
  readonly ended = this.#end.promise;

  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }

  end(reason: string): void {
    this.#end.resolve(reason);
  }
}

describe("keepRunning()", () => {
  it("keepRunning() starts again what has ended, and does not give up when that fails", async () => {
    const told: string[] = [];
    const first = new Member("first");
    const done = Promise.withResolvers<void>();
    let starts = 0;
    keepRunning(first, {
      start: ({ name }) => {
        starts++;
        return starts <= 2
          ? Promise.reject(new Error(`no start ${starts}`))
          : Promise.resolve(new Member(`after ${name}`));
      },
      onEnd: ({ name }, reason) => told.push(`${name} ended: ${reason}`),
      onFailure: (error) => told.push(String(error)),
      onStart(member) {
        told.push(member.name);
        if (member.name === "after after first") done.resolve();
        else member.end("status 1");
      },
      pauseMs: 1,
    });
    first.end("SIGKILL");
    await done.promise;
    assertEquals(told, [
      ...["first ended: SIGKILL", "Error: no start 1", "Error: no start 2", "after first"],
      ...["after first ended: status 1", "after after first"],
    ]);
  });
});
