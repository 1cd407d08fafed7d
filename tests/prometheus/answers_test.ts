import { assertEquals, assertRejects } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { collectGarbage } from "../support/garbage.ts";
import { Answers } from "../../src/prometheus/answers.ts";

async function* chunks(count: number): AsyncGenerator<string> {
  for (let n = 0; n < count; n++) yield `chunk ${n}\n`;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe("Answers", () => {
  it("stream() makes each chunk when it is asked for", async () => {
    let made = 0;
    const counted = async function* () {
      for await (const chunk of chunks(3)) {
        made++;
        yield chunk;
      }
    };
    const reader = new Answers({ most: 1, maxSeconds: 60 }).stream(counted()).getReader();
    await pause(1);
    assertEquals(made, 0);
    for (let n = 0; n < 3; n++) {
      assertEquals(await reader.read(), { done: false, value: `chunk ${n}\n` });
      assertEquals(made, n + 1);
    }
    assertEquals((await reader.read()).done, true);
  });

  it("makeRoom() counts answers until they end, fail or are cancelled", async () => {
    const answers = new Answers({ most: 3, maxSeconds: 60 });
    const broken = async function* () {
      yield "some\n";
      throw new Error("no more");
    };
    const ended = answers.stream(chunks(2));
    assertEquals(answers.makeRoom(), 0);
    const cancelled = answers.stream(chunks(2)).getReader();
    const failed = answers.stream(broken());
    const full = () => assertEquals(answers.makeRoom(), 60);
    full();
    assertEquals(await Array.fromAsync(ended), ["chunk 0\n", "chunk 1\n"]);
    assertEquals(answers.makeRoom(), 0);
    const others = [answers.stream(chunks(1))];
    full();
    await cancelled.read();
    await cancelled.cancel();
    assertEquals(answers.makeRoom(), 0);
    others.push(answers.stream(chunks(1)));
    full();
    await assertRejects(() => Array.fromAsync(failed), Error, "no more");
    assertEquals(answers.makeRoom(), 0);
    others.push(answers.stream(chunks(1)));
    full();
    for (const other of others) await other.cancel();
  });

  it("makeRoom() ends the oldest answer when it is too old, and no other one", async () => {
    const answers = new Answers({ most: 2, maxSeconds: 0.01 });
    let isHeld = true;
    const holding = async function* () {
      try {
        yield* chunks(3);
      } finally {
        isHeld = false;
      }
    };
    const old = answers.stream(holding()).getReader();
    await old.read();
    await pause(20);
    const young = answers.stream(chunks(1));
    assertEquals([answers.makeRoom(), isHeld], [0, true]);
    await assertRejects(
      () => old.read(),
      Error,
      "Cannot send the metrics: the client must take them in time, got another request",
    );
    assertEquals(await Array.fromAsync(young), ["chunk 0\n"]);
    assertEquals(isHeld, false);
  });

  it("makeRoom() ends no old answer while there is room", async () => {
    const answers = new Answers({ most: 2, maxSeconds: 0.001 });
    const old = answers.stream(chunks(1));
    await pause(5);
    assertEquals(answers.makeRoom(), 0);
    assertEquals(await Array.fromAsync(old), ["chunk 0\n"]);
  });

  it("makeRoom() takes an answer that is being made for one that is under way", async () => {
    const answers = new Answers({ most: 1, maxSeconds: 60 });
    const gate = Promise.withResolvers<void>();
    const waiting = async function* () {
      await gate.promise;
      yield "late\n";
    };
    const reading = answers.stream(waiting()).getReader();
    const read = reading.read();
    assertEquals(answers.makeRoom(), 60);
    const cancelled = reading.cancel();
    gate.resolve();
    assertEquals((await read).done, true);
    await cancelled;
    assertEquals(answers.makeRoom(), 0);
  });

  it("makeRoom() forgets answers that were dropped, by garbage collection", async () => {
    const answers = new Answers({ most: 50, maxSeconds: 3600 });
    const drop = async (n: number) => {
      const body = answers.stream(chunks(2));
      if (n % 2 === 0) await body.getReader().read();
    };
    for (let n = 0; n < 50; n++) await drop(n);
    assertEquals(answers.makeRoom(), 3600);
    await collectGarbage();
    assertEquals(answers.makeRoom(), 0);
  });
});
